"""What visits and talks have in common in HTTP: one kind of body, one kind of answer, the same lists."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from app.actions.note_reading import note_reading
from app.api.bodies import body_hash
from app.api.checkins import PlaceBody, ReasonAnswer, place
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice, text
from app.api.office.record_details import DetailsBody, RecordDetails, details, details_answer
from app.api.office.record_proof import ProofAnswer, proof_answer
from app.api.paging import PageArgs, next_cursor
from app.queries import visits as queries
from app.queries.record_proofs import proof_of
from app.queries.visits import RecordFilter, RecordRow, RecordView
from app.rules.facts import About, DutyKind, DutyState, Reason
from app.rules.visits import Covered, NewRecord, Receipt, days_until_written, outcome
from app.rules.wording import sentence
from app.rules.wording.visits import title_of

MOST_ITEMS = 20
READ = {DutyKind.VISIT: "visits.read", DutyKind.TALK: "talks.read"}


def _named_once(items: list[str]) -> None:
    if len(set(items)) < len(items):
        raise ValidationError("item_repeated")


class RecordBody(DetailsBody):
    """A visit made or a talk held. A repeat may carry another `sent_at`; all else is as it was sent first."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    items = fields.List(
        text(20),
        required=True,
        validate=[validate.Length(1, MOST_ITEMS), _named_once],
        metadata={"description": "Codes of the policy's items, such as 访1. A visit may cover a talk held during it."},
    )
    happened_at = Instant(
        required=True, metadata={"description": "Judged by this, not by when it is sent. Never ahead of now."}
    )
    ended_at = Instant(load_default=None, allow_none=True)
    position = fields.Nested(
        PlaceBody, load_default=None, allow_none=True, metadata={"description": "Where the officer was."}
    )
    met = text(200, load_default=None, allow_none=True, metadata={"description": "Who was met or present."})
    note = text(4000, required=True)
    corrects_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "An older record that this one puts right."}
    )
    settles = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "Duties of the kind follow_up that were done with it; settled ones are left alone."},
    )


class SettledAnswer(Body):
    """A duty that a record settled, in time or late."""

    duty_id = fields.UUID(required=True)
    due_at = Instant(required=True)
    outcome = choice([DutyState.FULFILLED, DutyState.LATE], required=True)


class CoveredAnswer(Body):
    """An item of a record, and the duty that it fulfilled; without one it was an extra record, or a correction."""

    item = fields.String(required=True)
    title = fields.String(required=True)
    duty_id = fields.UUID(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True)
    outcome = choice([DutyState.FULFILLED, DutyState.LATE], required=True, allow_none=True)
    also = fields.List(
        fields.Nested(SettledAnswer),
        required=True,
        metadata={"description": "Further duties of the item that the same record settled; `duty_id` is the oldest."},
    )


class RecordReceipt(Body):
    """What was kept, and what it fulfilled."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    officer_id = fields.UUID(required=True)
    happened_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    written_at = Instant(required=True)
    written_days_later = fields.Integer(required=True, metadata={"description": "Local days after it happened."})
    items = fields.List(fields.Nested(CoveredAnswer), required=True)
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)
    home_distance_m = fields.Float(
        required=True, allow_none=True, metadata={"description": "From the officer's position to the subject's home."}
    )
    accuracy_m = fields.Float(required=True, allow_none=True)
    corrects_id = fields.UUID(required=True, allow_none=True)


class ListedRecord(RecordReceipt):
    """One record in a list. The name of a minor is open to the assigned office alone."""

    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_name = fields.String(required=True)
    officer_name = fields.String(required=True)
    corrected = fields.Boolean(required=True, metadata={"description": "A later record puts this one right."})


class RecordAnswer(ListedRecord, RecordDetails):
    """One record in full."""

    met = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    lon = fields.Float(required=True, allow_none=True, metadata={"description": "Degrees, WGS-84."})
    lat = fields.Float(required=True, allow_none=True, metadata={"description": "Degrees, WGS-84."})
    proof = fields.Nested(ProofAnswer, required=True, allow_none=True)


class RecordListArgs(PageArgs):
    """Which records; `from` and `to` are local days, both included."""

    subject_id = fields.UUID(load_default=None)
    office_id = fields.UUID(load_default=None, metadata={"description": "This office and those below it."})
    item = text(20, load_default=None)
    from_day = Day(data_key="from", load_default=None)
    to_day = Day(data_key="to", load_default=None)


def new_record(kind: DutyKind, body: dict[str, Any]) -> NewRecord:
    """The command in a body."""
    fix, given = place(body["position"])
    return NewRecord(
        id=body["id"],
        kind=kind,
        subject_id=body["subject_id"],
        items=tuple(body["items"]),
        happened_at=body["happened_at"],
        note=body["note"],
        body_hash=body_hash(),
        ended_at=body["ended_at"],
        fix=fix,
        fix_given=given,
        met=body["met"],
        corrects_id=body["corrects_id"],
        details=details(body),
        settles=tuple(body["settles"]),
    )


def receipt_answer(kept: Receipt) -> dict[str, Any]:
    """A receipt with its sentences."""
    return _common(kept)


def page(kind: DutyKind, args: dict[str, Any]) -> dict[str, Any]:
    """One page of visits or talks."""
    wanted = RecordFilter(args["subject_id"], args["office_id"], args["item"], args["from_day"], args["to_day"])
    with deps().autocommit() as connection:
        found = queries.records(connection, current_actor(), kind, wanted, after=args["cursor"], limit=args["limit"])
    return {"items": [_listed(row) for row in found.items], "next_cursor": next_cursor(found.next_key)}


def one(kind: DutyKind | None, record_id: UUID) -> dict[str, Any]:
    """One record of `kind`, or of any kind, in full, with its place; that it was looked at is recorded."""
    with deps().transaction() as tx:
        found: RecordView = queries.record(tx, current_actor(), kind, record_id)
        about = About("record", record_id)
        note_reading(
            tx, current_actor(), READ.get(found.kind, "visits.read"), found.subject_id, now=deps().now(), about=about
        )
        proof = proof_answer(proof_of(tx, record_id))
    shown = {"proof": proof, "met": found.met, "note": found.note, "lon": found.lon, "lat": found.lat}
    return _listed(found) | shown | details_answer(found.details, found.additions)


def _listed(row: RecordRow) -> dict[str, Any]:
    return _common(row) | {
        "subject_name": row.subject_name,
        "minor": row.minor,
        "office_name": row.office_name,
        "officer_name": row.officer_name,
        "corrected": row.corrected,
    }


def _common(kept: Receipt | RecordRow) -> dict[str, Any]:
    return {
        "id": kept.id,
        "subject_id": kept.subject_id,
        "office_id": kept.office_id,
        "officer_id": kept.officer_id,
        "happened_at": kept.happened_at,
        "ended_at": kept.ended_at,
        "written_at": kept.written_at,
        "written_days_later": days_until_written(kept.happened_at, kept.written_at),
        "items": [_covered(item, kept) for item in kept.items],
        "reasons": [_reason(reason) for reason in kept.reasons],
        "home_distance_m": None if kept.home_distance_m is None else round(kept.home_distance_m, 1),
        "accuracy_m": kept.accuracy_m or None,
        "corrects_id": kept.corrects_id,
    }


def _covered(item: Covered, kept: Receipt | RecordRow) -> dict[str, Any]:
    return {
        "item": item.item,
        "title": title_of(item.item),
        "duty_id": item.duty_id,
        "due_at": item.due_at,
        "outcome": outcome(kept.happened_at, item.due_at).value if item.due_at else None,
        "also": [
            {"duty_id": duty_id, "due_at": due_at, "outcome": outcome(kept.happened_at, due_at).value}
            for duty_id, due_at in item.also
        ],
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "text": sentence(reason.code, dict(reason.params))}

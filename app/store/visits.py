"""Visits and talks on disk: facts for the rule, rows that are only added, and the receipt of each record."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import Connection, Row, cast, func, insert, literal, null, select, text
from sqlalchemy.dialects.postgresql import insert as insert_new

from app.models.office import Office
from app.models.subject import Subject
from app.models.visit import Record, RecordItem
from app.rules.effects import WriteRecord
from app.rules.effects.records import Details
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import Actor, DutyKind, DutyState, Fix, Reason
from app.rules.planning import CHAINED
from app.rules.policy import Item, Policy
from app.rules.visits import Covered, NewRecord, Owed, Receipt, RecordFacts
from app.store import policies
from app.store.scope import subjects_of

# What may still be fulfilled, what was late and what could not be judged: the rule decides which of them it takes.
OWED = text(
    """
    SELECT id, kind, rule_code, state, opens_at, due_at, policy_version_id,
           occasion_id IS NULL AND (why IS NULL OR why->>'code' = ANY(:chained)) AS chained
    FROM duties
    WHERE subject_id = :subject_id AND opens_at <= :happened_at AND obligor = 'office'
      AND kind IN ('visit', 'talk', 'verification', 'review', 'follow_up')
      AND state IN ('planned', 'open', 'late', 'missed', 'unjudged')
    ORDER BY opens_at, due_at, id
    """
)

RECEIPT = text(
    """
    SELECT r.id, r.kind, r.subject_id, r.office_id, r.officer_id, r.happened_at, r.ended_at, r.written_at, r.reasons,
           r.home_distance_m, r.accuracy_m, r.corrects_id, r.body_hash, i.item, i.duty_id, d.due_at,
           (SELECT jsonb_agg(jsonb_build_array(e.id, e.due_at) ORDER BY e.opens_at, e.due_at, e.id) FROM duties e
            WHERE e.subject_id = r.subject_id AND e.rule_code = i.item
              AND e.evidence_id = r.id AND e.id <> i.duty_id) AS also
    FROM records r JOIN record_items i ON i.record_id = r.id LEFT JOIN duties d ON d.id = i.duty_id
    WHERE r.id = :record_id
    ORDER BY i.item
    """
)


def facts(tx: Connection, actor: Actor, new: NewRecord, *, now: datetime) -> RecordFacts:
    """The facts for judging `new`, under the subject's lock. NotFound where the subject is not in the actor's scope.

    The policy in force now says which items there are and who may write them, and of an item that it has no more the
    policy by which it is still owed, or the one that held when it happened.
    """
    subject = _subject(tx, actor, new)
    in_force = policies.of_office(tx, subject.office_id, at=now)
    owed = tx.execute(
        OWED, {"subject_id": new.subject_id, "happened_at": new.happened_at, "chained": list(CHAINED)}
    ).all()
    named = [(row.rule_code, row.policy_version_id) for row in owed if row.rule_code in new.items]
    return RecordFacts(
        subject_id=subject.id,
        office_id=subject.office_id,
        office_path=subject.path,
        ended_at=subject.ended_at,
        policy=in_force.policy,
        policy_version_id=in_force.version_id,
        owed=tuple(_owed(row) for row in owed),
        former=_former(tx, subject.office_id, new, in_force.policy, named),
        corrected=_corrected(tx, new.corrects_id),
        home_distance_m=subject.home_distance_m,
    )


def repeated(tx: Connection, actor: Actor, new: NewRecord) -> Receipt | None:
    """The receipt that the same request got before; None where it is new.

    Conflict `id_reused` where the id is that of another record, or another officer's.
    """
    rows = _rows(tx, new.id)
    if not rows:
        return None
    known = _receipt(rows)
    if (known.kind, known.officer_id, rows[0].body_hash) != (new.kind, actor.id, new.body_hash):
        raise Conflict("id_reused")
    _subject(tx, actor, new)
    return known


def receipt(tx: Connection, record_id: UUID) -> Receipt:
    """What was kept under that id, in the transaction that wrote it."""
    return _receipt(_rows(tx, record_id))


def write(tx: Connection, effects: Sequence[WriteRecord]) -> None:
    """Add records with their items. Conflict `id_reused` where an id is another record's already."""
    for effect in effects:
        added = insert_new(Record).values(_row(effect)).on_conflict_do_nothing(index_elements=["id"])
        if tx.execute(added.returning(Record.id)).one_or_none() is None:
            raise Conflict("id_reused")
        tx.execute(
            insert(RecordItem),
            [{"record_id": effect.id, "item": item, "duty_id": duty_id} for item, duty_id in effect.items],
        )


def _rows(tx: Connection, record_id: UUID) -> Sequence[Row[Any]]:
    return tx.execute(RECEIPT, {"record_id": record_id}).all()


def _subject(tx: Connection, actor: Actor, new: NewRecord) -> Row[Any]:
    distance: Any = literal(None)
    if new.fix is not None:
        place = func.ST_SetSRID(func.ST_MakePoint(new.fix.lon, new.fix.lat), 4326)
        distance = func.ST_Distance(cast(Subject.home, Geography), cast(place, Geography))
    row = tx.execute(
        select(Subject.id, Subject.office_id, Office.path, Subject.ended_at, distance.label("home_distance_m"))
        .join(Office, Office.id == Subject.office_id)
        .where(Subject.id == new.subject_id, subjects_of(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row


def _owed(row: Row[Any]) -> Owed:
    kind, state = DutyKind(row.kind), DutyState(row.state)
    return Owed(row.id, kind, row.rule_code, state, row.opens_at, row.due_at, row.chained)


def _former(
    tx: Connection, office_id: UUID, new: NewRecord, policy: Policy, owed: Iterable[tuple[str, UUID]]
) -> Mapping[str, Item]:
    """What is owed still, and what a draft that comes late, or a correction, tells of from before the rule changed."""
    found = policies.former_items(tx, owed, policy)
    if all(policy.item(code) or code in found for code in new.items):
        return found
    with suppress(Refused):  # it may have happened before there was any policy
        then = policies.of_office(tx, office_id, at=new.happened_at).policy
        return {code: item for code in new.items if (item := then.item(code))} | dict(found)
    return found


def _corrected(tx: Connection, record_id: UUID | None) -> tuple[UUID, DutyKind] | None:
    if record_id is None:
        return None
    row = tx.execute(select(Record.subject_id, Record.kind).where(Record.id == record_id)).one_or_none()
    return None if row is None else (row.subject_id, DutyKind(row.kind))


def _row(effect: WriteRecord) -> dict[str, Any]:
    return {
        "id": effect.id,
        "kind": effect.kind,
        "subject_id": effect.subject_id,
        "office_id": effect.office_id,
        "officer_id": effect.officer.id,
        "happened_at": effect.happened_at,
        "ended_at": effect.ended_at,
        "written_at": effect.written_at,
        "place": _point(effect.fix),
        "place_given": null() if effect.fix_given is None else effect.fix_given,
        "accuracy_m": effect.fix.accuracy_m if effect.fix else None,
        "home_distance_m": effect.home_distance_m,
        "met": effect.met,
        "note": effect.note,
        "reasons": [reason.as_json() for reason in effect.reasons],
        "corrects_id": effect.corrects_id,
        "body_hash": effect.body_hash,
        **_details(effect.details),
    }


def _details(details: Details) -> dict[str, Any]:
    return {
        "mood": details.mood,
        "risk": details.risk,
        "findings": details.findings_json() or null(),
        "lines": details.lines_json() or null(),
        "signed_subject": details.signing.subject,
        "signed_officer": details.signing.officer,
        "why_not_signed": details.signing.why_not,
        "follow_up": details.follow_up,
        "follow_up_on": details.follow_up_on,
        "why_added": details.why_added,
        "place_name": details.place_name,
        "client_started_at": details.started_at,
        "client_sent_at": details.sent_at,
        "drafted_offline": details.offline,
        "device": details.device,
    }


def _point(fix: Fix | None) -> Any:
    return None if fix is None else func.ST_SetSRID(func.ST_MakePoint(fix.lon, fix.lat), 4326)


def _receipt(rows: Sequence[Row[Any]]) -> Receipt:
    first = rows[0]
    return Receipt(
        id=first.id,
        kind=DutyKind(first.kind),
        subject_id=first.subject_id,
        office_id=first.office_id,
        officer_id=first.officer_id,
        happened_at=first.happened_at,
        ended_at=first.ended_at,
        written_at=first.written_at,
        items=tuple(Covered(row.item, row.duty_id, row.due_at, also(row.also)) for row in rows),
        reasons=tuple(_reason(reason) for reason in first.reasons),
        home_distance_m=first.home_distance_m,
        accuracy_m=first.accuracy_m,
        corrects_id=first.corrects_id,
    )


def also(told: Sequence[tuple[str, str]] | None) -> tuple[tuple[UUID, datetime], ...]:
    """Further duties of an item that a record settled, as JSON tells them: id and due time."""
    return tuple((UUID(duty_id), datetime.fromisoformat(due_at)) for duty_id, due_at in told or ())


def _reason(stored: dict[str, Any]) -> Reason:
    return Reason(stored["code"], tuple(stored["params"].items()))

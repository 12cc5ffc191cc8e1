"""Leave in words that the phone's interface and the offices' share: what is asked, and how a request is shown."""

from typing import Any

from marshmallow import fields, validate

from app.api.bodies import body_hash
from app.api.fields import Body, Instant, choice, text
from app.rules.leave import LeaveGround, LeaveKind, LeaveLevel, LeaveState, ReportKind
from app.rules.leave.facts import Told, Wanted

MOST_PLACES = 20
MOST_PROOFS = 9


class LeaveBody(Body):
    """What is asked for. An extension begins where the leave that it names ends, and needs no `from`."""

    id = fields.UUID(required=True)
    kind = choice(
        LeaveKind,
        load_default=LeaveKind.LEAVE.value,
        metadata={"description": "leave: one journey; permit: frequent travel between counties, for six months."},
    )
    ground = choice(LeaveGround, required=True)
    reason = text(1000, required=True, metadata={"description": "Own words."})
    destinations = fields.List(
        fields.String(validate=validate.Regexp(r"^\d{6}$")),
        required=True,
        validate=validate.Length(1, MOST_PLACES),
        metadata={"description": "6-digit codes of counties, districts or cities."},
    )
    place = text(200, required=True, metadata={"description": "Where one will stay."})
    from_at = Instant(load_default=None, allow_none=True, data_key="from")
    until = Instant(
        load_default=None,
        allow_none=True,
        data_key="to",
        metadata={"description": "When one will be back. Of a permit, if left out: six months after from."},
    )
    travel = text(100, required=True, metadata={"description": "Way of travel."})
    contact = text(100, required=True, metadata={"description": "How to be reached on the way."})
    frequency = text(200, load_default=None, allow_none=True, metadata={"description": "Of a permit: when, how often."})
    proof = text(500, load_default=None, allow_none=True, metadata={"description": "Which papers prove the ground."})
    photo_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_PROOFS),
        metadata={"description": "Photos of papers, sent before with purpose leave_proof."},
    )
    extends_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "The leave to be extended."})


class LeaveReportBody(Body):
    """Something told on the way."""

    id = fields.UUID(required=True)
    kind = choice([kind for kind in ReportKind if kind is not ReportKind.RETURN], required=True)
    happened_at = Instant(required=True)
    destination = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^\d{6}$"), metadata={"description": "Of a trip."}
    )
    until = Instant(
        load_default=None,
        allow_none=True,
        data_key="to",
        metadata={"description": "When one will be back, of a trip or a delay."},
    )
    note = text(500, load_default=None, allow_none=True, metadata={"description": "Of a delay: the reason."})


class LeaveReturnBody(Body):
    """The return, with its formality."""

    id = fields.UUID(required=True)
    returned_at = Instant(required=True)
    note = text(500, load_default=None, allow_none=True)


class LeaveWithdrawBody(Body):
    """Taking a request back."""

    note = text(500, load_default=None, allow_none=True)


class LeaveReportAnswer(Body):
    """One thing told on the way."""

    id = fields.UUID(required=True)
    kind = choice(ReportKind, required=True)
    happened_at = Instant(required=True)
    received_at = Instant(required=True)
    destination = fields.String(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True, data_key="to")
    note = fields.String(required=True, allow_none=True)
    entered_by_name = fields.String(required=True, allow_none=True, metadata={"description": "Null: told by phone."})
    confirmed_at = Instant(required=True, allow_none=True)
    confirmed_by_name = fields.String(required=True, allow_none=True)


class LeaveAnswer(Body):
    """One request as it stands. Times `from` and `to` are as asked; what was approved counts from `counts_from`."""

    id = fields.UUID(required=True)
    extends_id = fields.UUID(required=True, allow_none=True)
    kind = choice(LeaveKind, required=True)
    state = choice(LeaveState, required=True)
    ground = choice(LeaveGround, required=True)
    reason = fields.String(required=True, allow_none=True)
    destinations = fields.List(fields.String(), required=True)
    destination_names = fields.List(fields.String(), required=True)
    place = fields.String(required=True, allow_none=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, data_key="to")
    travel = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    frequency = fields.String(required=True, allow_none=True)
    proof = fields.String(required=True, allow_none=True)
    photo_ids = fields.List(fields.UUID(), required=True)
    asked_late = fields.Boolean(required=True)
    late_note = fields.String(required=True, allow_none=True, metadata={"description": "A sentence, where asked late."})
    requested_at = Instant(required=True)
    days = fields.Integer(required=True, metadata={"description": "Calendar days, with what it extends."})
    total_days = fields.Integer(required=True, metadata={"description": "The most in any two months touching it."})
    decider = choice(LeaveLevel, required=True)
    must_decide = fields.String(required=True, metadata={"description": "Who must decide, as a sentence."})
    decided_at = Instant(required=True, allow_none=True)
    decided_level = choice(LeaveLevel, required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    conditions = fields.String(required=True, allow_none=True)
    report_arrival = fields.Boolean(
        required=True, metadata={"description": "Whether to report to the agency at the destination."}
    )
    counts_from = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    end_note = fields.String(required=True, allow_none=True, metadata={"description": "Of a revocation: why."})
    how_to_object = fields.String(required=True, allow_none=True)
    return_due_at = Instant(required=True, allow_none=True)
    return_grace_until = Instant(required=True, allow_none=True)
    return_waiting_at = Instant(
        required=True, allow_none=True, metadata={"description": "A reported return that an officer has to confirm."}
    )
    overdue = fields.Boolean(required=True)
    departed_at = Instant(required=True, allow_none=True)
    arrived_at = Instant(required=True, allow_none=True)
    reports = fields.List(fields.Nested(LeaveReportAnswer), required=True, metadata={"description": "Empty in lists."})


def wanted(body: dict[str, Any]) -> Wanted:
    """The body as the command."""
    return Wanted(
        id=body["id"],
        kind=LeaveKind(body["kind"]),
        ground=LeaveGround(body["ground"]),
        reason=body["reason"],
        destinations=tuple(dict.fromkeys(body["destinations"])),
        place=body["place"],
        from_at=body["from_at"],
        until=body["until"],
        travel=body["travel"],
        contact=body["contact"],
        body_hash=body_hash(),
        frequency=body["frequency"],
        proof=body["proof"],
        proofs=tuple(dict.fromkeys(body["photo_ids"])),
        extends_id=body["extends_id"],
    )


def told(body: dict[str, Any]) -> Told:
    """A report as the command."""
    return Told(
        id=body["id"],
        kind=ReportKind(body["kind"]),
        happened_at=body["happened_at"],
        body_hash=body_hash(),
        destination=body["destination"],
        until=body["until"],
        note=body["note"],
    )


def told_return(body: dict[str, Any]) -> Told:
    """A return as the command."""
    return Told(body["id"], ReportKind.RETURN, body["returned_at"], body_hash(), note=body["note"])

"""End a subject's supervision: the term is over, or custody, hospital or death end it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules import subjects
from app.rules.errors import NotAllowed
from app.rules.facts import Actor, EndReason, SubjectStatus
from app.store import effects, endings
from app.store import subjects as rows


@dataclass(frozen=True)
class Receipt:
    """What an end of supervision is answered, the same at every repeat."""

    id: UUID
    ended_at: datetime
    reason: EndReason


def end_supervision(
    tx: Connection, actor: Actor, subject_id: UUID, reason: EndReason, note: str | None, *, now: datetime
) -> Receipt:
    """Log-in, phone, pushes, duties, collection, watching for silence and ladders stop, all in this transaction.

    NotFound for a subject out of reach; Conflict `already_ended`, unless it ended for that very reason: then the same
    receipt again.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    standing = rows.within_reach(tx, actor, subject_id)
    if standing.status is SubjectStatus.ENDED and standing.end_reason is reason and standing.ended_at is not None:
        return Receipt(subject_id, standing.ended_at, reason)
    duties = endings.unsettled_duties(tx, subject_id)
    alerts = endings.active_alerts(tx, subject_id)
    decision = subjects.end(standing, reason, duties, alerts, note=note, now=now, actor=actor)
    effects.apply(tx, [decision])
    endings.end(tx, subject_id, reason, ended_by=actor.id, now=now)
    return Receipt(subject_id, now, reason)

"""Move a subject to another class of supervision."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules import correction, planning, subjects
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor, Reason, SupervisionClass
from app.store import correction as groups
from app.store import effects, periods
from app.store import planning as plans
from app.store import subjects as rows


@dataclass(frozen=True)
class ClassChange:
    """A change of class with its reason in an officer's words; `at` is since when it holds, None means now.

    `id` tells a repeated request; it is derived where the client made none.
    """

    id: UUID
    subject_id: UUID
    class_: SupervisionClass
    reason: str
    at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What a change of class is answered, the same at every repeat."""

    id: UUID
    subject_id: UUID
    class_: SupervisionClass
    at: datetime


def change_class(
    tx: Connection, actor: Actor, change: ClassChange, key: bytes, *, now: datetime
) -> tuple[Receipt, bool]:
    """The class changes; what was planned by the old one is planned anew, what has opened stays. False for a repeat.

    `key` is the secret of the random windows. NotFound for a subject out of reach; Conflict where the class is the
    present one or nobody is under correction; Refused where `at` lies ahead or before the present class began.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    rows.claim(tx, change.id)
    standing = rows.within_reach(tx, actor, change.subject_id)
    if repeated := _repeated(tx, change):
        return repeated, False
    at = change.at or now
    decision = subjects.change_class(
        standing, change.class_, change_id=change.id, at=at, note=change.reason, now=now, actor=actor
    )
    periods.change_class(tx, change.id, change.subject_id, change.class_, change.reason, set_by=actor.id, at=at)
    rows.change(tx, change.subject_id, {"class": change.class_})
    effects.apply(tx, [decision])
    _replan(tx, actor, change.subject_id, key, now)
    effects.apply(tx, [correction.class_changed(groups.facts(tx, change.subject_id, now=now), actor, now=now)])
    return Receipt(change.id, change.subject_id, change.class_, at), True


def _repeated(tx: Connection, change: ClassChange) -> Receipt | None:
    known = periods.class_period(tx, change.id)
    if known is None:
        return None
    same = (known.subject_id, known.class_, known.reason) == (change.subject_id, change.class_, change.reason)
    if not same or change.at not in {None, known.begun_at}:
        raise Conflict("id_reused")
    return Receipt(change.id, known.subject_id, known.class_, known.begun_at)


def _replan(tx: Connection, actor: Actor, subject_id: UUID, key: bytes, now: datetime) -> None:
    until = now + planning.HORIZON
    why = Reason("class_changed")
    for facts in plans.facts_for(tx, [subject_id], until=until, since=now):
        again = planning.replan(facts, since=now, until=until, key=key, now=now, reason=why, actor=actor)
        effects.apply(tx, [again])

"""One turn of an item that the office owes, and the duty that it becomes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.effects import PlanDuty
from app.rules.facts import Obligor, Reason
from app.rules.planning.facts import Stretch, duty_id
from app.rules.policy import Item
from app.rules.schedule import JUDGE_DELAY

BEFORE_FESTIVAL, BEFORE_END = timedelta(microseconds=1), timedelta(microseconds=2)
_FIRST_OF_OCCASIONS, _OCCASIONS_TOLD_APART = 3, 999_983


@dataclass(frozen=True)
class Turn:
    """One turn of an item, from `opens_at` until `due_at`. `slot_start` names it among the turns of its item,
    `why` says what brought it up.

    A chain's turn may begin at the very midnight at which a festival does, and two things may happen in one minute:
    each is a turn of its own, told apart by microseconds of `slot_start`.
    """

    stretch: Stretch
    item: Item
    why: Reason
    slot_start: datetime
    opens_at: datetime
    due_at: datetime
    occasion_id: UUID | None = None


def apart(occasion_id: UUID) -> timedelta:
    """What tells the turns of this occasion from those of another at the same instant."""
    return timedelta(microseconds=_FIRST_OF_OCCASIONS + occasion_id.int % _OCCASIONS_TOLD_APART)


def owed_by_office(turn: Turn, subject_id: UUID, office_id: UUID, *, now: datetime) -> PlanDuty:
    """The duty of a turn."""
    grace_until = turn.due_at + timedelta(minutes=turn.stretch.policy.grace_min.of(turn.item.kind))
    return PlanDuty(
        id=duty_id(subject_id, turn.item.code, turn.slot_start),
        subject_id=subject_id,
        kind=turn.item.kind,
        obligor=Obligor.OFFICE,
        rule_code=turn.item.code,
        slot_start=turn.slot_start,
        opens_at=turn.opens_at,
        due_at=turn.due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=office_id,
        policy_version_id=turn.stretch.version_id,
        at=now,
        why=turn.why,
        occasion_id=turn.occasion_id,
    )

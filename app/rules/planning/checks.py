"""What the subject owes: check-ins, and location checks for those who carry a smartphone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.rules.calendar import legal_day
from app.rules.effects import PlanDuty
from app.rules.facts import Channel, Obligor
from app.rules.planning.facts import PlanningFacts, Stretch, duty_id
from app.rules.schedule import Slot, check_in_slots, location_check_slots

_INSTANT = timedelta(microseconds=1)


def checks(
    facts: PlanningFacts, stretches: list[Stretch], start: datetime, until: datetime, key: bytes, *, now: datetime
) -> Iterator[PlanDuty]:
    """Every check that opens from `start` up to `until` (exclusive), by the class and policy in force when it opens."""
    for stretch in stretches:
        from_at, to_at = stretch.clipped(start, until)
        if from_at < to_at:
            for slot in _slots(facts, stretch, from_at, to_at, key):
                if from_at <= slot.opens_at < to_at:
                    yield _check(facts, stretch, slot, now)


def _slots(facts: PlanningFacts, stretch: Stretch, from_at: datetime, to_at: datetime, key: bytes) -> tuple[Slot, ...]:
    first, last = legal_day(from_at), legal_day(to_at - _INSTANT)
    slots = check_in_slots(stretch.policy, stretch.class_, facts.subject_id, from_day=first, to_day=last, key=key)
    if facts.channel is Channel.NO_SMARTPHONE:
        return slots
    return slots + location_check_slots(
        stretch.policy, stretch.class_, facts.subject_id, from_day=first, to_day=last, key=key
    )


def _check(facts: PlanningFacts, stretch: Stretch, slot: Slot, now: datetime) -> PlanDuty:
    return PlanDuty(
        id=duty_id(facts.subject_id, slot.rule_code, slot.slot_start),
        subject_id=facts.subject_id,
        kind=slot.kind,
        obligor=Obligor.SUBJECT,
        rule_code=slot.rule_code,
        slot_start=slot.slot_start,
        opens_at=slot.opens_at,
        due_at=slot.due_at,
        grace_until=slot.grace_until,
        judge_at=slot.judge_at,
        office_id=facts.office_id,
        policy_version_id=stretch.version_id,
        at=now,
        remind_at=slot.remind_at,
        random=slot.random,
        covered_until=slot.grace_until,
    )

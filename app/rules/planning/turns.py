"""Turns of items that the office owes: from intake and by repetition, ahead of festivals, before the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.rules.calendar import last_day_before, start_of_day
from app.rules.effects import PlanDuty
from app.rules.facts import Obligor, OccasionKind
from app.rules.planning.facts import PlanningFacts, Stretch, duty_id
from app.rules.policy import CalendarEvent, Item, Trigger
from app.rules.schedule import JUDGE_DELAY, due_after, due_before, next_due

# No text says when a visit may begin. Two weeks leave the officer a choice of days, and one visit cannot serve for two
# turns in a row, since no turn opens before the last one was due.
OPENS_BEFORE = timedelta(days=14)

REPEAT = "repeat"
"""The trigger of a turn that is counted from the last one."""


@dataclass(frozen=True)
class Turn:
    """One turn of an item: from `opens_at` until `due_at`, counted from `slot_start` by the named trigger."""

    stretch: Stretch
    item: Item
    trigger: str
    slot_start: datetime
    opens_at: datetime
    due_at: datetime
    occasion_id: UUID | None = None


def calendar_turns(facts: PlanningFacts, stretches: list[Stretch], start: datetime, until: datetime) -> Iterator[Turn]:
    """Every turn of the calendar that opens before `until`: chains are followed from the last due, festivals and the
    end are looked for from `start` on.
    """
    for code in sorted({code for stretch in stretches for code in stretch.policy.items}):
        yield from _chain(facts, stretches, code, until)
    for stretch in stretches:
        from_at, to_at = stretch.clipped(start, until)
        if from_at < to_at:
            for turn in _dated(facts, stretch):
                if from_at <= turn.opens_at < min(to_at, turn.due_at):
                    yield turn


def _chain(facts: PlanningFacts, stretches: list[Stretch], code: str, until: datetime) -> Iterator[Turn]:
    """The first turn runs from registration, each further one is counted from the last due."""
    last_due = facts.last_due.get(code)
    while (turn := _next(facts, stretches, code, last_due)) is not None and turn.opens_at < until:
        yield turn
        last_due = turn.due_at


def _next(facts: PlanningFacts, stretches: list[Stretch], code: str, last_due: datetime | None) -> Turn | None:
    """When the next turn opens and is due, by the class and policy that are in force when it opens."""
    for stretch in stretches:
        item = stretch.policy.item(code)
        if item is None:
            continue
        turn = _first(facts, stretch, item) if last_due is None else _further(stretch, item, last_due, last_due)
        if turn is not None and not stretch.is_over_by(turn.opens_at):
            return turn
    return None


def _first(facts: PlanningFacts, stretch: Stretch, item: Item) -> Turn | None:
    """The turn that intake brings up. Where an item came later than intake and its time, it is nobody's debt any more:
    the chain is followed up to the day from which the rule holds.
    """
    registered_at = facts.registered_at
    if facts.planned_until is not None and stretch.from_at <= registered_at and not item.repeats:
        return None  # written at registration, or owed by nobody
    for trigger in item.triggers_on(OccasionKind.INTAKE):
        span = trigger.due.of(stretch.class_)
        if span is None:
            continue
        due_at = due_after(span, registered_at)
        if due_at > stretch.from_at:
            opens_at = max(registered_at, stretch.from_at)
            return Turn(stretch, item, OccasionKind.INTAKE, registered_at, opens_at, due_at)
        return _further(stretch, item, due_at, registered_at)
    return _further(stretch, item, registered_at, registered_at)


def _further(stretch: Stretch, item: Item, last_due: datetime, slot_start: datetime) -> Turn | None:
    """Turns that a new class or policy would have had before it began are nobody's debt."""
    span = item.repeat.of(stretch.class_)
    if span is None:
        return None
    due_at = next_due(span, last_due)
    while due_at <= stretch.from_at:
        due_at = next_due(span, due_at)
    opens_at = max(last_due, due_at - OPENS_BEFORE, stretch.from_at)
    return Turn(stretch, item, REPEAT, slot_start, opens_at, due_at)


def _dated(facts: PlanningFacts, stretch: Stretch) -> Iterator[Turn]:
    """Turns ahead of days of the calendar, whenever they open."""
    for item in stretch.policy.items.values():
        for trigger in item.triggers:
            span = trigger.due.of(stretch.class_) if isinstance(trigger.on, CalendarEvent) else None
            if span is None:
                continue
            for day, begins_at in _days(facts, stretch, trigger):
                due_at = due_before(span, day, begins_at)
                opens_at = max(due_at - timedelta(days=trigger.opens_days), facts.registered_at, stretch.from_at)
                yield Turn(stretch, item, trigger.on.value, begins_at, opens_at, due_at)


def _days(facts: PlanningFacts, stretch: Stretch, trigger: Trigger) -> Iterator[tuple[date, datetime]]:
    """The days that the trigger means, each with the instant at which it comes: of an end, when it is over."""
    if trigger.on is CalendarEvent.FESTIVAL:
        for rest in stretch.policy.holidays.rests:
            if rest.days >= trigger.rest_days:
                yield rest.first_day, start_of_day(rest.first_day)
    elif facts.supervised_until is not None:
        yield last_day_before(facts.supervised_until), facts.supervised_until


def owed_by_office(facts: PlanningFacts, turn: Turn, *, now: datetime) -> PlanDuty:
    """The duty of a turn."""
    grace_until = turn.due_at + timedelta(minutes=turn.stretch.policy.grace_min.of(turn.item.kind))
    return PlanDuty(
        id=duty_id(facts.subject_id, turn.item.code, turn.slot_start),
        subject_id=facts.subject_id,
        kind=turn.item.kind,
        obligor=Obligor.OFFICE,
        rule_code=turn.item.code,
        slot_start=turn.slot_start,
        opens_at=turn.opens_at,
        due_at=turn.due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=facts.office_id,
        policy_version_id=turn.stretch.version_id,
        at=now,
    )

"""Chains of turns: the first from intake on, each further one counted from the last due."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.facts import OccasionKind, Reason
from app.rules.planning.facts import PlanningFacts, Stretch
from app.rules.planning.origins import after_intake, again, again_from_intake
from app.rules.planning.turns import Turn
from app.rules.policy import Item, Span
from app.rules.schedule import due_after, next_due

# No text says when a visit may begin. Two weeks leave the officer a choice of days, and one visit cannot serve for two
# turns in a row, since no turn opens before the last one was due.
OPENS_BEFORE = timedelta(days=14)


def chain(facts: PlanningFacts, stretches: list[Stretch], code: str, until: datetime) -> Iterator[Turn]:
    """The turns of one item that open before `until`, from the last due on, which need not have been kept."""
    last_due = facts.last_due.get(code)
    first_due = facts.first_due.get(code, last_due)
    while (turn := _next(facts, stretches, code, last_due, first_due)) is not None and turn.opens_at < until:
        yield turn
        last_due = turn.due_at
        first_due = first_due or turn.due_at


def _next(
    facts: PlanningFacts, stretches: list[Stretch], code: str, last_due: datetime | None, first_due: datetime | None
) -> Turn | None:
    """When the next turn opens and is due, by the class and policy that are in force when it opens."""
    for stretch in stretches:
        item = stretch.policy.item(code)
        if item is None:
            continue
        if last_due is None:
            turn = _first(facts, stretch, item)
        else:
            first = _counts_from(facts, stretch, item, first_due or last_due)
            why = partial(again, last_due=last_due, first=first)
            turn = _further(stretch, item, (first, last_due), why, last_due)
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
    why = partial(again_from_intake, registered_at=registered_at)
    for trigger in item.triggers_on(OccasionKind.INTAKE):
        span = trigger.due.of(stretch.class_)
        if span is None:
            continue
        due_at = due_after(span, registered_at)
        if due_at > stretch.from_at:
            opens_at = max(registered_at, stretch.from_at)
            return Turn(stretch, item, after_intake(item, span, registered_at), registered_at, opens_at, due_at)
        return _further(stretch, item, (_counts_from(facts, stretch, item, due_at), due_at), why, registered_at)
    that_day = legal_day(registered_at)
    return _further(stretch, item, (that_day, end_of_day(that_day)), why, registered_at)


def _counts_from(facts: PlanningFacts, stretch: Stretch, item: Item, first_due: datetime) -> date:
    """The day whose number the chain's months keep: that of intake where they run from it, else of the first due."""
    spans = [trigger.due.of(stretch.class_) for trigger in item.triggers_on(OccasionKind.INTAKE)]
    in_months = not spans or any(span is not None and span.months is not None for span in spans)
    return legal_day(facts.registered_at) if in_months else last_day_before(first_due)


def _further(
    stretch: Stretch,
    item: Item,
    counted: tuple[date, datetime],
    why: Callable[[Item, Span], Reason],
    slot_start: datetime,
) -> Turn | None:
    """The turn after the last due; `counted` are the day from which its months count, and that due. Turns that a new
    class or policy would have had before it began are nobody's debt.
    """
    span = item.repeat.of(stretch.class_)
    if span is None:
        return None
    first, last_due = counted
    due_at = next_due(span, last_due, first)
    while due_at <= stretch.from_at:
        due_at = next_due(span, due_at, first)
    opens_at = max(last_due, due_at - OPENS_BEFORE, stretch.from_at)
    return Turn(stretch, item, why(item, span), slot_start, opens_at, due_at)

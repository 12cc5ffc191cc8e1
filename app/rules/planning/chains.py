"""Chains of turns: the first from intake on, each further one counted from the last due."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

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
    while (turn := _next(facts, stretches, code, last_due)) is not None and turn.opens_at < until:
        yield turn
        last_due = turn.due_at


def _next(facts: PlanningFacts, stretches: list[Stretch], code: str, last_due: datetime | None) -> Turn | None:
    """When the next turn opens and is due, by the class and policy that are in force when it opens."""
    for stretch in stretches:
        item = stretch.policy.item(code)
        if item is None:
            continue
        if last_due is None:
            turn = _first(facts, stretch, item)
        else:
            turn = _further(stretch, item, last_due, partial(again, last_due=last_due), last_due)
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
        return _further(stretch, item, due_at, why, registered_at)
    return _further(stretch, item, registered_at, why, registered_at)


def _further(
    stretch: Stretch, item: Item, last_due: datetime, why: Callable[[Item, Span], Reason], slot_start: datetime
) -> Turn | None:
    """Turns that a new class or policy would have had before it began are nobody's debt."""
    span = item.repeat.of(stretch.class_)
    if span is None:
        return None
    due_at = next_due(span, last_due)
    while due_at <= stretch.from_at:
        due_at = next_due(span, due_at)
    opens_at = max(last_due, due_at - OPENS_BEFORE, stretch.from_at)
    return Turn(stretch, item, why(item, span), slot_start, opens_at, due_at)

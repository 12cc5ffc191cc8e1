"""What the calendar brings up: chains of every item, turns ahead of festivals and of the end."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.rules.calendar import last_day_before, start_of_day
from app.rules.planning.chains import chain
from app.rules.planning.facts import PlanningFacts, Stretch
from app.rules.planning.origins import before_end, before_festival
from app.rules.planning.turns import BEFORE_END, BEFORE_FESTIVAL, Turn
from app.rules.policy import CalendarEvent, Item, Trigger
from app.rules.schedule import due_before


def calendar_turns(
    facts: PlanningFacts, stretches: list[Stretch], start: datetime, until: datetime, *, begun: bool = False
) -> Iterator[Turn]:
    """Every turn of the calendar that opens before `until`: chains are followed from the last due, festivals and the
    end are looked for from `start` on.

    `begun`: also those ahead of what comes after `start` whose time has begun by then, open from `start` on. An end
    that is set for next week has its turn, though that would have opened weeks ago; one that exists stays as it is.
    """
    for code in sorted({code for stretch in stretches for code in stretch.policy.items}):
        yield from chain(facts, stretches, code, until)
    for stretch in stretches:
        from_at, to_at = stretch.clipped(start, until)
        if from_at < to_at:
            for item in stretch.policy.items.values():
                for trigger in item.triggers:
                    if isinstance(trigger.on, CalendarEvent):
                        earliest = from_at if begun else facts.registered_at
                        yield from _ahead(facts, stretch, item, trigger, (from_at, to_at), earliest)


def _ahead(
    facts: PlanningFacts,
    stretch: Stretch,
    item: Item,
    trigger: Trigger,
    opening: tuple[datetime, datetime],
    earliest: datetime,
) -> Iterator[Turn]:
    """Turns ahead of the days that the trigger means, that open in [from, to) and are not over before they open."""
    span = trigger.due.of(stretch.class_)
    if span is None:
        return
    festival = trigger.on is CalendarEvent.FESTIVAL
    why, apart = (before_festival, BEFORE_FESTIVAL) if festival else (before_end, BEFORE_END)
    for day, begins_at in _days(facts, stretch, trigger):
        due_at = due_before(span, day, begins_at)
        opens_at = max(due_at - timedelta(days=trigger.opens_days), stretch.from_at, earliest)
        if opening[0] <= opens_at < min(opening[1], due_at):
            yield Turn(stretch, item, why(item, span, day), begins_at + apart, opens_at, due_at)


def _days(facts: PlanningFacts, stretch: Stretch, trigger: Trigger) -> Iterator[tuple[date, datetime]]:
    """The days that the trigger means, each with the instant at which it comes: of an end, when it is over."""
    if trigger.on is CalendarEvent.FESTIVAL:
        for rest in stretch.policy.holidays.rests:
            if rest.days >= trigger.rest_days:
                yield rest.first_day, start_of_day(rest.first_day)
    elif facts.supervised_until is not None:
        yield last_day_before(facts.supervised_until), facts.supervised_until

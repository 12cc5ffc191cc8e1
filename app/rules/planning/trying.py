"""What a policy would have asked for in a time that is over: counted, never written. For trials of drafts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.rules.calendar import at_minute, legal_day
from app.rules.facts import Channel, DutyKind, OccasionKind, SupervisionClass
from app.rules.planning.by_calendar import calendar_turns
from app.rules.planning.facts import ClassPeriod, PlanningFacts, PolicyPeriod, Stretch, stretches_of
from app.rules.policy import Policy
from app.rules.schedule import check_in_slots, due_after, due_before, location_check_slots

NOBODY = UUID(int=0)
KEY = b"counting needs no secret"
NOON = 12 * 60

Owed = Counter[tuple[str, SupervisionClass]]
"""How often each item (or kind of check) was due, by class."""


@dataclass(frozen=True)
class Lived:
    """One person in that time, without anything by which one knows them."""

    channel: Channel
    registered_at: datetime
    supervised_until: datetime | None
    classes: tuple[ClassPeriod, ...]
    occasions: tuple[tuple[OccasionKind, datetime], ...] = ()


def owed(person: Lived, policy: Policy, since: datetime, until: datetime) -> Owed:
    """What would have been due on the days from `since` to `until` (both midnights), had this policy always been in
    force: turns of the calendar, what occasions brought up, and checks by the day.
    """
    facts = PlanningFacts(
        subject_id=NOBODY,
        office_id=NOBODY,
        channel=person.channel,
        registered_at=person.registered_at,
        supervised_until=person.supervised_until,
        planned_until=None,
        classes=person.classes,
        policies=(PolicyPeriod(None, None, NOBODY, policy),),
    )
    stretches = stretches_of(facts)
    found: Owed = Counter()
    for turn in calendar_turns(facts, stretches, min(person.registered_at, since), until):
        if _counts(person, turn.due_at, since, until):
            found[turn.item.code, turn.stretch.class_] += 1
    found.update(_from_occasions(person, policy, stretches, since, until))
    found.update(_checks(person, policy, stretches, since, until))
    return found


def _counts(person: Lived, due_at: datetime, since: datetime, until: datetime) -> bool:
    within = person.supervised_until is None or due_at <= person.supervised_until
    return since < due_at <= until and within


def _from_occasions(
    person: Lived, policy: Policy, stretches: Sequence[Stretch], since: datetime, until: datetime
) -> Iterator[tuple[str, SupervisionClass]]:
    for kind, at in person.occasions:
        class_ = _class_at(stretches, at)
        if class_ is None or kind is OccasionKind.INTAKE:
            continue
        for item in policy.items.values():
            for trigger in item.triggers_on(kind):
                span = trigger.due.of(class_)
                if span is None:
                    continue
                due_at = due_before(span, legal_day(at), at) if trigger.before else due_after(span, at)
                if _counts(person, due_at, since, until):
                    yield item.code, class_


def _checks(
    person: Lived, policy: Policy, stretches: Sequence[Stretch], since: datetime, until: datetime
) -> Iterator[tuple[str, SupervisionClass]]:
    """By the class at noon: on a day on which the class changes this may be off by one."""
    day = legal_day(max(since, person.registered_at))
    last = legal_day(min(until, person.supervised_until or until))
    while day < last:
        class_ = _class_at(stretches, at_minute(day, NOON))
        if class_ is not None:
            yield from _checks_of_day(policy, class_, person.channel, day)
        day += timedelta(days=1)


def _checks_of_day(
    policy: Policy, class_: SupervisionClass, channel: Channel, day: date
) -> Iterator[tuple[str, SupervisionClass]]:
    for _ in check_in_slots(policy, class_, NOBODY, from_day=day, to_day=day, key=KEY):
        yield DutyKind.CHECK_IN.value, class_
    if channel is Channel.SMARTPHONE:
        for _ in location_check_slots(policy, class_, NOBODY, from_day=day, to_day=day, key=KEY):
            yield DutyKind.LOCATION_CHECK.value, class_


def _class_at(stretches: Sequence[Stretch], at: datetime) -> SupervisionClass | None:
    for stretch in stretches:
        if stretch.from_at <= at and not stretch.is_over_by(at):
            return stretch.class_
    return None

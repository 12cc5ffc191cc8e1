"""What a policy would have asked for in a time that is over: counted, never written. For trials of drafts."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from app.rules.calendar import at_minute, legal_day
from app.rules.effects import PlanDuty
from app.rules.facts import Channel, DutyKind, SupervisionClass
from app.rules.planning.by_calendar import calendar_turns
from app.rules.planning.facts import ClassPeriod, PlanningFacts, PolicyPeriod, Stretch, stretches_of
from app.rules.planning.occasions import OccasionFacts, OwingFacts, plan_occasion
from app.rules.policy import Policy
from app.rules.schedule import check_in_slots, location_check_slots

NOBODY = UUID(int=0)
KEY = b"counting needs no secret"
NOON = 12 * 60

RECORDED = frozenset({DutyKind.VISIT, DutyKind.TALK, DutyKind.REVIEW})
"""What a record tells of: whether it would have been in time can be told by those that were written."""

Owed = Counter[tuple[str, SupervisionClass]]
"""How often each item (or kind of check) was due, by class."""


@dataclass(frozen=True)
class Lived:
    """One person in that time, without anything by which one knows them. `records`: which item was done when."""

    channel: Channel
    registered_at: datetime
    supervised_until: datetime | None
    classes: tuple[ClassPeriod, ...]
    occasions: tuple[OccasionFacts, ...] = ()
    records: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What would have been due, and of what records tell of, what they would have left overdue."""

    owed: Owed = field(default_factory=Counter)
    overdue: Owed = field(default_factory=Counter)

    def add(self, other: "Asked") -> None:
        """Count these too."""
        self.owed.update(other.owed)
        self.overdue.update(other.overdue)


@dataclass(frozen=True)
class _Due:
    code: str
    class_: SupervisionClass
    opens_at: datetime
    due_at: datetime


def asked(person: Lived, policy: Policy, since: datetime, until: datetime) -> Asked:
    """What would have been due on the days from `since` to `until` (both midnights), had this policy always been in
    force: turns of the calendar, what occasions brought up, and checks by the day. Overdue is what no record was
    written of in its time, one record for one duty of its item.
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
    due = [
        _Due(turn.item.code, turn.stretch.class_, turn.opens_at, turn.due_at)
        for turn in calendar_turns(facts, stretches, min(person.registered_at, since), until)
    ]
    due += _from_occasions(person, policy, stretches)
    left = [each for each in _left_over(person, policy, due) if _counts(person, each.due_at, since, until)]
    found = Asked(overdue=Counter((each.code, each.class_) for each in left))
    found.owed.update((each.code, each.class_) for each in due if _counts(person, each.due_at, since, until))
    found.owed.update(_checks(person, policy, stretches, since, until))
    return found


def _counts(person: Lived, due_at: datetime, since: datetime, until: datetime) -> bool:
    within = person.supervised_until is None or due_at <= person.supervised_until
    return since < due_at <= until and within


def _left_over(person: Lived, policy: Policy, due: Iterable[_Due]) -> Iterator[_Due]:
    """Of what records tell of, what is left once each record has done the first duty that it could."""
    records: defaultdict[str, deque[datetime]] = defaultdict(deque)
    for code, at in sorted(person.records, key=lambda record: record[1]):
        records[code].append(at)
    for each in sorted(due, key=lambda one: (one.opens_at, one.due_at, one.code)):
        if policy.items[each.code].kind not in RECORDED:
            continue
        mine = records[each.code]
        while mine and mine[0] < each.opens_at:
            mine.popleft()  # nor is it in time for any duty that opens later
        if mine and mine[0] < each.due_at:
            mine.popleft()
        else:
            yield each


def _from_occasions(person: Lived, policy: Policy, stretches: Sequence[Stretch]) -> Iterable[_Due]:
    """What planning would have made of each as it became known, by the class of that time."""
    found: dict[UUID, _Due] = {}
    for happened in person.occasions:
        class_ = _class_at(stretches, happened.known_at)
        if class_ is None:
            continue
        facts = OwingFacts(NOBODY, NOBODY, person.supervised_until, class_, NOBODY, policy)
        for duty in plan_occasion(happened, facts, now=happened.known_at).effects:
            if isinstance(duty, PlanDuty):
                found.setdefault(duty.id, _Due(duty.rule_code, class_, duty.opens_at, duty.due_at))
    return found.values()


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

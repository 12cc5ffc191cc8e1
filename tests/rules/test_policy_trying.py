"""What a policy would have asked for in a time that is over: the same turns that planning writes, only counted."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.effects import PlanDuty
from app.rules.facts import Channel, OccasionKind, SupervisionClass
from app.rules.planning import ClassPeriod, OccasionFacts, PlanningFacts, PolicyPeriod, plan
from app.rules.planning.trying import Lived, asked
from app.rules.policy import Policy, with_changes
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
DAY = timedelta(days=1)
SINCE = datetime(2026, 3, 1, 16, tzinfo=UTC)
UNTIL = SINCE + 30 * DAY
LONG_AGO = SINCE - 200 * DAY


def a_life(
    class_: SupervisionClass = STRICT,
    *,
    registered_at: datetime = LONG_AGO,
    channel: Channel = Channel.SMARTPHONE,
    until: datetime | None = None,
    occasions: tuple[OccasionFacts, ...] = (),
) -> Lived:
    return Lived(channel, registered_at, until, (ClassPeriod(registered_at, None, class_),), occasions)


def happened(kind: OccasionKind, at: datetime, known_at: datetime | None = None) -> OccasionFacts:
    return OccasionFacts(UUID(int=4), UUID(int=1), kind, at, known_at or at)


def counts(life: Lived, policy: Policy | None = None) -> dict[str, int]:
    found = asked(life, policy or shipped("jiangshan"), SINCE, UNTIL).owed
    return {code: n for (code, _), n in found.items()}


@pytest.mark.parametrize("name", ["jiangshan", "baoan"])
@pytest.mark.parametrize("class_", list(SupervisionClass))
def test_what_is_counted_is_what_planning_writes(name: str, class_: SupervisionClass) -> None:
    life = a_life(class_, registered_at=SINCE - 40 * DAY)
    facts = PlanningFacts(
        subject_id=UUID(int=1),
        office_id=UUID(int=2),
        channel=life.channel,
        registered_at=life.registered_at,
        supervised_until=None,
        planned_until=None,
        classes=life.classes,
        policies=(PolicyPeriod(None, None, UUID(int=3), shipped(name)),),
    )
    planned = plan(facts, until=UNTIL, key=b"a secret of the tests", now=SINCE)
    written = Counter(
        one.rule_code
        for one in planned.effects
        if isinstance(one, PlanDuty) and SINCE < one.due_at <= UNTIL and one.covered_until is None
    )
    counted = counts(life, shipped(name))
    assert {code: n for code, n in counted.items() if code not in {"check_in", "location_check"}} == written


def test_checks_by_class_and_channel() -> None:
    assert counts(a_life(STRICT))["check_in"] == 60
    assert counts(a_life(STRICT))["location_check"] == 120
    assert counts(a_life(LENIENT))["check_in"] == 9, "Mondays and Thursdays of March 2 to 31"
    assert "location_check" not in counts(a_life(channel=Channel.NO_SMARTPHONE))
    assert counts(a_life(registered_at=UNTIL - 2 * DAY))["check_in"] == 4
    assert counts(a_life(until=SINCE + 3 * DAY))["check_in"] == 6


def test_a_class_that_changed_in_between_counts_by_the_day() -> None:
    middle = SINCE + 10 * DAY
    periods = (ClassPeriod(LONG_AGO, middle, STRICT), ClassPeriod(middle, None, NORMAL))
    found = asked(Lived(Channel.SMARTPHONE, LONG_AGO, None, periods), shipped("jiangshan"), SINCE, UNTIL).owed
    assert (found["check_in", STRICT], found["check_in", NORMAL]) == (20, 20)


@pytest.mark.parametrize(
    ("happened_at", "expected"),
    [
        (SINCE - 2 * DAY, 0),  # due by the end of the day before the first
        (SINCE - DAY, 1),
        (UNTIL - 2 * DAY, 1),  # due by the end of the last day
        (UNTIL - DAY - timedelta(seconds=1), 1),
        (UNTIL - DAY, 0),
    ],
)
def test_what_happened_brings_up_its_check_where_it_is_due_in_that_time(happened_at: datetime, expected: int) -> None:
    """An alert that was real, by 查4: due at the end of the next day."""
    life = a_life(occasions=(happened(OccasionKind.ALERT_REAL, happened_at),))
    assert counts(life, shipped("baoan")).get("查4", 0) == expected


def test_an_occasion_counts_as_planning_makes_a_duty_of_it() -> None:
    """Known too late to be met: its time runs from then. Of two ways to one item the earlier; the end cuts it short."""
    violation, alert = OccasionKind.VIOLATION, OccasionKind.ALERT_REAL
    late = a_life(occasions=(happened(violation, SINCE - 20 * DAY, SINCE + DAY),))
    assert counts(late, shipped("baoan"))["查4"] == 1
    both = a_life(occasions=(happened(violation, SINCE + DAY), happened(alert, SINCE + DAY)))
    assert counts(both, shipped("baoan"))["查4"] == 1
    ends = a_life(until=SINCE + 2 * DAY, occasions=(happened(violation, SINCE + DAY),))
    assert counts(ends, shipped("baoan"))["查4"] == 1


def test_another_rule_asks_for_more() -> None:
    more = with_changes(shipped("jiangshan"), {"items.访1.repeat.normal": {"weeks": 1}})
    assert (counts(a_life(NORMAL)).get("访1", 0), counts(a_life(NORMAL), more)["访1"]) in {
        (0, 4),
        (1, 4),
        (1, 5),
        (0, 5),
    }


def test_what_no_record_was_written_of_in_its_time_is_overdue_and_one_record_does_one_duty() -> None:
    """查4 after two alerts, due at the end of the next day each; a word in time, one too late, one of another item."""
    first, second = SINCE + 2 * DAY, SINCE + 2 * DAY + timedelta(hours=1)
    alerts = tuple(happened(OccasionKind.ALERT_REAL, at) for at in (first, second))

    def overdue(*records: tuple[str, datetime]) -> int:
        life = replace(a_life(occasions=alerts), records=records)
        return asked(life, shipped("baoan"), SINCE, UNTIL).overdue["查4", STRICT]

    in_time = ("查4", second + timedelta(hours=1))
    assert overdue() == 2
    assert overdue(in_time) == 1
    assert overdue(in_time, ("查4", second + timedelta(hours=2))) == 0
    assert overdue(in_time, ("查4", SINCE + 5 * DAY), ("查1", second), ("查4", first - DAY)) == 1
    assert ("check_in", STRICT) not in asked(a_life(), shipped("jiangshan"), SINCE, UNTIL).overdue

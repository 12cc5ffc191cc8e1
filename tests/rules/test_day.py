"""An officer's day: urgency by the end of days, villages out of addresses, rings of distance, and who covers whom."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.calendar import SHANGHAI, end_of_day, start_of_day
from app.rules.day import Urgency, neighbourhood, ring, urgency
from app.rules.workload import Colleague, Cover, cover, is_alone, there_on

NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI).astimezone(UTC)
TODAY, SECOND = date(2026, 3, 2), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("due_at", "wanted"),
    [
        (NOW - SECOND, Urgency.OVERDUE),
        (NOW, Urgency.OVERDUE),
        (NOW + SECOND, Urgency.TODAY),
        (end_of_day(TODAY), Urgency.TODAY),
        (end_of_day(TODAY) + SECOND, Urgency.WEEK),
        (end_of_day(date(2026, 3, 9)), Urgency.WEEK),
        (end_of_day(date(2026, 3, 9)) + SECOND, None),
    ],
)
def test_how_urgent(due_at: datetime, wanted: Urgency | None) -> None:
    assert urgency(due_at, TODAY, now=NOW) is wanted


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("浙江省江山市贺村镇礼贤村12号", "贺村镇礼贤村"),
        ("江山市双塔街道城中社区3幢", "双塔街道城中社区"),
        ("江山市上余镇", "上余镇"),
        ("江山市礼贤村5组", "礼贤村"),
        ("江山市鹿溪北路8号", None),
        ("", None),
        (None, None),
    ],
)
def test_villages_out_of_addresses(address: str | None, wanted: str | None) -> None:
    assert neighbourhood(address) == wanted


@pytest.mark.parametrize(
    ("metres", "wanted"), [(0, 2000), (1999.9, 2000), (2000, 5000), (9999, 10_000), (10_000, None)]
)
def test_rings(metres: float, wanted: int | None) -> None:
    assert ring(metres).to_m == wanted


XU, LI, MAO = UUID(int=1), UUID(int=2), UUID(int=3)
WHOLE_DAY = ((start_of_day(TODAY), end_of_day(TODAY)),)


def test_who_is_there_does_it() -> None:
    staff = (Colleague(XU, "徐敏"), Colleague(LI, "李梅"))
    assert cover(XU, there_on(TODAY, staff), {}) == Cover(XU, XU, covering=False)


def test_who_is_away_is_covered_by_whoever_has_least() -> None:
    staff = (Colleague(XU, "徐敏", WHOLE_DAY), Colleague(LI, "李梅"), Colleague(MAO, "毛建华"))
    assert cover(XU, there_on(TODAY, staff), {LI: 4, MAO: 2}) == Cover(XU, MAO, covering=True)
    assert cover(XU, there_on(TODAY, staff), {LI: 2, MAO: 2}) == Cover(XU, LI, covering=True), "by name where equal"
    assert cover(None, there_on(TODAY, staff), {LI: 4}).by == MAO, "what is nobody's is somebody's on the day"
    assert cover(XU, there_on(TODAY + timedelta(days=1), staff), {}).covering is False


def test_away_for_a_part_of_the_day_is_there() -> None:
    begins, ends = WHOLE_DAY[0]
    assert Colleague(XU, "徐敏", ((begins, ends - SECOND),)).works(TODAY)
    assert not Colleague(XU, "徐敏", ((begins - SECOND, ends + SECOND),)).works(TODAY)


def test_one_person_away_leaves_it_to_the_county() -> None:
    staff = (Colleague(XU, "徐敏", WHOLE_DAY),)
    assert cover(XU, there_on(TODAY, staff), {}) == Cover(XU, None, covering=True)
    assert (is_alone(staff), is_alone(()), is_alone((*staff, Colleague(LI, "李梅")))) == (True, True, False)

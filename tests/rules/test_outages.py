"""Which groups of phones fell silent together, and when that is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.outages import PUSHES, Cell, Group, Lasting, Pushing, fallen, is_over, pushes_fail, usual_then
from app.rules.policy import Outages

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=40)
LIMITS = Outages()
TELECOM, MOBILE, HUAWEI = Group("carrier", "telecom"), Group("carrier", "mobile"), Group("maker", "huawei")


def cell(carrier: str | None, maker: str | None, live: int, fell: int) -> Cell:
    return Cell(carrier, maker, live, fell, BEGAN if fell else None)


@pytest.mark.parametrize(
    ("cells", "usual", "out"),
    [
        pytest.param([cell("telecom", None, 10, 10), cell("mobile", None, 50, 0)], {}, [TELECOM], id="a carrier"),
        pytest.param([cell("telecom", None, 9, 9), cell("mobile", None, 50, 0)], {}, [], id="too few"),
        pytest.param([cell("telecom", None, 21, 10), cell("mobile", None, 50, 0)], {}, [], id="too small a share"),
        pytest.param(
            [cell("telecom", "huawei", 20, 20), cell("telecom", "xiaomi", 20, 20), cell("mobile", "huawei", 20, 1)],
            {},
            [TELECOM],
            id="a carrier explains its makers",
        ),
        pytest.param(
            [cell("telecom", "huawei", 20, 19), cell("mobile", "huawei", 20, 18), cell("mobile", "xiaomi", 30, 0)],
            {},
            [TELECOM, HUAWEI],
            id="a maker behind a carrier of which there is no other phone",
        ),
        pytest.param(
            [
                cell("telecom", "huawei", 20, 19),
                cell("telecom", "xiaomi", 20, 0),
                cell("mobile", "huawei", 20, 18),
                cell("mobile", "xiaomi", 30, 0),
            ],
            {},
            [HUAWEI],
            id="a maker",
        ),
        pytest.param(
            [cell("telecom", None, 20, 20), cell("mobile", None, 30, 29)], {}, [Group("all")], id="all carriers at once"
        ),
        pytest.param([cell(None, None, 30, 28)], {}, [Group("all")], id="phones that tell nothing of themselves"),
        pytest.param(
            [cell("telecom", None, 20, 12), cell("mobile", None, 50, 2)], {TELECOM: 0.4}, [], id="usual at this hour"
        ),
        pytest.param(
            [cell("telecom", None, 20, 15), cell("mobile", None, 50, 2)],
            {TELECOM: 0.4},
            [TELECOM],
            id="above the usual",
        ),
    ],
)
def test_who_fell_silent_together(cells: list[Cell], usual: dict[Group, float], out: list[Group]) -> None:
    assert [one.group for one in fallen(cells, usual, LIMITS)] == out


@pytest.mark.parametrize(
    ("heard", "age_h", "over"),
    [(149, 5, False), (150, 5, True), (0, 71.9, False), (0, 72, True)],
    ids=["fewer than half are back", "half of them are", "none for long", "none for too long"],
)
def test_when_it_is_over(heard: int, age_h: float, over: bool) -> None:
    lasting = Lasting(UUID(int=1), TELECOM, NOW - timedelta(hours=age_h), 300, heard)

    assert is_over(lasting, Pushing(0, 0, None), LIMITS, now=NOW) is over


@pytest.mark.parametrize(
    ("failing", "sent", "out"),
    [(9, 0, False), (10, 0, True), (10, 10, True), (10, 11, False), (300, 0, True), (0, 500, False)],
)
def test_pushes_that_fail_to_many_are_one_outage(failing: int, sent: int, out: bool) -> None:
    found = pushes_fail(Pushing(failing, sent, NOW if failing else None), LIMITS)
    assert (found is not None) is out


@pytest.mark.parametrize(
    ("failing", "sent", "age_h", "over"),
    [
        pytest.param(300, 0, 1, False, id="nothing goes through"),
        pytest.param(0, 0, 5, False, id="nothing is tried any more, and nothing went through"),
        pytest.param(0, 1, 5, True, id="one went through, and none fails"),
        pytest.param(300, 40, 1, False, id="some go through, most do not"),
        pytest.param(300, 0, 73, True, id="nobody is held for days"),
    ],
)
def test_an_outage_of_pushes_is_over_when_they_go_through(failing: int, sent: int, age_h: float, over: bool) -> None:
    lasting = Lasting(UUID(int=1), PUSHES, NOW - timedelta(hours=age_h), 300, 300)
    assert is_over(lasting, Pushing(failing, sent, NOW if failing else None), LIMITS, now=NOW) is over


def test_what_is_usual_follows_slowly() -> None:
    first = usual_then([cell("mobile", None, 100, 10), cell("telecom", None, 9, 9)], {}, LIMITS)
    then = usual_then([cell("mobile", None, 100, 30)], {MOBILE: 0.1}, LIMITS)

    assert first[MOBILE] == pytest.approx(0.1)
    assert TELECOM not in first
    assert then[MOBILE] == pytest.approx(0.16)

"""Whose week stands out, and why."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.facts import SupervisionClass
from app.rules.red_list import ALONE, Sign, Week, monday_of, order_of, reasons_of
from app.rules.wording import sentence

S = Sign


def a_week(class_: SupervisionClass | None = SupervisionClass.NORMAL, **counts: int) -> Week:
    return Week(UUID(int=1), class_, {Sign(name): n for name, n in counts.items()})


@pytest.mark.parametrize(
    ("week", "codes"),
    [
        (a_week(), []),
        (a_week(SupervisionClass.STRICT), []),
        (a_week(missed=1), []),
        (a_week(missed=2), ["red_missed"]),
        (a_week(alert_real=1), ["red_alert_real"]),
        (a_week(overdue=3), []),
        (a_week(overdue=1, trouble=1), ["red_trouble", "red_overdue"]),
        (a_week(overdue=1, missed=1), []),
        (a_week(overdue=2, unproven=3), []),
        (a_week(SupervisionClass.STRICT, unproven=1, complaint=1), ["red_complaint", "red_unproven", "red_strict"]),
        (a_week(violation=1, sanction=1), ["red_sanction", "red_violation"]),
    ],
)
def test_who_is_on_the_list(week: Week, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_of(week)] == codes


@pytest.mark.parametrize("sign", list(Sign))
def test_every_sign_has_a_sentence_with_its_number(sign: Sign) -> None:
    other = Sign.COMPLAINT if sign is not Sign.COMPLAINT else Sign.TROUBLE
    reasons = reasons_of(Week(UUID(int=1), None, {sign: 3, other: 1}))
    told = [sentence(reason.code, dict(reason.params)) for reason in reasons]
    assert any("3" in one for one in told)
    assert (len(reasons_of(Week(UUID(int=1), None, {sign: 3}))) == 1) == (sign in ALONE)


def test_the_gravest_come_first() -> None:
    weeks = [
        a_week(overdue=1, trouble=1),
        a_week(missed=2),
        a_week(missed=2, alert_real=1),
        a_week(SupervisionClass.STRICT, missed=2),
        a_week(missed=2, trouble=1),
    ]
    assert [weeks.index(one) for one in sorted(weeks, key=order_of)] == [2, 4, 3, 1, 0]


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-08", "2026-03-02"),
        ("2026-03-01", "2026-02-23"),
        ("2024-02-29", "2024-02-26"),
    ],
)
def test_a_week_is_called_by_its_monday(day: str, monday: str) -> None:
    assert monday_of(date.fromisoformat(day)) == date.fromisoformat(monday)

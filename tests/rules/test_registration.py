from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules import registration
from app.rules.errors import Refused
from app.rules.facts import Category, Channel, OfficeLevel, SupervisionClass
from app.rules.registration import Registration

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ENTERED = Registration(
    id=UUID(int=1),
    body_hash=b"",
    office_id=UUID(int=2),
    name="王小明",
    category=Category.PROBATION,
    class_=SupervisionClass.NORMAL,
    channel=Channel.SMARTPHONE,
    login="wang",
    password_hash="hash",
)


def test_a_plain_registration_is_not_refused() -> None:
    registration.refuse(ENTERED, now=NOW)


def test_a_log_in_may_be_set_later() -> None:
    registration.refuse(replace(ENTERED, login=None, password_hash=None), now=NOW)


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"login": None}, "login", "login_needed"),
        ({"password_hash": None}, "password", "login_needed"),
        ({"arrived_at": NOW + timedelta(seconds=1)}, "arrived_at", "arrived_ahead"),
        ({"term_to": date(2026, 3, 1)}, "term_to", "term_over"),
        ({"term_from": date(2026, 3, 3), "term_to": date(2026, 3, 2)}, "term_to", "term_reversed"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(changed: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        registration.refuse(replace(ENTERED, **changed), now=NOW)  # type: ignore[arg-type]
    assert refused.value.fields == {field: code}


@pytest.mark.parametrize("now", [NOW, datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)])
def test_a_term_may_end_today_until_local_midnight(now: datetime) -> None:
    registration.refuse(replace(ENTERED, term_to=date(2026, 3, 2)), now=now)


def test_a_term_that_ended_at_the_last_local_midnight_is_over() -> None:
    with pytest.raises(Refused):
        registration.refuse(replace(ENTERED, term_to=date(2026, 3, 2)), now=datetime(2026, 3, 2, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("level", "path", "expected"),
    [
        (OfficeLevel.JUSTICE_OFFICE, "330000.330800.330881.shuangta", "330881"),
        (OfficeLevel.COUNTY, "330000.330800.330881", "330881"),
        (OfficeLevel.JUSTICE_OFFICE, "110000.110108.haidian-1", "110108"),  # no city between
        (OfficeLevel.COUNTY, "440000.441900", "441900"),
    ],
)
def test_an_offices_county(level: OfficeLevel, path: str, expected: str) -> None:
    assert registration.county_code(level, path) == expected


@pytest.mark.parametrize(("level", "path"), [(OfficeLevel.CITY, "330000.330800"), (OfficeLevel.PROVINCE, "330000")])
def test_a_city_or_province_supervises_nobody_itself(level: OfficeLevel, path: str) -> None:
    with pytest.raises(Refused) as refused:
        registration.county_code(level, path)
    assert refused.value.fields == {"office_id": "office_not_of_ground"}


def test_numbers_begin_with_county_and_local_year() -> None:
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert registration.number_prefix("330881", new_year) == "3308812027"
    assert registration.number_prefix("330881", new_year - timedelta(seconds=1)) == "3308812026"
    assert registration.subject_no("3308812026", 7) == "330881202600007"

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import identity
from app.rules.errors import Refused

# Not people: the standard's own worked example, and numbers whose check digit was worked out by hand.
STANDARD_EXAMPLE = "11010519491231002X"
TODAY = date(2026, 3, 2)
ZERO_SERIAL = "440524188001010014"


def test_the_example_of_the_standard_is_accepted() -> None:
    assert identity.checked(STANDARD_EXAMPLE) == STANDARD_EXAMPLE
    assert identity.birth_date_of(STANDARD_EXAMPLE) == date(1949, 12, 31)


def test_a_final_x_may_be_written_small_and_blanks_around_it_are_dropped() -> None:
    assert identity.checked(" 11010519491231002x ") == STANDARD_EXAMPLE


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",  # the wrong check digit
        "11010519491231002",  # too short
        "11010519491231002XX",
        "110105491231002",  # the 15 digits of before 1999
        "1101051949123100２X",  # a full-width digit
        "11010519491231٠02X",
        "A1010519491231002X",
        "X10105194912310028",
        "11010519491231-02X",
        ZERO_SERIAL,  # the check digit is right, but nobody born in 1880 lives
    ],
)
def test_what_is_no_number_is_refused_by_field(number: str) -> None:
    with pytest.raises(Refused) as refused:
        identity.checked(number)
    assert refused.value.fields == {"id_number": "id_number_unfit"}


@pytest.mark.parametrize("day", ["20230229", "20231301", "20230010", "20230431"])
def test_a_day_that_no_calendar_has_is_refused_though_the_check_digit_fits(day: str) -> None:
    first = f"330881{day}001"
    with pytest.raises(Refused):
        identity.checked(first + identity.check_digit(first))


def test_29_february_of_a_leap_year_is_a_date_of_birth() -> None:
    first = "33088120240229001"
    assert identity.birth_date_of(identity.checked(first + identity.check_digit(first))) == date(2024, 2, 29)


@given(
    st.integers(100000, 999999),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_any_single_wrong_digit_is_noticed(region: int, born: date, serial: int, place: int, by: int) -> None:
    first = f"{region}{born:%Y%m%d}{serial:03d}"
    number = identity.checked(first + identity.check_digit(first))
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(Refused):
        identity.checked(wrong)


def test_only_three_characters_in_front_and_two_at_the_end_are_shown() -> None:
    assert identity.masked(STANDARD_EXAMPLE) == "110*************2X"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(STANDARD_EXAMPLE, True), ("11010519491231002x", True), ("王小明", False), ("330881202600001", False)],
)
def test_an_identity_number_is_told_from_other_search_texts(text: str, expected: bool) -> None:
    assert identity.looks_like_one(text) is expected


def test_the_date_of_birth_may_come_from_the_number_or_be_given_or_both() -> None:
    born = date(1949, 12, 31)
    assert identity.agreed_birth_date(None, STANDARD_EXAMPLE, today=TODAY) == born
    assert identity.agreed_birth_date(born, None, today=TODAY) == born
    assert identity.agreed_birth_date(born, STANDARD_EXAMPLE, today=TODAY) == born


@pytest.mark.parametrize(
    ("given_date", "number", "code"),
    [
        (None, None, "birth_date_needed"),
        (date(1949, 12, 30), STANDARD_EXAMPLE, "birth_date_differs"),
        (date(2026, 3, 3), None, "birth_date_ahead"),
    ],
)
def test_a_missing_contradicted_or_future_date_of_birth_is_refused(
    given_date: date | None, number: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        identity.agreed_birth_date(given_date, number, today=TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("born", "on", "minor"),
    [
        (date(2008, 3, 2), date(2026, 3, 1), True),
        (date(2008, 3, 2), date(2026, 3, 2), True),  # the eighteenth birthday itself
        (date(2008, 3, 2), date(2026, 3, 3), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),  # born on a day that 2026 lacks
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2007, 12, 31), date(2025, 12, 31), True),
        (date(2007, 12, 31), date(2026, 1, 1), False),
    ],
)
def test_eighteen_years_are_complete_on_the_day_after_the_birthday(born: date, on: date, minor: bool) -> None:
    assert identity.is_minor(born, on) is minor


def test_lists_show_only_the_family_name_of_a_minor() -> None:
    assert identity.listed_name("王小明", minor_regime=True) == "王某某"
    assert identity.listed_name("王小明", minor_regime=False) == "王小明"

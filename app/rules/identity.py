"""The citizen identity number (GB 11643-1999): whether it can be one, what it tells, and how much of it is shown."""

from datetime import date

from app.rules.calendar import add_months
from app.rules.errors import Refused

LENGTH = 18
FIRST_BIRTH_YEAR = 1900
CHECK_DIGITS = "10X98765432"
"""The check character for each remainder of the weighted sum divided by 11 (GB 11643, ISO 7064 MOD 11-2)."""
WEIGHTS = tuple(2 ** (LENGTH - 1 - place) % 11 for place in range(LENGTH - 1))

MAJORITY_YEARS = 18


def checked(number: str, *, field: str = "id_number") -> str:
    """The number in its one written form (18 characters, a final X in upper case).

    Refused `id_number_unfit` where length, characters, date of birth or check digit are not those of a real number;
    `field` is the input that is named.
    """
    written = number.strip().upper()
    if not _fits(written):
        raise Refused("id_number_unfit", fields={field: "id_number_unfit"})
    return written


def check_digit(first_seventeen: str) -> str:
    """The check character that belongs to seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_seventeen, strict=True))
    return CHECK_DIGITS[total % 11]


def birth_date_of(number: str) -> date:
    """The date of birth that a checked number holds."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def masked(number: str) -> str:
    """What is shown of a number: three characters in front and two at the end, enough to compare with a paper."""
    return f"{number[:3]}{'*' * (LENGTH - 5)}{number[-2:]}"


def looks_like_one(text: str) -> bool:
    """Whether a search text might be an identity number, which must not travel in an address."""
    written = text.strip().upper()
    return len(written) == LENGTH and _digits(written[:-1])


def agreed_birth_date(given: date | None, number: str | None, *, today: date, field: str = "birth_date") -> date:
    """The date of birth from what was given, from the (checked) number, or both.

    Refused where neither tells it, since the regime for minors hangs on it, where the two contradict
    each other, and for a day that has not come.
    """
    told = birth_date_of(number) if number else given
    born = given or told
    if born is None:
        raise Refused("birth_date_needed", fields={field: "birth_date_needed"})
    if born != told:
        raise Refused("birth_date_differs", fields={field: "birth_date_differs"})
    if born > today:
        raise Refused("birth_date_ahead", fields={field: "birth_date_ahead"})
    return born


def is_minor(born: date, on: date) -> bool:
    """Whether a person has not completed 18 years on that day [Law 52].

    A year of age is complete from the day after the birthday (法释〔2006〕1号, article 2), so that the birthday itself
    still counts for the minor.
    """
    return on <= add_months(born, MAJORITY_YEARS * 12)


def listed_name(name: str, *, minor_regime: bool) -> str:
    """The name as lists show it: of somebody under the regime for minors only the family name [Law 54]."""
    return f"{name[:1]}某某" if minor_regime else name


def _fits(written: str) -> bool:
    if len(written) != LENGTH or not _digits(written[:-1]) or check_digit(written[:-1]) != written[-1]:
        return False
    try:
        born = birth_date_of(written)
    except ValueError:
        return False
    return born.year >= FIRST_BIRTH_YEAR


def _digits(text: str) -> bool:
    """Only 0 to 9: `str.isdigit` takes the digits of every script for digits."""
    return text.isascii() and text.isdigit()

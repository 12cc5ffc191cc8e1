"""What one cell says: text, a word of a closed set, a day, a number that is no amount. Refused with a cell's code."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from app.rules.errors import Refused
from app.rules.wording.roster import VALUES


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula. Nobody computes it here, and what it last came to is not believed."""


Cell: TypeAlias = "str | int | float | bool | date | datetime | Formula | None"
"""What a file's cell holds; None where it is empty."""

SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of the serial numbers in which table programs keep days, true from 1 March 1900 (serial 61) on."""
FIRST_SERIAL, LAST_SERIAL = 61, 73050
FIRST_BIRTH_YEAR, FIRST_TERM_YEAR, LAST_YEAR = 1900, 2000, 2099
LONGEST_NAME, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_NO = 50, 64, 200, 32
EXACT = 15
"""Digits that a number in a table program can hold; an identity number has three more."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LIKE_FORMULA = ("=", "+", "-", "@", "\t")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_DAY_CLOSE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_PHONE = re.compile(r"[0-9][0-9 ()-]{4,30}")
_POWER = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff·]+")


def is_empty(cell: Cell) -> bool:
    """Whether nothing was written, blanks aside."""
    return cell is None or (isinstance(cell, str) and not _plain(cell))


def text(cell: Cell, longest: int) -> str:
    """A text as it is kept: without blanks around it, and nothing that another program would compute."""
    written = _written(cell)
    if len(written) > longest:
        raise Refused("cell_too_long", {"longest": longest})
    if written.startswith(_LIKE_FORMULA):
        raise Refused("cell_begins_like_formula")
    return written


def name(cell: Cell) -> str:
    """A name. Rosters space two characters out to the width of three, so blanks between Chinese characters fall."""
    written = text(cell, LONGEST_NAME)
    close = "".join(written.split())
    return close if _HAN.fullmatch(close) else " ".join(written.split())


def address(cell: Cell) -> str:
    """Where somebody lives."""
    return text(cell, LONGEST_ADDRESS)


def label(cell: Cell) -> str:
    """A short text by which something else is named: an office, a person in charge."""
    return text(cell, LONGEST_TEXT)


def own_number(cell: Cell) -> str:
    """A subject's number that is in use already."""
    return text(cell, LONGEST_NO)


def id_number(cell: Cell) -> str:
    """An identity number as it was written; whether it can be one is judged elsewhere.

    Refused `cell_number_lost` where a table program took it for an amount and rounded it.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise Refused("cell_number_lost")
    written = _wide(_written(cell)).replace(" ", "")
    if _POWER.fullmatch(written):
        raise Refused("cell_number_lost")
    return written.upper()


def phone(cell: Cell) -> str:
    """A telephone number; the country's own prefix falls away."""
    written = _wide(_written(cell)).removeprefix("+86").strip()
    if not _PHONE.fullmatch(written):
        raise Refused("cell_no_phone")
    return written


def birth_day(cell: Cell) -> date:
    """A day of birth, from 1900 on."""
    return _day(cell, FIRST_BIRTH_YEAR)


def term_day(cell: Cell) -> date:
    """A day of the term, from 2000 on."""
    return _day(cell, FIRST_TERM_YEAR)


def word(field: str) -> Callable[[Cell], str]:
    """How a cell of that field is read: one of its words, as the code that the service uses."""
    codes = VALUES[field]

    def read(cell: Cell) -> str:
        written = "".join(_wide(_written(cell)).split())
        if written not in codes:
            firsts = {code: word for word, code in reversed(codes.items())}
            raise Refused("cell_unknown_word", {"words": "、".join(reversed(firsts.values()))})
        return codes[written]

    return read


def _day(cell: Cell, first_year: int) -> date:
    """A day as a date, as a serial number, or as one of the ways in which people write it."""
    day = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else _told(cell)
    if day is None:
        raise Refused("cell_no_date")
    if not first_year <= day.year <= LAST_YEAR:
        raise Refused("cell_day_out_of_range", {"first": first_year})
    return day


def _told(cell: Cell) -> date | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_number(float(cell))
    written = (
        "".join(_wide(_written(cell)).split()) if isinstance(cell, str) and "年" in cell else _wide(_written(cell))
    )
    if _SERIAL.fullmatch(written):
        return _of_number(float(written))
    found = _DAY.fullmatch(written) or _DAY_CLOSE.fullmatch(written)
    return _date(*map(int, found.groups())) if found else None


def _of_number(number: float) -> date | None:
    """A serial number, or a day whose digits a table program took for an amount (20260301)."""
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return SERIAL_ZERO + timedelta(days=int(number))
    close = _DAY_CLOSE.fullmatch(str(int(number))) if number == number // 1 else None
    return _date(*map(int, close.groups())) if close else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(cell: Cell) -> str:
    """The text of a cell. A whole number stands for its digits: telephone numbers and codes are kept so."""
    if isinstance(cell, Formula):
        raise Refused("cell_formula")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**EXACT:
        return str(int(cell))
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        raise Refused("cell_not_text")
    written = str(cell)
    if _UNSTORABLE.search(written):
        raise Refused("cell_unstorable")
    return _plain(written)


def _plain(written: str) -> str:
    """Without blanks and marks that no eye sees, and without the apostrophe that keeps a number a text."""
    bare = written.strip(" \t\r\n\u00a0\u3000\ufeff\u200b")
    return bare[1:].strip() if bare.startswith("'") else bare


def _wide(written: str) -> str:
    """With digits and signs of full width written narrow."""
    return unicodedata.normalize("NFKC", written)


READERS: dict[str, Callable[[Cell], Any]] = {
    "name": name,
    "id_number": id_number,
    "category": word("category"),
    "class_": word("class_"),
    "channel": word("channel"),
    "office": label,
    "officer": label,
    "subject_no": own_number,
    "sex": word("sex"),
    "birth_date": birth_day,
    "phone": phone,
    "term_from": term_day,
    "term_to": term_day,
    "home_address": address,
}
"""By field: how its cells are read."""

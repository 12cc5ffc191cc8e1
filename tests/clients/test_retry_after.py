"""Retry-After in its two forms, and in the forms that mean nothing."""

import pytest

from app.clients.retry_after import LONGEST_S, seconds_asked

SENT = "Thu, 01 Jan 2026 00:00:00 GMT"
CASES = [
    ("seconds", {"Retry-After": "2"}, 2.0),
    ("none at all", {"Retry-After": "0"}, 0.0),
    ("with blanks", {"Retry-After": " 30 "}, 30.0),
    ("a year is cut to a day", {"Retry-After": "31536000"}, LONGEST_S),
    ("more digits than a float holds", {"Retry-After": "9" * 400}, LONGEST_S),
    ("a date, measured from the answer's own", {"Retry-After": "Thu, 01 Jan 2026 00:01:30 GMT", "Date": SENT}, 90.0),
    ("a date that is past", {"Retry-After": "Wed, 31 Dec 2025 23:59:59 GMT", "Date": SENT}, 0.0),
    ("a date of another zone", {"Retry-After": "Thu, 01 Jan 2026 08:00:10 +0800", "Date": SENT}, 10.0),
    ("a date without a zone is UTC", {"Retry-After": "Thu, 01 Jan 2026 00:00:07 -0000", "Date": SENT}, 7.0),
    ("a date far away", {"Retry-After": "Fri, 01 Jan 2027 00:00:00 GMT", "Date": SENT}, LONGEST_S),
    ("a date without Date", {"Retry-After": "Thu, 01 Jan 2026 00:01:30 GMT"}, None),
    ("a date with an unreadable Date", {"Retry-After": SENT, "Date": "yesterday"}, None),
    ("nothing asked", {"Date": SENT}, None),
    ("empty", {"Retry-After": "", "Date": SENT}, None),
    ("negative", {"Retry-After": "-5", "Date": SENT}, None),
    ("a fraction", {"Retry-After": "1.5", "Date": SENT}, None),
    ("other digits", {"Retry-After": "\u0661\u0662", "Date": SENT}, None),
    ("a word", {"Retry-After": "soon", "Date": SENT}, None),
    ("a day that does not exist", {"Retry-After": "Mon, 30 Feb 2026 00:00:00 GMT", "Date": SENT}, None),
]


@pytest.mark.parametrize(("headers", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_seconds_asked(headers: dict[str, str], expected: float | None) -> None:
    assert seconds_asked(headers) == expected

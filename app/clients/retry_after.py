"""The Retry-After header (RFC 9110, 10.2.3): how long a server asks us to stay away."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 86_400.0
"""No wish is passed on beyond a day: a slip of the vendor's must not put an alert to sleep for a year."""


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, between 0 and `LONGEST_S`; None where nothing readable was asked.

    The header holds seconds or a date. A date is measured from the same answer's Date header, so that neither our
    clock nor its error comes in; without a readable Date such a wish cannot be understood and counts as none.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_S)
    until, sent = _date(asked), _date(headers.get("Date", ""))
    if until is None or sent is None:
        return None
    return min(max((until - sent).total_seconds(), 0.0), LONGEST_S)


def _date(text: str) -> datetime | None:
    """An HTTP date as an aware time; one without a zone is UTC by the standard."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

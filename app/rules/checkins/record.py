"""What an officer may record of a check-in face to face."""

from datetime import datetime, timedelta

from app.rules.errors import Refused

LONGEST_BACK = timedelta(days=7)
"""A check-in written down later than this could hardly be remembered to the minute, and would mend old figures."""


def check_happened(happened_at: datetime, *, now: datetime) -> None:
    """Refused `happened_ahead` for a time that is not yet, `happened_long_ago` for more than seven days back."""
    if happened_at > now:
        raise Refused("happened_ahead", fields={"happened_at": "happened_ahead"})
    if happened_at < now - LONGEST_BACK:
        raise Refused("happened_long_ago", fields={"happened_at": "happened_long_ago"})

"""How long somebody was absent, and which band of the law that length falls into: proposed in words, never issued.

The Measures count "up to" with the number and "over" without it [Measures 58]: day 10 is the first band, day 11 the
second; over one month is counted by the calendar month [Measures 34, 35, 46, 47, 49].
"""

from datetime import datetime
from enum import StrEnum

from app.rules.calendar import add_months, legal_day
from app.rules.facts import Category
from app.rules.law import in_force


class Band(StrEnum):
    """What the law names for an absence of that length. A person investigates, and the county agency decides."""

    ADMONITION = "admonition"
    WARNING = "warning"
    REVOKE_PROBATION = "revoke_probation"
    REVOKE_PAROLE = "revoke_parole"
    RECALL = "recall"
    PUBLIC_SECURITY = "public_security"


_OVER_A_MONTH = {
    Category.PROBATION: Band.REVOKE_PROBATION,
    Category.PAROLE: Band.REVOKE_PAROLE,
    Category.OUTSIDE_PRISON: Band.RECALL,
    Category.PUBLIC_SURVEILLANCE: Band.PUBLIC_SECURITY,  # there is nothing to revoke: Law 59, Measures 36
}


def absence_days(since: datetime, until: datetime) -> int:
    """Local days from the day of the last contact, which itself does not count, up to the last day."""
    return max((legal_day(until) - legal_day(since)).days, 0)


def band_of(since: datetime, until: datetime, category: Category) -> Band:
    """The band of an absence from `since` until `until`, by the law in force at its beginning."""
    first, last = legal_day(since), legal_day(until)
    law = in_force(first)
    if last > add_months(first, law.revocation_over_months.value):
        return _OVER_A_MONTH[category]
    if absence_days(since, until) > law.admonition_up_to_days.value:
        return Band.WARNING
    return Band.ADMONITION

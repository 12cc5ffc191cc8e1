"""Make the account of the last days: were all of their checks made?"""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.day_accounts import days_to_account, verdict
from app.rules.facts import DayVerdict
from app.store import day_accounts


def account_for_days(tx: Connection, *, now: datetime) -> dict[str, int]:
    """Look again at each of the last days that is not known to be done. Gives how many were looked at and are not."""
    days = day_accounts.undone(tx, days_to_account(now))
    missing = 0
    for day in days:
        counts = day_accounts.counts(tx, day, now=now)
        found = verdict(counts, served=day_accounts.served(tx, day))
        day_accounts.keep(tx, day, found, counts, now=now)
        missing += found is DayVerdict.NOT_MADE
    return {"looked_at": len(days), "not_made": missing}

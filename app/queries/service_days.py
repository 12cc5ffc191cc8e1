"""Were all checks of yesterday, and of the days before, made? And what is wrong with the service now?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.models.service import DayAccount, ServiceFault
from app.rules.calendar import legal_day
from app.rules.day_accounts import DayCounts
from app.rules.facts import DayVerdict


@dataclass(frozen=True)
class DayView:
    """The account of one local day; without `made_at` none was made, and nothing is known."""

    day: date
    verdict: DayVerdict
    made_at: datetime | None
    counts: DayCounts


@dataclass(frozen=True)
class FaultView:
    """A fault that lasts."""

    code: str
    count: int
    since: datetime


def days(connection: Connection, *, now: datetime, how_many: int) -> tuple[DayView, ...]:
    """The last days, yesterday first; one that nobody accounted for is there as well."""
    wanted = [legal_day(now) - timedelta(days=back) for back in range(1, how_many + 1)]
    rows = connection.execute(select(DayAccount.__table__).where(DayAccount.day.in_(wanted))).mappings()
    known = {row["day"]: row for row in rows}
    return tuple(_view(day, known.get(day)) for day in wanted)


def faults(connection: Connection) -> tuple[FaultView, ...]:
    """What is wrong now, the longest first."""
    found = connection.execute(
        select(ServiceFault.code, ServiceFault.count.label("n"), ServiceFault.opened_at)
        .where(ServiceFault.recovered_at.is_(None))
        .order_by(ServiceFault.opened_at, ServiceFault.code)
    )
    return tuple(FaultView(row.code, row.n, row.opened_at) for row in found)


def _view(day: date, row: Any) -> DayView:
    if row is None:
        return DayView(day, DayVerdict.CANNOT_TELL, None, DayCounts())
    return DayView(day, DayVerdict(row["verdict"]), row["made_at"], DayCounts(**row["counts"]))

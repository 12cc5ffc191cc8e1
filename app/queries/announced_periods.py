"""Announced periods: those of the offices within reach, and those that an office above announced for them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, or_, select, tuple_

from app.models.announced_period import AnnouncedPeriod
from app.models.office import Office, User
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.calendar import last_day_before, legal_day
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.announced_periods import paths_above
from app.store.scope import offices_of


@dataclass(frozen=True)
class PeriodView:
    """One period, in local days, both included. `spread`: on file everywhere; `own`: of an office within reach."""

    id: UUID
    office_id: UUID
    office_name: str
    kind: str
    title: str
    from_day: date
    to_day: date
    until: datetime
    reason: str
    announced_by_name: str
    announced_at: datetime
    spread: bool
    withdrawn_at: datetime | None
    withdraw_reason: str | None
    own: bool


def periods(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[PeriodView]:
    """All periods that hold for somebody within reach, or did, the last to begin first."""
    statement = _views(actor).order_by(AnnouncedPeriod.from_at.desc(), AnnouncedPeriod.id.desc()).limit(limit + 1)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(AnnouncedPeriod.from_at, AnnouncedPeriod.id) < tuple_(*key))
    rows = connection.execute(statement).all()
    found = page_of(rows, limit, lambda row: [row.from_at.isoformat(), str(row.id)])
    return Page(tuple(_view(row) for row in found.items), found.next_key)


def period(connection: Connection, actor: Actor, period_id: UUID) -> PeriodView:
    """One period; NotFound where it holds for nobody within reach."""
    row = connection.execute(_views(actor).where(AnnouncedPeriod.id == period_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(row)


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            AnnouncedPeriod.__table__,
            Office.name.label("office_name"),
            User.name.label("announced_by_name"),
            offices_of(actor).label("own"),
        )
        .join(Office, Office.id == AnnouncedPeriod.office_id)
        .join(User, User.id == AnnouncedPeriod.announced_by)
        .where(or_(offices_of(actor), Office.path.in_(paths_above(actor.grants))))
    )


def _view(row: Row[Any]) -> PeriodView:
    return PeriodView(
        id=row.id,
        office_id=row.office_id,
        office_name=row.office_name,
        kind=row.kind,
        title=row.title,
        from_day=legal_day(row.from_at),
        to_day=last_day_before(row.until),
        until=row.until,
        reason=row.reason,
        announced_by_name=row.announced_by_name,
        announced_at=row.announced_at,
        spread=row.spread_at is not None,
        withdrawn_at=row.withdrawn_at,
        withdraw_reason=row.withdraw_reason,
        own=row.own,
    )

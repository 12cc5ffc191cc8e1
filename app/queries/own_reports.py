"""What somebody reported of their circumstances by phone [Measures 24], as the phone shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, tuple_

from app.models.occasion import Occasion
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.occasions import REPORT


@dataclass(frozen=True)
class OwnReport:
    """What somebody reported by phone, as the phone shows it: `kind` is that of the occasion without `_event`."""

    id: UUID
    kind: str
    text: str
    on: date | None
    received_at: datetime
    receipt_no: str
    withdrawn: bool


def own_reports(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[OwnReport]:
    """What the subject reported, the newest first."""
    statement = (
        select(Occasion.__table__)
        .where(Occasion.subject_id == actor.id, Occasion.source_kind == REPORT)
        .order_by(Occasion.known_at.desc(), Occasion.source_id.desc())
        .limit(limit + 1)
    )
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Occasion.known_at, Occasion.source_id) < tuple_(*key))
    rows = [_report(row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.received_at.isoformat(), str(row.id)])


def own_report(connection: Connection, actor: Actor, report_id: UUID) -> OwnReport:
    """One report of the subject's own; NotFound for any other."""
    same = (Occasion.subject_id == actor.id, Occasion.source_kind == REPORT, Occasion.source_id == report_id)
    row = connection.execute(select(Occasion.__table__).where(*same)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _report(row)


def _report(row: Row[Any]) -> OwnReport:
    withdrawn = row.withdrawn_at is not None
    kind = row.kind.removesuffix("_event")
    return OwnReport(row.source_id, kind, row.note, row.event_on, row.known_at, row.receipt_no, withdrawn)

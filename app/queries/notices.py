"""A recipient's own notices, as sentences."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.models.notice import Delivery, Notice
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.told import sentence_of
from app.rules.facts import Actor, DeliveryState
from app.rules.wording import sentence
from app.store.scope import subjects_of


@dataclass(frozen=True)
class NoticeView:
    """One notice. `seq` rises with each; `subject_name` is filled for those to offices that are about somebody."""

    id: UUID
    seq: int
    created_at: datetime
    read_at: datetime | None
    about_kind: str
    about_id: UUID
    step: str
    code: str
    text: str
    subject_id: UUID | None
    subject_name: str | None


def has_news(connection: Connection, actor: Actor, *, after: int) -> bool:
    """Whether `news` would find anything: one look at two indexes."""
    return bool(connection.execute(select(exists(_own(select(Notice.id), actor).where(_news(after))))).scalar())


def news(connection: Connection, actor: Actor, *, after: int, limit: int) -> tuple[NoticeView, ...]:
    """Unread notices that the actor's app was never given, and those after number `after`, in order.

    What was never given comes whatever its number: of two transactions the one that began first may commit last.
    """
    return _views(connection, actor, _news(after), limit)


def newest(connection: Connection, actor: Actor) -> int:
    """The highest number among the actor's notices, read or not; 0 where there is none."""
    return connection.execute(_own(select(func.max(Notice.seq)), actor)).scalar() or 0


def unread(connection: Connection, actor: Actor, *, limit: int) -> tuple[NoticeView, ...]:
    """Everything unread, given before or not, the oldest first: an answer that was lost is lost no more."""
    return _views(connection, actor, Notice.read_at.is_(None), limit)


def unread_of_late(
    connection: Connection, actor: Actor, *, today: date, limit: int, apart_from: str | None = None
) -> tuple[NoticeView, ...]:
    """The newest unread ones for a page, the newest first; without those about `apart_from`, which it shows anyway."""
    wanted = and_(Notice.read_at.is_(None), Notice.about_kind != (apart_from or ""))
    return _views(connection, actor, wanted, limit, newest_first=True, today=today)


def unread_about(connection: Connection, actor: Actor, about_id: UUID) -> tuple[UUID, ...]:
    """The actor's unread notices about one thing."""
    statement = _own(select(Notice.id).where(Notice.about_id == about_id, Notice.read_at.is_(None)), actor)
    return tuple(connection.execute(statement).scalars())


def how_many_unread(connection: Connection, actor: Actor, *, most: int = 100) -> int:
    """How many are unread; counting ends at `most`."""
    some = _own(select(Notice.id).where(Notice.read_at.is_(None)), actor).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def notice(connection: Connection, actor: Actor, notice_id: UUID) -> NoticeView | None:
    """One notice of the actor's own; None for any other."""
    found = _views(connection, actor, Notice.id == notice_id, 1)
    return found[0] if found else None


def _news(after: int) -> ColumnElement[bool]:
    not_given = exists().where(
        Delivery.notice_id == Notice.id, Delivery.channel == "in_app", Delivery.state == DeliveryState.PENDING
    )
    return Notice.read_at.is_(None) & or_(not_given, Notice.seq > after)


def _own(statement: Select[Any], actor: Actor) -> Select[Any]:
    return statement.where(Notice.recipient_kind == actor.kind, Notice.recipient_id == actor.id)


def _views(
    connection: Connection,
    actor: Actor,
    wanted: ColumnElement[bool],
    limit: int,
    *,
    newest_first: bool = False,
    today: date | None = None,
) -> tuple[NoticeView, ...]:
    statement = (
        select(
            Notice.__table__,
            Subject.name.label("subject_name"),
            Subject.minor_regime,
            Subject.office_id,
            subjects_of(actor).label("within_reach"),
            Office.name.label("office_name"),
        )
        .outerjoin(Subject, Subject.id == Notice.subject_id)
        .outerjoin(Office, (Notice.about_kind == "office") & (Office.id == Notice.about_id))
        .where(wanted)
        .order_by(Notice.seq.desc() if newest_first else Notice.seq)
        .limit(limit)
    )
    return tuple(_view(actor, row, today) for row in connection.execute(_own(statement, actor)))


def _view(actor: Actor, row: Row[Any], today: date | None) -> NoticeView:
    name = _name(actor, row)
    text = sentence_of(row.wording, today=today, subject=name or "", office=row.office_name or "")
    return NoticeView(
        id=row.id,
        seq=row.seq,
        created_at=row.created_at,
        read_at=row.read_at,
        about_kind=row.about_kind,
        about_id=row.about_id,
        step=row.step,
        code=row.wording["code"],
        text=text or sentence("notice_unnamed"),
        subject_id=row.subject_id,
        subject_name=name,
    )


def _name(actor: Actor, row: Row[Any]) -> str | None:
    """Subjects know their own name; offices read it as in any list."""
    if row.subject_name is None or actor.kind == "subject":
        return None
    named = Named(row.subject_name, row.minor_regime, row.office_id, within_reach=bool(row.within_reach))
    return shown_name(actor, named)

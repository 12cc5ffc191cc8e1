"""Who looked at one subject's data in a month: the sheet for those who oversee, and what the person may see of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.models.audit import Audit
from app.models.office import Office
from app.models.subject import Assignment, Subject
from app.queries.acts import Act, Post, acts, as_act, before, key_of
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, page_of
from app.rules.access_log import MAP_READ, READS, Month
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class Sheet:
    """One subject's month. `total` readings by `people` different people, and one page of them."""

    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    month: Month
    total: int
    people: int
    page: Page[Act]


@dataclass(frozen=True)
class OwnReading:
    """What a subject may see of one reading: when, what, and from which office and role; nobody's name."""

    at: datetime
    action: str
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class OwnSheet:
    """The own month: how many readings, and one page of them."""

    month: Month
    total: int
    page: Page[OwnReading]


def sheet(
    connection: Connection, actor: Actor, subject_id: UUID, month: Month, *, after: Key | None = None, limit: int = 100
) -> Sheet:
    """Who looked at a subject's data in a month, the latest first; NotFound where it is not within reach."""
    row = connection.execute(
        select(Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id).where(
            Subject.id == subject_id, subjects_of(actor)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    total, people = _counted(connection, subject_id, month)
    return Sheet(
        subject_id=subject_id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        minor=row.minor_regime,
        month=month,
        total=total,
        people=people,
        page=_page(connection, subject_id, month, after, limit),
    )


def own_sheet(
    connection: Connection, actor: Actor, month: Month, *, after: Key | None = None, limit: int = 50
) -> OwnSheet:
    """Who looked at the actor's own data in a month, as far as the person may see it."""
    if actor.id is None:
        raise NotFound("not_found")
    total, _ = _counted(connection, actor.id, month)
    page = _page(connection, actor.id, month, after, limit)
    own = tuple(OwnReading(act.at, act.action, act.posts) for act in page.items)
    return OwnSheet(month, total, Page(own, page.next_key))


def _page(connection: Connection, subject_id: UUID, month: Month, after: Key | None, limit: int) -> Page[Act]:
    statement = acts().where(*_of(subject_id, month)).limit(limit + 1)
    if (older := before(after)) is not None:
        statement = statement.where(older)
    return page_of([as_act(row) for row in connection.execute(statement)], limit, key_of)


def _counted(connection: Connection, subject_id: UUID, month: Month) -> tuple[int, int]:
    counted = select(func.count(), func.count(Audit.actor_id.distinct())).where(*_of(subject_id, month))
    total, people = connection.execute(counted).one()
    return total, people


def _of(subject_id: UUID, month: Month) -> tuple[ColumnElement[bool], ...]:
    within = (Audit.at >= month.from_at, Audit.at < month.until)
    shown = or_(Audit.subject_id == subject_id, and_(Audit.subject_id.is_(None), _on_the_map(subject_id)))
    return (shown, *within, Audit.action.in_(READS), Audit.actor_kind != "subject")


def _on_the_map(subject_id: UUID) -> ColumnElement[bool]:
    """A look at the map of an office to which, or below which, the subject was assigned at that time."""
    assigned, looked_at = aliased(Office), aliased(Office)
    within = or_(assigned.path == looked_at.path, assigned.path.startswith(looked_at.path + ".", autoescape=False))
    return and_(
        Audit.action == MAP_READ,
        select(Assignment.id)
        .join(assigned, assigned.id == Assignment.office_id)
        .join(looked_at, looked_at.id == Audit.object_id)
        .where(Assignment.subject_id == subject_id, Assignment.period.contains(Audit.at), within)
        .correlate(Audit)
        .exists(),
    )

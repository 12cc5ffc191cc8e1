"""Everything that was done, for those who oversee it: acts about subjects within reach, and acts of the own offices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from app.models.audit import Audit
from app.models.office import Office, UserRole
from app.models.subject import Subject
from app.queries.acts import Act, acts, as_act, before, key_of
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, page_of
from app.rules.facts import Actor
from app.store.scope import offices_of, subjects_of


@dataclass(frozen=True)
class Wanted:
    """Which acts: of `[from_at, until)`, and all further conditions that are given hold."""

    from_at: datetime
    until: datetime
    subject_id: UUID | None = None
    actor_id: UUID | None = None
    action: str | None = None


@dataclass(frozen=True)
class LoggedAct:
    """One act, and whom it was about, if anybody."""

    act: Act
    subject_id: UUID | None
    subject_name: str | None
    minor: bool


def audit_log(
    connection: Connection, actor: Actor, wanted: Wanted, *, after: Key | None = None, limit: int = 50
) -> Page[LoggedAct]:
    """Acts, the latest first. What is about nobody belongs to the offices whose people did it."""
    statement = (
        acts()
        .add_columns(Audit.subject_id, Subject.name, Subject.minor_regime, Subject.office_id)
        .outerjoin(Subject, Subject.id == Audit.subject_id)
        .where(Audit.at >= wanted.from_at, Audit.at < wanted.until, _within_reach(actor), *_conditions(wanted))
        .limit(limit + 1)
    )
    if (older := before(after)) is not None:
        statement = statement.where(older)
    rows = [_logged(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: key_of(row.act))


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    own_users = (
        select(UserRole.user_id).join(Office, Office.id == UserRole.office_id).where(offices_of(actor)).distinct()
    )
    about_nobody = and_(Audit.subject_id.is_(None), Audit.actor_kind == "user", Audit.actor_id.in_(own_users))
    return or_(and_(Audit.subject_id.is_not(None), subjects_of(actor)), about_nobody)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = (
        (Audit.subject_id, wanted.subject_id),
        (Audit.actor_id, wanted.actor_id),
        (Audit.action, wanted.action),
    )
    return [column == value for column, value in given if value is not None]


def _logged(actor: Actor, row: Any) -> LoggedAct:
    if row.subject_id is None:
        return LoggedAct(as_act(row), None, None, minor=False)
    name = shown_name(actor, Named(row.name, row.minor_regime, row.office_id))
    return LoggedAct(as_act(row), row.subject_id, name, minor=row.minor_regime)

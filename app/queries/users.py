"""Users with the roles they hold, as far as the actor's grants reach; and who oneself is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select

from app.models.office import Office, User, UserRole
from app.queries.page import Key, Page, page_of, text_key
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


@dataclass(frozen=True)
class RoleView:
    """A role that is held now, and since when."""

    id: UUID
    role: str
    office_id: UUID
    office_name: str
    office_level: str
    since: datetime


@dataclass(frozen=True)
class UserView:
    """A user; of the roles those in the reader's offices are shown."""

    id: UUID
    login: str
    name: str
    phone: str | None
    disabled: bool
    created_at: datetime
    roles: tuple[RoleView, ...]


def me(connection: Connection, actor: Actor, *, now: datetime) -> UserView:
    """Oneself, with every role held now."""
    own = UserRole.user_id == actor.id
    return _one(connection, User.id == actor.id, own, now)


def user(connection: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> UserView:
    """One user who has or had a role in the actor's offices; NotFound for any other."""
    return _one(connection, and_(User.id == user_id, _ever(actor)), offices_of(actor), now)


def users(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    office_id: UUID | None = None,
    former: bool = False,
    after: Key | None = None,
    limit: int = 50,
) -> Page[UserView]:
    """Users with a role in the actor's offices (or in one of them), by log-in. `former`: those who only had one."""
    wanted = and_(offices_of(actor), Office.id == office_id) if office_id else offices_of(actor)
    holds, held = _roles_where(and_(wanted, UserRole.held.contains(now))), _roles_where(wanted)
    statement = (
        select(User.id, User.login, User.name, User.phone, User.disabled_at, User.created_at)
        .where(and_(held, not_(_any_role(now))) if former else holds)
        .order_by(User.login.collate("C"))
        .limit(limit + 1)
    )
    if (login := text_key(after)) is not None:
        statement = statement.where(User.login.collate("C") > login)
    rows = connection.execute(statement).all()
    roles = _roles(connection, [row.id for row in rows], offices_of(actor), now)
    return page_of([_view(row, roles) for row in rows], limit, lambda row: [row.login])


def _one(connection: Connection, which: ColumnElement[bool], shown: ColumnElement[bool], now: datetime) -> UserView:
    row = connection.execute(
        select(User.id, User.login, User.name, User.phone, User.disabled_at, User.created_at).where(which)
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(row, _roles(connection, [row.id], shown, now))


def _view(row: Any, roles: Mapping[UUID, list[RoleView]]) -> UserView:
    return UserView(
        row.id, row.login, row.name, row.phone, row.disabled_at is not None, row.created_at, tuple(roles[row.id])
    )


def _roles_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    held = select(UserRole.id).join(Office, Office.id == UserRole.office_id)
    return held.where(UserRole.user_id == User.id, condition).correlate(User).exists()


def _ever(actor: Actor) -> ColumnElement[bool]:
    return _roles_where(offices_of(actor))


def _any_role(now: datetime) -> ColumnElement[bool]:
    return _roles_where(UserRole.held.contains(now))


def _roles(
    connection: Connection, user_ids: Iterable[UUID], shown: ColumnElement[bool], now: datetime
) -> Mapping[UUID, list[RoleView]]:
    rows = connection.execute(
        select(
            UserRole.user_id,
            UserRole.id,
            UserRole.role,
            Office.id.label("office_id"),
            Office.name,
            Office.level,
            func.lower(UserRole.held).label("since"),
        )
        .join(Office, Office.id == UserRole.office_id)
        .where(UserRole.user_id.in_(list(user_ids)), UserRole.held.contains(now), shown)
        .order_by(Office.path, UserRole.role)
    )
    found: dict[UUID, list[RoleView]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(RoleView(row.id, row.role, row.office_id, row.name, row.level, row.since))
    return found

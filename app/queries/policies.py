"""The versions of the policy that hold, held or will hold for the actor's offices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, tuple_

from app.models.office import Office, User
from app.models.policy import PolicyVersion
from app.models.policy_draft import PolicyDraft
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.policy.difference import differences
from app.rules.wording.policies import change_words, place_words
from app.store.scope import offices_of


@dataclass(frozen=True)
class PolicyView:
    """One version, in force in [effective_from, effective_to), for an office and everything below it.

    `second_person` where it came of a draft that somebody else approved, and was not put in force by one alone.
    `never_held`: another one replaced it before it began; `effective_to` is when it would have begun, too.
    """

    id: UUID
    office_id: UUID
    office_name: str
    name: str
    title: str
    version: int
    content_hash: str
    effective_from: datetime
    effective_to: datetime | None
    created_at: datetime
    created_by: str | None
    second_person: bool
    never_held: bool
    content: dict[str, Any] | None = None


@dataclass(frozen=True)
class ChangeView:
    """One value that differs, with a sentence that says so."""

    key: str
    place: str
    before: Any
    after: Any
    told: str


@dataclass(frozen=True)
class VersionChanges:
    """What one version changed against another; all of it is new where there was none before."""

    version_id: UUID
    since_id: UUID | None
    changes: tuple[ChangeView, ...]


def policy(connection: Connection, actor: Actor, version_id: UUID) -> PolicyView:
    """One version with its content; NotFound where it concerns none of the actor's offices."""
    statement = _policies(actor).add_columns(PolicyVersion.content).where(PolicyVersion.id == version_id)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return PolicyView(**row)


def policies(
    connection: Connection,
    actor: Actor,
    *,
    office_id: UUID | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[PolicyView]:
    """Versions of the actor's offices, of those below and of those above them, the latest first.

    With `office_id` only those that can concern that office: its own and those above it.
    """
    begins = _begins()
    statement = _policies(actor).order_by(begins.desc(), PolicyVersion.id.desc()).limit(limit + 1)
    if office_id:
        path = select(Office.path).where(Office.id == office_id, offices_of(actor)).scalar_subquery()
        statement = statement.where(_at_or_above(path))
    if key := instant_key(after):
        statement = statement.where(tuple_(begins, PolicyVersion.id) < key)
    rows = [PolicyView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.effective_from.isoformat(), str(row.id)])


def changes_of(
    connection: Connection, actor: Actor, version_id: UUID, *, since_id: UUID | None = None
) -> VersionChanges:
    """What tells a version from `since_id`, or from the one that it followed; NotFound where either is out of reach."""
    version = policy(connection, actor, version_id)
    since = policy(connection, actor, since_id) if since_id else _before(connection, actor, version)
    if since is None:
        return VersionChanges(version_id, None, ())
    return VersionChanges(version_id, since.id, changes(since.content or {}, version.content or {}))


def in_force(connection: Connection, actor: Actor, office_id: UUID, *, at: datetime) -> PolicyView | None:
    """The version that holds at `at` for an office of the actor's: its own, or the nearest above. None without one."""
    path = select(Office.path).where(Office.id == office_id, offices_of(actor)).scalar_subquery()
    statement = (
        _policies(actor)
        .add_columns(PolicyVersion.content)
        .where(_at_or_above(path), PolicyVersion.in_force.contains(at))
        .order_by(func.length(Office.path).desc())
        .limit(1)
    )
    row = connection.execute(statement).mappings().one_or_none()
    return PolicyView(**row) if row else None


def yet_to_begin(connection: Connection, actor: Actor, office_id: UUID, *, now: datetime) -> tuple[PolicyView, ...]:
    """Versions of one office of the actor's that are to begin later, the first of them first."""
    statement = _policies(actor).where(PolicyVersion.office_id == office_id, func.lower(PolicyVersion.in_force) > now)
    rows = connection.execute(statement.order_by(_begins())).mappings()
    return tuple(PolicyView(**row) for row in rows)


def _before(connection: Connection, actor: Actor, version: PolicyView) -> PolicyView | None:
    """The version of the same office that ended when this one began, or what held there until then."""
    path = select(Office.path).where(Office.id == version.office_id).scalar_subquery()
    ended = func.coalesce(func.upper(PolicyVersion.in_force), version.effective_from)
    known = PolicyVersion.created_at < version.created_at
    statement = (
        _policies(actor)
        .add_columns(PolicyVersion.content)
        .where(
            _at_or_above(path),
            PolicyVersion.id != version.id,
            func.lower(PolicyVersion.in_force) < version.effective_from,
            known if version.never_held else ended >= version.effective_from,
        )
        .order_by(func.length(Office.path).desc(), func.lower(PolicyVersion.in_force).desc())
        .limit(1)
    )
    row = connection.execute(statement).mappings().one_or_none()
    return PolicyView(**row) if row else None


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[ChangeView, ...]:
    """What differs between two contents in normal form, in plain words."""
    return tuple(
        ChangeView(
            key=".".join(one.path),
            place=place_words(one.path),
            before=one.before,
            after=one.after,
            told=change_words(one.path, one.before, one.after),
        )
        for one in differences(before, after)
    )


def _at_or_above(path: Any) -> ColumnElement[bool]:
    return or_(path == Office.path, path.like(Office.path + ".%"))


def _begins() -> Any:
    return func.coalesce(func.lower(PolicyVersion.in_force), PolicyVersion.would_begin_at)


def _policies(actor: Actor) -> Select[*tuple[Any, ...]]:
    above = (_at_or_above(literal(grant.office_path)) for grant in actor.grants)
    return (
        select(
            PolicyVersion.id,
            PolicyVersion.office_id,
            Office.name.label("office_name"),
            PolicyVersion.name,
            PolicyVersion.content["title"].astext.label("title"),
            PolicyVersion.content["version"].as_integer().label("version"),
            PolicyVersion.content_hash,
            _begins().label("effective_from"),
            func.coalesce(func.upper(PolicyVersion.in_force), PolicyVersion.would_begin_at).label("effective_to"),
            PolicyVersion.would_begin_at.is_not(None).label("never_held"),
            PolicyVersion.created_at,
            User.name.label("created_by"),
            select(PolicyDraft.id).where(PolicyDraft.version_id == PolicyVersion.id).exists().label("second_person"),
        )
        .join(Office, Office.id == PolicyVersion.office_id)
        .outerjoin(User, User.id == PolicyVersion.created_by)
        .where(and_(or_(offices_of(actor), *above)))
    )

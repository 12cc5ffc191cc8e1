"""What audited acts have in common on every list: who acted, in which posts at that time, what and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.models.audit import Audit
from app.models.office import Office, User, UserRole
from app.queries.page import Key
from app.rules.errors import Refused


class Post(NamedTuple):
    """A role in an office, held when the act was done."""

    office: str
    role: str


@dataclass(frozen=True)
class Act:
    """One row of the audit. `actor_name` is None for jobs, subjects and users who are gone."""

    id: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None
    posts: tuple[Post, ...]
    object_kind: str | None
    object_id: UUID | None
    reason: str | None
    details: dict[str, Any]


def acts() -> Select[*tuple[Any, ...]]:
    """All acts with who did them, the latest first; the caller says which."""
    return (
        select(
            Audit.id,
            Audit.at,
            Audit.action,
            Audit.actor_kind,
            Audit.actor_id,
            User.name.label("actor_name"),
            _posts(),
            Audit.object_kind,
            Audit.object_id,
            Audit.reason,
            Audit.details,
        )
        .outerjoin(User, and_(Audit.actor_kind == "user", User.id == Audit.actor_id))
        .order_by(Audit.at.desc(), Audit.id.desc())
    )


def as_act(row: Any) -> Act:
    """A row of `acts`; columns that the caller added are left to it."""
    plain = {name: getattr(row, name) for name in Act.__dataclass_fields__ if name != "posts"}
    return Act(**plain, posts=tuple(Post(*post) for post in row.posts or ()))


def before(after: Key | None) -> ColumnElement[bool] | None:
    """Acts that come after the place that a cursor names; Refused `bad_cursor` where it came from another list."""
    if after is None:
        return None
    try:
        at_text, id_text = after
        at, act_id = datetime.fromisoformat(at_text), int(id_text)
        if at.tzinfo is None or not 0 <= act_id < 2**63:
            raise ValueError(after)
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error
    return or_(Audit.at < at, and_(Audit.at == at, Audit.id < act_id))


def key_of(act: Act) -> Key:
    """Where an act stands in its list."""
    return [act.at.isoformat(), str(act.id)]


def _posts() -> Any:
    held = and_(UserRole.user_id == Audit.actor_id, UserRole.held.op("@>")(Audit.at))
    return (
        select(func.jsonb_agg(func.jsonb_build_array(Office.name, UserRole.role)))
        .select_from(UserRole)
        .join(Office, Office.id == UserRole.office_id)
        .where(held)
        .correlate(Audit)
        .scalar_subquery()
        .label("posts")
    )

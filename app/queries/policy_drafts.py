"""Drafts of the policy with what they would change, their history, and what trials of them gave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select, tuple_
from sqlalchemy.orm import aliased

from app.models.office import Office, User
from app.models.policy import PolicyVersion
from app.models.policy_draft import PolicyDraft, PolicyDraftEvent
from app.queries.page import Key, Page, instant_key, page_of
from app.queries.policies import ChangeView, changes
from app.rules.errors import NotFound
from app.rules.facts import Actor, Role
from app.rules.policy_drafts import HANDS, OPEN
from app.store import policy_drafts as store
from app.store.scope import offices_of


@dataclass(frozen=True)
class StepView:
    """One step of a draft's history."""

    revision: int
    step: str
    at: datetime
    by: UUID
    by_name: str
    note: str | None


@dataclass(frozen=True)
class DraftView:
    """One draft as it stands in a list."""

    id: UUID
    office_id: UUID
    office_name: str
    title: str
    state: str
    revision: int
    changed_at: datetime
    why: str | None
    effective_from: datetime | None
    base_version_id: UUID
    version_id: UUID | None


@dataclass(frozen=True)
class WholeDraft:
    """One draft with its content. `changes` are against its base; `is_behind` where a newer version has come since."""

    head: DraftView
    content: dict[str, Any]
    content_hash: str
    text: str
    changes: tuple[ChangeView, ...]
    steps: tuple[StepView, ...]
    hands: frozenset[UUID]
    is_behind: bool


def draft(connection: Connection, actor: Actor, draft_id: UUID) -> WholeDraft:
    """One draft; NotFound where its office is out of the actor's reach. Four queries."""
    base = aliased(PolicyVersion)
    statement = (
        _drafts(actor)
        .add_columns(PolicyDraft.content, PolicyDraft.content_hash, PolicyDraft.source_text, base.content.label("base"))
        .join(base, base.id == PolicyDraft.base_version_id)
        .where(PolicyDraft.id == draft_id)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    head = DraftView(**{name: row[name] for name in DraftView.__dataclass_fields__})
    steps = _steps(connection, draft_id)
    newest = store.newest(connection, head.office_id)
    return WholeDraft(
        head=head,
        content=row["content"],
        content_hash=row["content_hash"],
        text=row["source_text"],
        changes=changes(row["base"], row["content"]),
        steps=steps,
        hands=frozenset(step.by for step in steps if step.step in HANDS),
        is_behind=head.state in OPEN and newest.id != head.base_version_id,
    )


def drafts(
    connection: Connection,
    actor: Actor,
    *,
    office_id: UUID | None = None,
    only_open: bool = False,
    after: Key | None = None,
    limit: int = 50,
) -> Page[DraftView]:
    """Drafts of offices within reach, the last changed first."""
    statement = _drafts(actor).order_by(PolicyDraft.changed_at.desc(), PolicyDraft.id.desc()).limit(limit + 1)
    if office_id:
        statement = statement.where(PolicyDraft.office_id == office_id)
    if only_open:
        statement = statement.where(PolicyDraft.state.in_(OPEN))
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(PolicyDraft.changed_at, PolicyDraft.id) < tuple_(*key))
    rows = [DraftView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.changed_at.isoformat(), str(row.id)])


def may_be_decided(connection: Connection, draft: WholeDraft, *, now: datetime) -> bool:
    """Whether there is a head at all who had no hand in it: else it would wait for nobody."""
    heads = store.holders(connection, draft.head.office_id, [Role.COUNTY_HEAD], now=now)
    return not draft.hands.issuperset(heads)


def _steps(connection: Connection, draft_id: UUID) -> tuple[StepView, ...]:
    rows = connection.execute(
        select(
            PolicyDraftEvent.revision,
            PolicyDraftEvent.step,
            PolicyDraftEvent.at,
            PolicyDraftEvent.actor_id.label("by"),
            User.name.label("by_name"),
            PolicyDraftEvent.note,
        )
        .join(User, User.id == PolicyDraftEvent.actor_id)
        .where(PolicyDraftEvent.draft_id == draft_id)
        .order_by(PolicyDraftEvent.revision.desc())
    )
    return tuple(StepView(**row) for row in rows.mappings())


def _drafts(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PolicyDraft.id,
            PolicyDraft.office_id,
            Office.name.label("office_name"),
            PolicyDraft.content["title"].astext.label("title"),
            PolicyDraft.state,
            PolicyDraft.revision,
            PolicyDraft.changed_at,
            PolicyDraft.why,
            PolicyDraft.effective_from,
            PolicyDraft.base_version_id,
            PolicyDraft.version_id,
        )
        .join(Office, Office.id == PolicyDraft.office_id)
        .where(and_(offices_of(actor)))
    )

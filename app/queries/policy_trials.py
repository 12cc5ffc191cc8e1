"""What trials of drafts gave: sums, and how far each has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from app.models.office import Office, User
from app.models.policy_draft import PolicyDraft, PolicyTrial
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


@dataclass(frozen=True)
class TrialView:
    """One trial: `result` holds its sums once it is done."""

    id: UUID
    draft_id: UUID
    content_hash: str
    days: int
    state: str
    asked_at: datetime
    finished_at: datetime | None
    asked_by_name: str
    result: dict[str, Any] | None


def trials(connection: Connection, actor: Actor, draft_id: UUID, *, limit: int = 10) -> tuple[TrialView, ...]:
    """The trials of a draft, the last asked for first; NotFound where the draft is out of the actor's reach."""
    within = select(PolicyDraft.id).join(Office, Office.id == PolicyDraft.office_id)
    if connection.execute(within.where(PolicyDraft.id == draft_id, offices_of(actor))).one_or_none() is None:
        raise NotFound("not_found")
    rows = connection.execute(
        _trials().where(PolicyTrial.draft_id == draft_id).order_by(PolicyTrial.asked_at.desc()).limit(limit)
    )
    return tuple(TrialView(**row) for row in rows.mappings())


def _trials() -> Select[*tuple[Any, ...]]:
    return select(
        PolicyTrial.id,
        PolicyTrial.draft_id,
        PolicyTrial.content_hash,
        PolicyTrial.days,
        PolicyTrial.state,
        PolicyTrial.asked_at,
        PolicyTrial.finished_at,
        User.name.label("asked_by_name"),
        PolicyTrial.result,
    ).join(User, User.id == PolicyTrial.asked_by)

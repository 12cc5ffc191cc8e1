"""Drafts of the policy on disk: what they say now, who wrote in them, and what they would follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.models.office import Office
from app.models.policy_draft import PolicyDraft, PolicyDraftEvent
from app.rules.errors import Conflict, Refused
from app.rules.facts import Actor, Role
from app.rules.policy_drafts import HANDS, DraftFacts, DraftState, DraftStep
from app.store.scope import UPWARD, offices_of

NEWEST = text(
    f"""
    SELECT v.id, v.content_hash, v.content
    FROM offices o
    JOIN offices scope ON scope.path = {UPWARD}
    JOIN policy_versions v ON v.office_id = scope.id AND upper_inf(v.in_force)
    WHERE o.id = :office_id
    ORDER BY length(scope.path) DESC LIMIT 1
    """  # noqa: S608  (put together from a constant)
)
HOLDERS = text(
    f"""
    SELECT DISTINCT r.user_id
    FROM offices o
    JOIN offices scope ON scope.path = {UPWARD}
    JOIN user_roles r ON r.office_id = scope.id AND r.role = ANY(:roles) AND r.held @> CAST(:now AS timestamptz)
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE o.id = :office_id ORDER BY 1
    """  # noqa: S608  (put together from a constant)
)


@dataclass(frozen=True)
class Newest:
    """The version that holds until further notice for an office: its own, or that of the nearest office above."""

    id: UUID
    content_hash: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Written:
    """What somebody wrote: the content in normal form, its hash, and the text as it is shown to experts."""

    content: Mapping[str, Any]
    content_hash: str
    source_text: str


@dataclass(frozen=True)
class Taken:
    """A step and who took it, with their word where the step asks for one."""

    step: DraftStep
    by: UUID
    note: str | None = None


def newest(tx: Connection, office_id: UUID) -> Newest:
    """What a draft of this office would follow; Refused `no_policy_in_force` where nothing holds."""
    row = tx.execute(NEWEST, {"office_id": office_id}).one_or_none()
    if row is None:
        raise Refused("no_policy_in_force")
    return Newest(row.id, row.content_hash, row.content)


def body_hash_of(tx: Connection, draft_id: UUID) -> bytes | None:
    """The fingerprint of the request that began this one; None where there is none."""
    return tx.execute(select(PolicyDraft.body_hash).where(PolicyDraft.id == draft_id)).scalar_one_or_none()


def begin(
    tx: Connection, draft_id: UUID, office_id: UUID, base_id: UUID, written: Written, body_hash: bytes, *, now: datetime
) -> None:
    """Write a new draft; Conflict `draft_open_already` where the office has one that is not over."""
    row = {
        "id": draft_id,
        "office_id": office_id,
        "base_version_id": base_id,
        "state": DraftState.DRAFT,
        "revision": 1,
        **vars(written),
        "changed_at": now,
        "body_hash": body_hash,
    }
    added = tx.execute(pg_insert(PolicyDraft).values(row).on_conflict_do_nothing().returning(PolicyDraft.id))
    if added.one_or_none() is None:
        raise Conflict("draft_open_already")


def locked(tx: Connection, actor: Actor, draft_id: UUID) -> DraftFacts | None:
    """The draft under its lock with what decides on it; None where it is out of the actor's reach."""
    row = tx.execute(
        select(PolicyDraft)
        .join(Office, Office.id == PolicyDraft.office_id)
        .where(PolicyDraft.id == draft_id, offices_of(actor))
        .with_for_update(of=PolicyDraft)
    ).one_or_none()
    if row is None:
        return None
    wrote = select(PolicyDraftEvent.actor_id).where(
        PolicyDraftEvent.draft_id == draft_id, PolicyDraftEvent.step.in_(HANDS)
    )
    follows = newest(tx, row.office_id)
    return DraftFacts(
        id=row.id,
        office_id=row.office_id,
        base_version_id=row.base_version_id,
        state=DraftState(row.state),
        revision=row.revision,
        content_hash=row.content_hash,
        effective_from=row.effective_from,
        hands=frozenset(tx.execute(wrote).scalars()),
        replaces_id=follows.id,
        replaces_hash=follows.content_hash,
    )


def content_of(tx: Connection, draft_id: UUID) -> dict[str, Any]:
    """What the draft says, in normal form."""
    found: dict[str, Any] = tx.execute(select(PolicyDraft.content).where(PolicyDraft.id == draft_id)).scalar_one()
    return found


def office_of(tx: Connection, draft_id: UUID) -> UUID:
    """Whose draft it is."""
    found: UUID = tx.execute(select(PolicyDraft.office_id).where(PolicyDraft.id == draft_id)).scalar_one()
    return found


def change(tx: Connection, draft: DraftFacts, values: Mapping[str, Any], taken: Taken, *, now: datetime) -> None:
    """New values, the next revision, and the step that made them."""
    row = {**values, "revision": draft.revision + 1, "changed_at": now}
    tx.execute(update(PolicyDraft).where(PolicyDraft.id == draft.id).values(**row))
    note_step(tx, draft.id, draft.revision + 1, values.get("content_hash", draft.content_hash), taken, now=now)


def note_step(tx: Connection, draft_id: UUID, revision: int, content_hash: str, taken: Taken, *, now: datetime) -> None:
    """One line of the draft's history."""
    row = {"draft_id": draft_id, "revision": revision, "content_hash": content_hash, "at": now}
    tx.execute(insert(PolicyDraftEvent), {**row, "step": taken.step, "actor_id": taken.by, "note": taken.note})


def holders(tx: Connection, office_id: UUID, roles: Sequence[Role], *, now: datetime) -> list[UUID]:
    """Who holds one of these roles at this office or above it."""
    return list(tx.execute(HOLDERS, {"office_id": office_id, "roles": list(roles), "now": now}).scalars())

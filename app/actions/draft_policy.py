"""Writing a draft of the policy: begin one, change it, hand it in, give it up. County staff do this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import About, Actor, Reason, Role
from app.rules.policy import Policy, content_hash, parse_policy, policy_from_mapping, to_mapping
from app.rules.policy.toml_text import to_toml
from app.rules.policy_drafts import (
    DraftFacts,
    DraftState,
    DraftStep,
    check_submission,
    check_withdrawal,
    check_writable,
)
from app.rules.wording.policies import COMMENTS
from app.store import effects, offices, policy_drafts
from app.store.policy_drafts import Taken, Written

Content = str | Mapping[str, Any]


@dataclass(frozen=True)
class NewDraft:
    """A draft to begin: with this content, or with that of the version it would follow."""

    id: UUID
    office_id: UUID
    body_hash: bytes
    content: Content | None = None


def begin_draft(tx: Connection, actor: Actor, new: NewDraft, *, now: datetime) -> bool:
    """False where the same request was served before.

    NotFound for an office out of reach, Conflict `id_reused`, `draft_open_already`; PolicyError for faulty content.
    """
    by = _person(actor)
    offices.within_reach(tx, actor, new.office_id)
    known = policy_drafts.body_hash_of(tx, new.id)
    if known is not None:
        if known != new.body_hash:
            raise Conflict("id_reused")
        return False
    base = policy_drafts.newest(tx, new.office_id)
    written = _written(base.content if new.content is None else new.content)
    policy_drafts.begin(tx, new.id, new.office_id, base.id, written, new.body_hash, now=now)
    policy_drafts.note_step(tx, new.id, 1, written.content_hash, Taken(DraftStep.BEGUN, by), now=now)
    _note(tx, actor, new.id, "policy_drafts.begin", now)
    return True


def write_draft(
    tx: Connection, actor: Actor, draft_id: UUID, revision: int, content: Content, *, now: datetime
) -> None:
    """Put other content into it, as text or as an object. What is no policy is refused as a whole (PolicyError).

    NotFound out of reach; Conflict `draft_changed` where somebody else wrote in it meanwhile, `draft_submitted`.
    """
    draft = _draft(tx, actor, draft_id)
    check_writable(draft, revision)
    written = _written(content)
    values = {**vars(written), "state": DraftState.DRAFT}
    policy_drafts.change(tx, draft, values, Taken(DraftStep.EDITED, _person(actor)), now=now)
    _note(tx, actor, draft_id, "policy_drafts.edit", now)


def submit_draft(
    tx: Connection,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    why: str,
    *,
    effective_from: datetime | None,
    now: datetime,
) -> None:
    """Hand it to those who may approve it, and tell them. It is compared with the newest version.

    Refused where it changes nothing, or is to hold in the past.
    """
    draft = _draft(tx, actor, draft_id)
    check_submission(draft, revision, effective_from, now=now)
    by = _person(actor)
    values = {
        "state": DraftState.SUBMITTED,
        "why": why,
        "effective_from": effective_from,
        "base_version_id": draft.replaces_id,
    }
    policy_drafts.change(tx, draft, values, Taken(DraftStep.SUBMITTED, by, why), now=now)
    heads = policy_drafts.holders(tx, draft.office_id, [Role.COUNTY_HEAD], now=now)
    others = [head for head in heads if head not in draft.hands | {by}]
    told = Reason("policy_draft_submitted")
    step = f"submitted.{draft.revision}"
    about = About("policy_draft", draft_id)
    effects.apply(tx, [Decision(tuple(Notify("user", head, about, step, told, now, now) for head in others))])
    _note(tx, actor, draft_id, "policy_drafts.submit", now, why)


def withdraw_draft(tx: Connection, actor: Actor, draft_id: UUID, revision: int, *, now: datetime) -> None:
    """Give it up: it stays on record, and the office may begin another."""
    draft = _draft(tx, actor, draft_id)
    check_withdrawal(draft, revision)
    values = {"state": DraftState.WITHDRAWN}
    policy_drafts.change(tx, draft, values, Taken(DraftStep.WITHDRAWN, _person(actor)), now=now)
    _note(tx, actor, draft_id, "policy_drafts.withdraw", now)


def _draft(tx: Connection, actor: Actor, draft_id: UUID) -> DraftFacts:
    draft = policy_drafts.locked(tx, actor, draft_id)
    if draft is None:
        raise NotFound("not_found")
    return draft


def _person(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id


def _written(content: Content) -> Written:
    """Text is kept as it was typed, with its comments; an object is written out with comments of our own."""
    policy: Policy = parse_policy(content) if isinstance(content, str) else policy_from_mapping(content)
    mapping = to_mapping(policy)
    source = content if isinstance(content, str) else to_toml(mapping, COMMENTS)
    return Written(mapping, content_hash(policy), source)


def _note(tx: Connection, actor: Actor, draft_id: UUID, act: str, now: datetime, reason: str | None = None) -> None:
    row = WriteAudit(now, actor, act, object=About("policy_draft", draft_id), reason=reason)
    effects.apply(tx, [Decision((row,))])

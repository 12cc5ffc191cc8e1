"""A second person decides on a draft of the policy: it takes effect, or goes back with a word why."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.rules.effects import Decision, Effect, Notify, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor, Reason
from app.rules.policy import policy_from_mapping
from app.rules.policy_drafts import (
    DraftFacts,
    DraftState,
    DraftStep,
    check_approval,
    check_decision,
    takes_effect_at,
)
from app.store import effects, policy_drafts
from app.store.installing import NewVersion, install
from app.store.policies import Later
from app.store.policy_drafts import Taken

VERSIONS = uuid5(NAMESPACE_URL, "zhifang:approved_policy_draft")


def approve_draft(tx: Connection, actor: Actor, draft_id: UUID, revision: int, *, now: datetime) -> UUID:
    """Let it take effect as it was read at `revision`; gives the version's id. Open duties keep the version they have.

    A version that was to begin then or later never does: what two people decided last counts.
    NotFound out of reach; NotAllowed `second_person_needed` for whoever wrote in it; Conflict `draft_not_submitted`,
    `draft_changed`, `draft_base_changed`.
    """
    draft = _draft(tx, actor, draft_id)
    by = check_approval(draft, revision, actor)
    policy = policy_from_mapping(policy_drafts.content_of(tx, draft_id))
    version_id = uuid5(VERSIONS, str(draft_id))
    from_at = takes_effect_at(draft, now=now)
    install(tx, NewVersion(version_id, draft.office_id, policy, from_at, by, Later.FALLS), now=now)
    values = {"state": DraftState.APPROVED, "version_id": version_id, "effective_from": from_at}
    policy_drafts.change(tx, draft, values, Taken(DraftStep.APPROVED, by), now=now)
    adopted = WriteAudit(now, actor, "policy.adopt", object=About("policy_version", version_id))
    told = _told(draft, Reason("policy_draft_approved", (("from", from_at.isoformat()),)), now)
    approved = WriteAudit(now, actor, "policy_drafts.approve", object=About("policy_draft", draft_id))
    effects.apply(tx, [Decision((*told, approved, adopted))])
    return version_id


def return_draft(tx: Connection, actor: Actor, draft_id: UUID, revision: int, note: str, *, now: datetime) -> None:
    """Send it back to those who wrote it, who may change it and hand it in again. Refused as `approve_draft` is."""
    draft = _draft(tx, actor, draft_id)
    by = check_decision(draft, revision, actor)
    policy_drafts.change(tx, draft, {"state": DraftState.RETURNED}, Taken(DraftStep.RETURNED, by, note), now=now)
    told = _told(draft, Reason("policy_draft_returned"), now)
    returned = WriteAudit(now, actor, "policy_drafts.return", object=About("policy_draft", draft_id), reason=note)
    effects.apply(tx, [Decision((*told, returned))])


def _draft(tx: Connection, actor: Actor, draft_id: UUID) -> DraftFacts:
    draft = policy_drafts.locked(tx, actor, draft_id)
    if draft is None:
        raise NotFound("not_found")
    return draft


def _told(draft: DraftFacts, wording: Reason, now: datetime) -> tuple[Effect, ...]:
    about, step = About("policy_draft", draft.id), f"decided.{draft.revision}"
    return tuple(Notify("user", hand, about, step, wording, now, now) for hand in sorted(draft.hands))

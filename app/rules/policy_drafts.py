"""Changing the local system (制度): a draft is written by one and put in force by another, or it is not put in force.

No law asks for the second person; it is the house's own rule, since a version decides what hundreds of people owe.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import Actor

LATENESS = timedelta(minutes=1)
"""A request for "now" takes a moment to arrive: so much later it still means now."""


class DraftState(StrEnum):
    """Where a draft stands. The last two are its end."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class DraftStep(StrEnum):
    """What was done with a draft, in the words of its history."""

    BEGUN = "begun"
    EDITED = "edited"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class TrialState(StrEnum):
    """Where a trial of a draft stands: asked for, being made, made, or not to be made."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


OPEN = frozenset({DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED})
WRITABLE = frozenset({DraftState.DRAFT, DraftState.RETURNED})
HANDS = frozenset({DraftStep.BEGUN, DraftStep.EDITED, DraftStep.SUBMITTED})
"""Steps by which somebody has a hand in what a draft says: whoever took one does not approve it."""


@dataclass(frozen=True)
class DraftFacts:
    """A draft under its lock. `hands` are all who wrote in it, `replaces` the newest version it would follow."""

    id: UUID
    office_id: UUID
    base_version_id: UUID
    state: DraftState
    revision: int
    content_hash: str
    effective_from: datetime | None
    hands: frozenset[UUID]
    replaces_id: UUID
    replaces_hash: str


def check_seen(draft: DraftFacts, revision: int) -> None:
    """Conflict `draft_changed` where somebody wrote in the draft after the reader saw it."""
    if draft.revision != revision:
        raise Conflict("draft_changed")


def check_writable(draft: DraftFacts, revision: int) -> None:
    """Whether the content may be changed: Conflict `draft_submitted`, `draft_over`, `draft_changed`."""
    if draft.state is DraftState.SUBMITTED:
        raise Conflict("draft_submitted")
    if draft.state not in WRITABLE:
        raise Conflict("draft_over")
    check_seen(draft, revision)


def check_submission(draft: DraftFacts, revision: int, effective_from: datetime | None, *, now: datetime) -> None:
    """Whether it may go to the second person: it must change something, and not reach into the past."""
    check_writable(draft, revision)
    if draft.content_hash == draft.replaces_hash:
        raise Refused("policy_unchanged")
    if effective_from is not None and effective_from < now - LATENESS:
        raise Refused("policy_in_past", fields={"effective_from": "policy_in_past"})


def check_withdrawal(draft: DraftFacts, revision: int) -> None:
    """Whether it may be given up: at any time before its end."""
    if draft.state not in OPEN:
        raise Conflict("draft_over")
    check_seen(draft, revision)


def check_decision(draft: DraftFacts, revision: int, actor: Actor) -> UUID:
    """Who decides on it: NotAllowed `second_person_needed` for whoever had a hand in it."""
    if draft.state is not DraftState.SUBMITTED:
        raise Conflict("draft_not_submitted")
    check_seen(draft, revision)
    if actor.id is None or actor.id in draft.hands:
        raise NotAllowed("second_person_needed")
    return actor.id


def check_approval(draft: DraftFacts, revision: int, actor: Actor) -> UUID:
    """Who lets it take effect: Conflict `draft_base_changed` where another version came in between."""
    by = check_decision(draft, revision, actor)
    if draft.replaces_id != draft.base_version_id:
        raise Conflict("draft_base_changed")
    return by


def takes_effect_at(draft: DraftFacts, *, now: datetime) -> datetime:
    """The instant asked for, or now where it has passed meanwhile: the past is never rewritten."""
    return max(draft.effective_from or now, now)

"""A phone without our app: who may be given a credential for another maker's client, and what its misuse tells."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.effects import Decision, RaiseAlert
from app.rules.errors import Conflict
from app.rules.facts import About, Actor, AlertKind, Cause, Reason, Strength, SubjectStatus, TrackerClient

RULE_CODE = "tracker.refused"
TRACKERS = uuid5(NAMESPACE_URL, "zhifang:tracker")

NAME_PREFIX = "zf-"
NAME_DIGITS = 8


@dataclass(frozen=True)
class Wanted:
    """A credential as an officer asks for it. `datum` is what the client measures in: WGS-84 unless it is known not to.

    `id` is made by whoever asks, and `body_hash` tells a repeat from another request.
    """

    id: UUID
    subject_id: UUID
    client: TrackerClient
    datum: str
    body_hash: bytes

    @property
    def name(self) -> str:
        """What the client calls itself by. It is no secret, and tells nobody who is behind it."""
        return NAME_PREFIX + self.id.hex[:NAME_DIGITS]

    @property
    def device_id(self) -> UUID:
        """The phone, as far as bindings are concerned: nothing else is known of it."""
        return uuid5(self.id, "device")

    @property
    def session_id(self) -> UUID:
        """The log-in that the credential stands for as long as it is good."""
        return uuid5(self.id, "session")


@dataclass(frozen=True)
class Tracker:
    """Who sends by a good credential."""

    credential_id: UUID
    client: TrackerClient
    name: str
    datum: str
    actor: Actor

    @property
    def subject_id(self) -> UUID:
        """Whose phone it is."""
        if self.actor.id is None:
            raise ValueError("a tracker without a subject")
        return self.actor.id


@dataclass(frozen=True)
class RefusedFacts:
    """A credential that was good once, at its first use after that."""

    credential_id: UUID
    subject_id: UUID
    status: SubjectStatus
    office_id: UUID
    policy_version_id: UUID
    ended_at: datetime | None


def check_issue(status: SubjectStatus, bound: UUID | None) -> None:
    """Conflict `not_in_correction`, or `other_phone_bound` while a phone is bound, by our app or by a client.

    One phone a subject, whatever runs on it: else a second one at home would answer for the person.
    """
    if status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if bound is not None:
        raise Conflict("other_phone_bound")


def tell_refused(facts: RefusedFacts, *, now: datetime) -> Decision:
    """A phone still sends by a credential that has ended: what it sends is lost, and nobody else would notice.

    Nothing where correction is over: then nobody is to send.
    """
    if facts.status is not SubjectStatus.IN_CORRECTION:
        return Decision()
    ended = facts.ended_at.isoformat() if facts.ended_at else ""
    raised = RaiseAlert(
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=AlertKind.DEVICE_TROUBLE,
        about=About("subject", facts.subject_id),
        source=About("tracker", facts.credential_id),
        event_at=now,
        at=now,
        why=Reason("tracker_refused", (("ended", ended),) if ended else ()),
        cause=Cause.PHONE,
        strength=Strength.STRONG,
        rule_code=RULE_CODE,
        policy_version_id=facts.policy_version_id,
        evidence={"credential_id": str(facts.credential_id)},
    )
    return Decision((raised,))

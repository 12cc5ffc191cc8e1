"""Find out whose phone sends by another maker's client; and tell an office of one whose credential has ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.facts import SubjectStatus, TrackerClient
from app.rules.trackers import RefusedFacts, Tracker, tell_refused
from app.store import effects, policies, states, throttling, trackers
from app.store.throttling import from_address


@dataclass(frozen=True)
class Presented:
    """What became of a secret: who sends by it, or which credential it was of before that ended, or neither."""

    tracker: Tracker | None = None
    ended: Tracker | None = None


def present_secret(connection: Connection, client: TrackerClient, secret: str, *, now: datetime) -> Presented:
    """Look a secret up. One query, and nothing is written: the gate looks again when it keeps what was sent."""
    found = trackers.find(connection, client, secret, now=now)
    if found is None:
        return Presented()
    return Presented(tracker=found.tracker) if found.good else Presented(ended=found.tracker)


def count_guess(tx: Connection, address: str, *, now: datetime) -> None:
    """Somebody showed a secret that never was anybody's; TooOften after many from one address.

    Good secrets are not held up by it, nor are those that ended: a phone that nobody told goes on for weeks. The caller
    lets this transaction commit.
    """
    throttling.take(tx, from_address(address), now=now)


def note_refused(tx: Connection, credential_id: UUID, *, now: datetime) -> None:
    """The first use of a credential after its end raises an alert; any later one changes nothing."""
    row = trackers.first_refused(tx, credential_id, now=now)
    if row is None:
        return
    states.lock(tx, [row.subject_id])
    facts = RefusedFacts(
        credential_id=credential_id,
        subject_id=row.subject_id,
        status=SubjectStatus(row.status),
        office_id=row.office_id,
        policy_version_id=policies.of_office(tx, row.office_id, at=now).version_id,
        ended_at=row.ended_at,
    )
    effects.apply(tx, [tell_refused(facts, now=now)])

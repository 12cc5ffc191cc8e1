"""Open what was set aside, for its replay through the gate; and put on record that it was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import JOB
from app.store import effects, poison, states
from app.store.poison import Opened
from app.store.sealing import sealing_keys

__all__ = ["FIRST", "Chosen", "Connection", "Opened", "claim_poison", "note_replay", "put_back", "settle_poison"]

FIRST = UUID(int=0)
CHUNK = 100


@dataclass(frozen=True)
class Chosen:
    """What is replayed: of one client or all, received since or ever."""

    client: str | None = None
    since: datetime | None = None


def claim_poison(tx: Connection, chosen: Chosen, settings: Settings, *, after: UUID = FIRST) -> list[Opened]:
    """The next bodies of no use so far. Two replays at once share them: none is taken twice."""
    return poison.claim(tx, sealing_keys(settings), client=chosen.client, since=chosen.since, after=after, limit=CHUNK)


def settle_poison(tx: Connection, one: Opened, *, now: datetime) -> None:
    """Its content went through the gate, in this transaction. Nobody was heard by that: the phone was, on the day."""
    poison.settle(tx, one.id, now=now)
    states.forget_heard_again(tx, one.subject_id, one.received_at)


def put_back(tx: Connection, poison_id: UUID, reason: str) -> None:
    """It is of no use yet; the next replay tries again."""
    poison.still(tx, poison_id, reason)


def note_replay(tx: Connection, chosen: Chosen, counts: Mapping[str, int], *, now: datetime) -> None:
    """Sealed things were opened: who runs the service is told to have done it, with the counts and no content."""
    details = {
        "client": chosen.client,
        "since": chosen.since.isoformat() if chosen.since else None,
        "counts": dict(counts),
    }
    effects.apply(tx, [Decision((WriteAudit(now, JOB, "poison.replay", details=details),))])

"""Sampling of records (抽检): so many are drawn by lot, looked at one by one, asked about, answered, and closed.

The lot is a hash of the record under the sample's seed: whoever has the sample can draw it again and gets the same
records. Nobody can wish for one: the seed comes from a key of the service and is not known before the draw, neither to
whoever draws nor to whoever writes records, both of whom choose ids of their own; and every draw stays on record.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import Actor

MOST = 200
LONGEST = timedelta(days=366)


class EntryKind(StrEnum):
    """What was done about a drawn record. Looking is noted too: a record that nobody opened was not looked at."""

    LOOKED = "looked"
    NOTE = "note"
    QUESTION = "question"
    ANSWER = "answer"
    CLOSED = "closed"


class SampledState(StrEnum):
    """Where a drawn record stands."""

    DRAWN = "drawn"
    LOOKED = "looked"
    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Span:
    """The local days of which records are drawn, both included."""

    from_day: date
    to_day: date


@dataclass(frozen=True)
class NewSample:
    """What is to be drawn from where."""

    id: UUID
    office_id: UUID
    officer_id: UUID | None
    item: str | None
    span: Span
    size: int
    why: str
    body_hash: bytes


@dataclass(frozen=True)
class NewEntry:
    """What somebody does about a drawn record."""

    id: UUID
    kind: EntryKind
    note: str | None
    body_hash: bytes


def check_span(span: Span, today: date) -> None:
    """Refused `days_unfit` for days that have not come, the wrong way round, or more than a year."""
    if not span.from_day <= span.to_day <= today or span.to_day - span.from_day > LONGEST:
        raise Refused("days_unfit")


def seed_of(sample_id: UUID, key: bytes) -> str:
    """The seed of a draw in hex: without the key nobody foresees it, and the same draw has the same."""
    return hmac.digest(key, f"sample|{sample_id}".encode(), sha256).hex()


def drawn(record_ids: Iterable[UUID], seed: str, size: int) -> list[UUID]:
    """`size` of these records by lot, in the order in which they are looked at; all where there are no more."""
    return sorted(record_ids, key=lambda record_id: sha256(f"{seed}|{record_id}".encode()).digest())[:size]


def state_of(kinds: Sequence[EntryKind]) -> SampledState:
    """Where a record stands after these entries, in order of time. A note changes nothing."""
    state = SampledState.DRAWN
    for kind in kinds:
        match kind:
            case EntryKind.LOOKED:
                state = SampledState.LOOKED if state is SampledState.DRAWN else state
            case EntryKind.QUESTION:
                state = SampledState.ASKED
            case EntryKind.ANSWER:
                state = SampledState.ANSWERED
            case EntryKind.CLOSED:
                state = SampledState.CLOSED
            case EntryKind.NOTE:
                pass
    return state


def check_entry(
    state: SampledState, kind: EntryKind, actor: Actor, *, written_by: UUID, asked_by: UUID | None = None
) -> None:
    """Whether this may follow: Conflict where the record was not looked at, waits for an answer, or is closed.

    NotAllowed `sample_own_question` where somebody answers their own question, and `sample_own_record` where a
    supervisor would examine what they wrote themselves.
    """
    if kind is EntryKind.LOOKED:
        return
    if kind is not EntryKind.ANSWER and actor.id == written_by:
        raise NotAllowed("sample_own_record")
    if state is SampledState.CLOSED:
        raise Conflict("sample_closed")
    if kind is EntryKind.ANSWER:
        if state is not SampledState.ASKED:
            raise Conflict("sample_not_asked")
        if actor.id == asked_by:
            raise NotAllowed("sample_own_question")
        return
    if state is SampledState.DRAWN:
        raise Conflict("sample_not_looked_at")
    if state is SampledState.ASKED and kind is not EntryKind.NOTE:
        raise Conflict("sample_question_open")

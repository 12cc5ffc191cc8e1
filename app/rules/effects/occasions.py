"""Effects of occasions for visits and talks: noted, and taken back. Part of the union in `effects`."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.facts import About, Actor, OccasionKind


class PeriodKind(StrEnum):
    """Why a period is announced: a sensitive time, or security for a great event."""

    SENSITIVE = "sensitive"
    SECURITY = "security"


_OCCASIONS = uuid5(NAMESPACE_URL, "zhifang:occasion")


@dataclass(frozen=True)
class NoteOccasion:
    """Something happened from which duties may follow. The same source tells of it once, however often it is sent.

    `happened_at` is what the clocks of those duties count from; `at` is when the service learned of it. `event_on` is
    the day on which it happened, where a person told that; `body_hash` tells what a person sent twice.
    """

    id: UUID
    subject_id: UUID
    kind: OccasionKind
    happened_at: datetime
    at: datetime
    source: About
    actor: Actor
    note: str | None = None
    event_on: date | None = None
    body_hash: bytes | None = None


@dataclass(frozen=True)
class WithdrawOccasion:
    """What a source told of did not happen, or was called off: no duty follows from it. `reason` is a person's words,
    or the code of a sentence where an act of the house took it back.
    """

    subject_id: UUID
    kind: OccasionKind
    source: About
    at: datetime
    actor: Actor
    reason: str


@dataclass(frozen=True)
class OccasionPlanned:
    """The duties that follow from an occasion are written, if any do."""

    occasion_id: UUID
    at: datetime


OccasionEffect = NoteOccasion | WithdrawOccasion | OccasionPlanned


def occasion_id(subject_id: UUID, kind: OccasionKind, source: About) -> UUID:
    """The id of an occasion that the house itself notes: the same source gives the same one."""
    return uuid5(_OCCASIONS, f"{subject_id}|{kind.value}|{source.kind}|{source.id}")


def occasion(
    subject_id: UUID, kind: OccasionKind, source: About, happened_at: datetime, actor: Actor, *, now: datetime
) -> NoteOccasion:
    """What an act of the house gives rise to; `happened_at` is what the clocks of its duties count from."""
    return NoteOccasion(occasion_id(subject_id, kind, source), subject_id, kind, happened_at, now, source, actor)

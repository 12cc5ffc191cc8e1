"""The effect that tells of an occasion for a visit or a talk. Part of the union in `effects`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import About, Actor, OccasionKind


@dataclass(frozen=True)
class NoteOccasion:
    """Something happened from which duties may follow. The same source tells of it once, however often it is sent.

    `happened_at` is what the clocks of those duties count from; `at` is when the service learned of it.
    """

    id: UUID
    subject_id: UUID
    kind: OccasionKind
    happened_at: datetime
    at: datetime
    source: About
    actor: Actor
    note: str | None = None

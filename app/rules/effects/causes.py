"""Effects of causes: incidents that end, and what an episode is put down to in the light of late evidence."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import About, AlertKind, Cause, Reason, Strength


@dataclass(frozen=True)
class EndIncident:
    """What an incident told of is over since `to_at`."""

    incident_id: UUID
    to_at: datetime


@dataclass(frozen=True)
class WeighCause:
    """The cause of one episode as it shows in the light of what has arrived by now; the history keeps the old one.

    The episode is that of `source` at `event_at`.
    """

    subject_id: UUID
    kind: AlertKind
    source: About
    event_at: datetime
    at: datetime
    cause: Cause
    strength: Strength
    why: Reason


@dataclass(frozen=True)
class MoveCauseCheck:
    """When the cause of a subject's silence is weighed anew; None: not again."""

    subject_id: UUID
    check_at: datetime | None


CauseEffect = EndIncident | WeighCause | MoveCauseCheck

"""Effects of judging places: episodes kept and corrected, and what is thought of single fixes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import About, AlertKind


@dataclass(frozen=True)
class KeepEpisode:
    """An episode beyond a bound, as it is known now; the same id again replaces what was known.

    `from_at` and `until` are the first fixes of the runs that decided, `decided_at` and `ended_at` the last ones of
    them. `fixes` counts those seen beyond the bound, of which `last_seen_at` is the newest. `over`: why it ended.
    """

    id: UUID
    subject_id: UUID
    kind: AlertKind
    about: About
    from_at: datetime
    decided_at: datetime
    until: datetime | None
    ended_at: datetime | None
    over: str | None
    how: str
    last_seen_at: datetime
    fixes: int
    late: bool
    at: datetime


@dataclass(frozen=True)
class DropEpisode:
    """Late evidence showed that there was no such episode, or that it belongs to another one."""

    id: UUID
    at: datetime


@dataclass(frozen=True)
class MarkFixes:
    """What is thought of this subject's fixes from `since` on, in place of what was thought before: for each mark the
    fix's effective time, its id and the reason code. No fix is changed by it.
    """

    subject_id: UUID
    since: datetime
    marks: tuple[tuple[datetime, UUID, str], ...]
    at: datetime


PlaceEffect = KeepEpisode | DropEpisode | MarkFixes

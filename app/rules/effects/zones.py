"""Effects of zones: set, and removed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.rules.bounds import WeeklyHours, ZoneKind


@dataclass(frozen=True)
class SetZone:
    """A zone as it was decided. `polygons` is WGS-84 (outer ring and holes, pairs of degrees), or `circle` is:
    longitude, latitude, radius in metres. `given` is what was sent, with its datum.
    """

    id: UUID
    subject_id: UUID
    kind: ZoneKind
    name: str
    from_at: datetime
    until: datetime | None
    hours: tuple[WeeklyHours, ...]
    polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] | None
    circle: tuple[float, float, float] | None
    given: dict[str, Any]
    prohibition: str | None
    document_no: str | None
    article: str | None
    reason: str
    created_by: UUID
    at: datetime
    body_hash: bytes


@dataclass(frozen=True)
class RemoveZone:
    """A named officer ended a zone."""

    id: UUID
    removed_by: UUID
    at: datetime
    reason: str


ZoneEffect = SetZone | RemoveZone

"""A subject's fixes in the order in which they happened. Whoever calls this records that it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.subject import Subject
from app.rules.facts import Actor
from app.rules.tracks import Place, Stretch
from app.store.scope import subjects_of

# Both ways to a fix by its effective time: see FAR_CLOCK in the model.
FOUND = """
    SELECT * FROM positions
    WHERE subject_id = :subject_id AND effective_at >= :from_at AND effective_at < :until
      AND recorded_at >= CAST(:from_at AS timestamptz) - interval '1 hour'
      AND recorded_at < CAST(:until AS timestamptz) + interval '1 hour'
      AND effective_at - recorded_at BETWEEN interval '-1 hour' AND interval '1 hour'
    UNION ALL
    SELECT * FROM positions
    WHERE subject_id = :subject_id AND effective_at >= :from_at AND effective_at < :until
      AND effective_at - recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
"""

COUNT = text(f"SELECT count(*) FROM ({FOUND}) AS found")  # noqa: S608  (put together from constants of this file)

PAGE = text(
    f"""
    SELECT f.id, f.effective_at, f.recorded_at, f.received_at, f.time_proven, ST_X(f.place) AS lon,
           ST_Y(f.place) AS lat, f.accuracy_m, f.speed_mps, f.heading_deg, f.provider, f.mock, f.power_id,
           p.kind AS power_kind, lower(p.covers) AS power_from, upper(p.covers) AS power_until,
           ARRAY(SELECT m.mark FROM position_marks m
                 WHERE m.subject_id = f.subject_id AND m.at = f.effective_at AND m.position_id = f.id
                 ORDER BY m.mark) AS marks
    FROM ({FOUND}) AS f LEFT JOIN collection_powers p ON p.id = f.power_id
    WHERE CAST(:after_at AS timestamptz) IS NULL
       OR (f.effective_at, f.recorded_at, f.id)
          > (CAST(:after_at AS timestamptz), CAST(:after_recorded AS timestamptz), CAST(:after_id AS uuid))
    ORDER BY f.effective_at, f.recorded_at, f.id LIMIT :limit
    """  # noqa: S608  (put together from constants of this file)
)

ORDERS = text(
    """
    SELECT lower(covers) AS from_at, upper(covers) AS until FROM collection_powers
    WHERE subject_id = :subject_id AND kind = 'order' AND phone
      AND covers && tstzrange(CAST(:from_at AS timestamptz), CAST(:until AS timestamptz))
    ORDER BY covers
    """
)

LAST = text(
    """
    SELECT last_position_at AS effective_at, ST_X(last_position) AS lon, ST_Y(last_position) AS lat,
           last_accuracy_m AS accuracy_m
    FROM subject_states WHERE subject_id = :subject_id AND last_position_at IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One fix in WGS-84, with what allowed it, and from when until when that did.

    `time_proven` is false where the time is only the phone's claim; `place_name` is the county, for people to read.
    """

    id: UUID
    effective_at: datetime
    recorded_at: datetime
    received_at: datetime
    time_proven: bool
    lon: float
    lat: float
    accuracy_m: float
    speed_mps: float | None
    heading_deg: float | None
    provider: str | None
    mock: bool | None
    power_id: UUID
    power_kind: str | None
    power_from: datetime | None
    power_until: datetime | None
    marks: Sequence[str] = ()
    place_name: str | None = None


@dataclass(frozen=True, slots=True)
class LastPosition:
    """The newest fix by the time at which it happened, in WGS-84."""

    effective_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    place_name: str | None = None


def office_of(tx: Connection, actor: Actor, subject_id: UUID) -> UUID | None:
    """The office of a subject within the actor's reach; None for any other."""
    return tx.execute(
        select(Subject.office_id).where(Subject.id == subject_id, subjects_of(actor))
    ).scalar_one_or_none()


def count(tx: Connection, subject_id: UUID, shown: Stretch) -> int:
    """How many fixes happened in that time."""
    return int(tx.execute(COUNT, _values(subject_id, shown)).scalar_one())


def points(
    tx: Connection, subject_id: UUID, shown: Stretch, *, after: Place | None, limit: int
) -> Sequence[TrackPoint]:
    """The next fixes of that time in the order in which they happened; a short range of an index."""
    since = Stretch(max(shown.from_at, after.effective_at), shown.until) if after else shown
    values = {
        **_values(subject_id, since),
        "after_at": after.effective_at if after else None,
        "after_recorded": after.recorded_at if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
    }
    return [TrackPoint(**row) for row in tx.execute(PAGE, values).mappings()]


def orders(tx: Connection, subject_id: UUID, shown: Stretch) -> Sequence[Stretch]:
    """When in that time an order covered the phone."""
    return [Stretch(row.from_at, row.until) for row in tx.execute(ORDERS, _values(subject_id, shown))]


def last_position(tx: Connection, subject_id: UUID) -> LastPosition | None:
    """Where the subject was seen last; None where no fix was ever stored."""
    row = tx.execute(LAST, {"subject_id": subject_id}).mappings().one_or_none()
    return LastPosition(**row) if row else None


def _values(subject_id: UUID, shown: Stretch) -> dict[str, Any]:
    return {"subject_id": subject_id, "from_at": shown.from_at, "until": shown.until}

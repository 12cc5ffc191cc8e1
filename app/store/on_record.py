"""What there is on record of those whose places are judged: of most people hardly anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.fakes import QUIET
from app.rules.places import LONGEST_LOOK_BACK

# What is found here is asked for in full afterwards: each may find more than is of use, and none may find less.
READ = text(
    """
    SELECT s.id, s.office_id, s.permitted_area_id, s.ended_at IS NOT NULL AS ended,
           ARRAY(SELECT b.area_id FROM areas_before b WHERE b.subject_id = s.id ORDER BY b.until) AS areas,
           ARRAY(SELECT b.until FROM areas_before b WHERE b.subject_id = s.id ORDER BY b.until) AS ends,
           EXISTS (SELECT FROM duties d WHERE d.subject_id = s.id AND d.kind = 'location_check'
                   AND d.opens_at > t.since - interval '2 days' AND d.opens_at <= :now
                   AND d.grace_until > t.since) AS checks,
           EXISTS (SELECT FROM zones z WHERE z.subject_id = s.id) AS zones,
           EXISTS (SELECT FROM leave_requests l WHERE l.subject_id = s.id) AS leaves,
           EXISTS (SELECT FROM place_episodes e WHERE e.subject_id = s.id AND e.withdrawn_at IS NULL
                   AND (e.ended_at IS NULL OR e.ended_at >= t.since - :back)) AS episodes,
           EXISTS (SELECT FROM position_marks m WHERE m.subject_id = s.id AND m.at >= t.since - :back) AS marks,
           s.id IN (SELECT p.subject_id FROM poison p
                    WHERE p.received_at > :quiet AND p.reason = 'future_time') AS ahead
    FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS t(subject_id, since)
    JOIN subjects s ON s.id = t.subject_id
    ORDER BY s.id
    """
)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One person, and whether there may be location checks, zones, leave, episodes, marks and fixes dated ahead.

    `areas`: which bounded the person before the present one, each until the instant in `ends`.
    """

    id: UUID
    office_id: UUID
    permitted_area_id: UUID | None
    ended: bool
    areas: Sequence[UUID | None]
    ends: Sequence[datetime]
    checks: bool
    zones: bool
    leaves: bool
    episodes: bool
    marks: bool
    ahead: bool


def look(tx: Connection, claimed: Mapping[UUID, datetime], *, now: datetime) -> Mapping[UUID, OnRecord]:
    """Of each claimed subject, judged from its instant on. One query for any number; the caller holds the locks."""
    values = {
        "ids": list(claimed),
        "since": list(claimed.values()),
        "back": 2 * LONGEST_LOOK_BACK,
        "quiet": now - QUIET,
        "now": now,
    }
    return {row.id: OnRecord(*row) for row in tx.execute(READ, values)}

"""Occasions whose duties are still to be written: claimed with their subjects, and marked once they are done with."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.effects.occasions import OccasionPlanned
from app.rules.facts import OccasionKind
from app.rules.planning import OccasionFacts
from app.store.arrays import as_json

CLAIM = text(
    """
    SELECT o.id, o.subject_id, o.kind, o.happened_at, o.known_at
    FROM occasions o JOIN subject_states t ON t.subject_id = o.subject_id
    WHERE o.id = ANY(:ids) AND o.planned_at IS NULL AND o.withdrawn_at IS NULL
    ORDER BY o.known_at, o.id FOR UPDATE OF t, o SKIP LOCKED
    """
)

PLANNED = text(
    """
    UPDATE occasions o SET planned_at = r.at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, at timestamptz) WHERE o.id = r.id
    """
)


def claim(tx: Connection, occasion_ids: Sequence[UUID]) -> tuple[OccasionFacts, ...]:
    """Those of the occasions whose duties are still to be written, locked with their subjects."""
    return tuple(
        OccasionFacts(row.id, row.subject_id, OccasionKind(row.kind), row.happened_at, row.known_at)
        for row in tx.execute(CLAIM, {"ids": list(occasion_ids)})
    )


def mark_planned(tx: Connection, effects: Sequence[OccasionPlanned]) -> None:
    """Remember of these occasions that their duties are written: one statement for any number."""
    tx.execute(PLANNED, {"rows": as_json([{"id": effect.occasion_id, "at": effect.at} for effect in effects])})

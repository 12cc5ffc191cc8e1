"""Occasions on disk: what gave rise to visits and talks."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from app.models.occasion import Occasion
from app.rules.effects.occasions import NoteOccasion


def note(tx: Connection, effects: Sequence[NoteOccasion]) -> None:
    """Add occasions; one that the same source told of before stays as it is."""
    rows = [
        {
            "id": effect.id,
            "subject_id": effect.subject_id,
            "kind": effect.kind,
            "happened_at": effect.happened_at,
            "known_at": effect.at,
            "source_kind": effect.source.kind,
            "source_id": effect.source.id,
            "actor_kind": effect.actor.kind,
            "actor_id": effect.actor.id,
            "note": effect.note,
        }
        for effect in effects
    ]
    tx.execute(insert(Occasion).values(rows).on_conflict_do_nothing())

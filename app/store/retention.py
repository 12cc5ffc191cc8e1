"""What only serves to supervise, deleted when its time is over: a few hundred people at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, TextClause, select, text

from app.models.subject import Subject
from app.rules.policy.retention import Held

CLOCKS_APART = timedelta(hours=1)
"""See FAR_CLOCK in the model of positions: both ways to one by its effective time."""

POINTS = {
    "visit_points": text(
        """
        UPDATE visit_points SET name = NULL, lon = NULL, lat = NULL, given = NULL, deleted_at = :now
        WHERE subject_id = ANY(:ids) AND ended_at < :before AND deleted_at IS NULL
        """
    ),
}

POSITIONS = {
    "positions": text(
        """
        DELETE FROM positions
        WHERE subject_id = ANY(:ids) AND recorded_at < :before_and_apart AND effective_at < :before
        """
    ),
    "positions_of_far_clocks": text(
        """
        DELETE FROM positions
        WHERE subject_id = ANY(:ids) AND effective_at < :before
          AND effective_at - recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
        """
    ),
    "position_marks": text("DELETE FROM position_marks WHERE subject_id = ANY(:ids) AND at < :before"),
    "check_in_places": text(
        """
        UPDATE attempts SET place = NULL, place_given = NULL
        WHERE subject_id = ANY(:ids) AND received_at < :before AND place IS NOT NULL
        """
    ),
    "last_positions": text(
        """
        WITH old AS (
            SELECT subject_id FROM subject_states WHERE subject_id = ANY(:ids) AND last_position_at < :before
            ORDER BY subject_id FOR UPDATE)
        UPDATE subject_states t SET last_position = NULL, last_accuracy_m = NULL, last_position_at = NULL
        FROM old WHERE t.subject_id = old.subject_id
        """
    ),
}

PHONES = {
    "device_health": text("DELETE FROM device_health WHERE subject_id = ANY(:ids) AND received_at < :before"),
    "position_batches": text("DELETE FROM position_batches WHERE subject_id = ANY(:ids) AND received_at < :before"),
    "clock_proofs": text(
        """
        DELETE FROM clock_proofs c USING subjects s
        WHERE s.id = ANY(:ids) AND s.ended_at < :before AND c.subject_id = s.id
        """
    ),
    "subject_accounts": text(
        """
        DELETE FROM subject_accounts a USING subjects s
        WHERE s.id = ANY(:ids) AND s.ended_at < :before AND a.subject_id = s.id
        """
    ),
}

OVER: Mapping[Held, Mapping[str, TextClause]] = {
    Held.POINTS: POINTS,
    Held.POSITIONS: POSITIONS,
    Held.PHONES: PHONES,
}
"""What goes of each kind, by what is counted."""


def people_after(tx: Connection, after: UUID, *, limit: int) -> Mapping[UUID, UUID]:
    """The next people by id, and their offices; those whose supervision has ended are among them."""
    statement = select(Subject.id, Subject.office_id).where(Subject.id > after).order_by(Subject.id).limit(limit)
    return {row.id: row.office_id for row in tx.execute(statement)}


def delete(tx: Connection, held: Held, ids: Sequence[UUID], *, before: datetime, now: datetime) -> Mapping[str, int]:
    """Delete of these people what is older than `before`, for good; gives how much of each."""
    values = {"ids": list(ids), "before": before, "before_and_apart": before + CLOCKS_APART, "now": now}
    return {what: tx.execute(statement, values).rowcount for what, statement in OVER[held].items()}

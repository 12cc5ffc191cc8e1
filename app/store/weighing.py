"""The cause of one episode of an alert, as it was weighed anew."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from app.rules.effects.causes import WeighCause
from app.store.arrays import as_json

# The alert itself tells of its newest episode; the event keeps what was thought at each time.
WEIGH = text(
    """
    WITH weighed AS (
        UPDATE alert_occurrences o SET cause = :cause, strength = :strength, why = CAST(:why AS jsonb)
        FROM alerts a
        WHERE a.id = o.alert_id AND a.subject_id = :subject_id AND a.kind = :kind
          AND o.source_kind = :source_kind AND o.source_id = :source_id AND o.event_at = :event_at
          AND (o.cause, o.strength, o.why) IS DISTINCT FROM (:cause, :strength, CAST(:why AS jsonb))
        RETURNING o.alert_id, o.n, o.event_at, o.late
    ), told AS (
        UPDATE alerts a SET cause = :cause, strength = :strength, why = CAST(:why AS jsonb)
        FROM weighed w WHERE a.id = w.alert_id AND a.occurrences = w.n
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT alert_id, :at, 'corrected', n, event_at, late, :cause, :strength, 'job', CAST(:why AS jsonb) FROM weighed
    """
)


def weigh_cause(tx: Connection, effects: Sequence[WeighCause]) -> None:
    """Write the cause, strength and reason of each episode, with an event where anything of it changed."""
    for effect in effects:
        tx.execute(
            WEIGH,
            {
                "subject_id": effect.subject_id,
                "kind": effect.kind,
                "source_kind": effect.source.kind,
                "source_id": effect.source.id,
                "event_at": effect.event_at,
                "at": effect.at,
                "cause": effect.cause,
                "strength": effect.strength,
                "why": as_json([effect.why.as_json()])[1:-1],
            },
        )

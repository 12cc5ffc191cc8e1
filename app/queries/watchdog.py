"""States that must not be: each found one is a fault of the service, never of a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

PATIENCE = timedelta(minutes=10)
"""How long a state may last that the jobs mend by themselves."""

STATES = text(
    """
    SELECT
        (SELECT count(*) FROM alerts a
         WHERE a.handling <> 'closed' AND a.opened_at < :before AND a.next_step_at IS NULL
           AND NOT EXISTS (SELECT FROM notices n WHERE n.about_kind = 'alert' AND n.about_id = a.id)
           AND a.condition = 'active' AND a.handling = 'open') AS alerts_without_owner,
        (SELECT count(*) FROM alerts WHERE next_step_at < :before) AS ladder_steps_overdue,
        (SELECT count(*) FROM deliveries WHERE state = 'pending' AND next_try_at < :before) AS deliveries_stuck,
        (SELECT count(*) FROM duties WHERE state IN ('planned', 'open') AND judge_at < :before) AS duties_unjudged,
        (SELECT count(*) FROM subject_states WHERE planned_until < :now) AS subjects_unplanned,
        (SELECT count(*) FROM subject_states WHERE rejudge_from IS NOT NULL AND last_heard_at < :before)
            AS positions_unjudged
    """
)


def impossible_states(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """How many rows are in each state that must not be; all zero when all is well. Each count uses a partial index."""
    return dict(connection.execute(STATES, {"now": now, "before": now - PATIENCE}).mappings().one())

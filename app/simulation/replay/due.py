"""When which job next has something to do: one query, so that idle time costs nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

PLAN_AHEAD = timedelta(hours=60)
"""Planning is due for a subject whose plan ends sooner than this."""

DUE = text(
    """
    SELECT
        (SELECT min(planned_until) FROM subject_states WHERE planned_until IS NOT NULL) AS plan_duties,
        (SELECT min(opens_at) FROM duties WHERE state = 'planned') AS open_duties,
        least((SELECT min(rejudge_from) FROM subject_states WHERE rejudge_from IS NOT NULL),
              (SELECT min(look_again_at) FROM subject_states WHERE look_again_at IS NOT NULL)) AS judge_positions,
        (SELECT min(remind_at) FROM duties
         WHERE remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')) AS remind_duties,
        (SELECT min(judge_at) FROM duties WHERE state IN ('planned', 'open')) AS judge_duties,
        least((SELECT min(silence_check_at) FROM subject_states WHERE silence_check_at IS NOT NULL),
              (SELECT min(heard_again_at) FROM subject_states WHERE heard_again_at IS NOT NULL)) AS check_silence,
        (SELECT min(next_step_at) FROM alerts WHERE next_step_at IS NOT NULL) AS climb_ladder,
        (SELECT min(next_try_at) FROM deliveries WHERE state = 'pending') AS deliver
    """
)

ORDER = (
    "plan_duties",
    "open_duties",
    "judge_positions",
    "remind_duties",
    "judge_duties",
    "check_silence",
    "climb_ladder",
    "deliver",
)
"""The order in which jobs run at one instant: what happened is judged before it is told."""


def due_times(connection: Connection) -> Mapping[str, datetime]:
    """When each job is due next; jobs with nothing ahead are left out."""
    row = dict(connection.execute(DUE).mappings().one())
    found = {name: at.astimezone(UTC) for name, at in row.items() if at is not None}
    if "plan_duties" in found:
        found["plan_duties"] -= PLAN_AHEAD
    return found

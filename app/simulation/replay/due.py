"""What there is to do and to tell: one query, so that idle time costs nothing and busy time little."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

PLAN_AHEAD = timedelta(hours=60)
"""Planning is due for a subject whose plan ends sooner than this."""

DUE = """
    SELECT
        (SELECT min(announced_at) FROM announced_periods WHERE spread_at IS NULL) AS spread_periods,
        (SELECT min(planned_until) FROM subject_states WHERE planned_until IS NOT NULL) AS plan_duties,
        (SELECT min(known_at) FROM occasions
         WHERE planned_at IS NULL AND withdrawn_at IS NULL) AS plan_occasions,
        (SELECT min(opens_at) FROM duties WHERE state = 'planned') AS open_duties,
        least((SELECT min(rejudge_from) FROM subject_states WHERE rejudge_from IS NOT NULL),
              (SELECT min(look_again_at) FROM subject_states WHERE look_again_at IS NOT NULL)) AS judge_positions,
        (SELECT min(remind_at) FROM duties
         WHERE remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')) AS remind_duties,
        (SELECT min(judge_at) FROM duties WHERE state IN ('planned', 'open')) AS judge_duties,
        least((SELECT min(silence_check_at) FROM subject_states WHERE silence_check_at IS NOT NULL),
              (SELECT min(heard_again_at) FROM subject_states WHERE heard_again_at IS NOT NULL)) AS check_silence,
        (SELECT min(cause_check_at) FROM subject_states WHERE cause_check_at IS NOT NULL) AS weigh_causes,
        (SELECT min(next_step_at) FROM alerts WHERE next_step_at IS NOT NULL) AS climb_ladder,
        (SELECT min(remind_at) FROM leave_requests WHERE remind_at IS NOT NULL) AS remind_permits,
        (SELECT min(next_try_at) FROM deliveries WHERE state = 'pending') AS deliver
"""

ORDER = (
    "spread_periods",
    "plan_duties",
    "plan_occasions",
    "open_duties",
    "judge_positions",
    "remind_duties",
    "judge_duties",
    "check_silence",
    "weigh_causes",
    "climb_ladder",
    "remind_permits",
    "deliver",
)
"""The order in which jobs run at one instant: what happened is judged before it is told."""


LOOK = f"""
    SELECT {", ".join(f"due.{name}" for name in ORDER)},
           coalesce((SELECT max(id) FROM duty_events), 0), coalesce((SELECT max(id) FROM alert_events), 0),
           (SELECT count(*) FROM incident_subjects), (SELECT count(*) FROM incidents WHERE to_at IS NOT NULL)
    FROM ({DUE}) AS due
"""  # noqa: S608  (constants of this file)


@dataclass(frozen=True)
class Look:
    """When each job is due next, without those that have nothing ahead; and how far the records have come."""

    due: Mapping[str, datetime]
    duty_event: int
    alert_event: int
    touched: int
    ended: int


def look(connection: Connection) -> Look:
    """One look at the whole county. It is had at each instant, so it goes straight to the driver."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  (a connection in use has one)
    *times, duty_event, alert_event, touched, ended = driver.execute(LOOK).fetchone()
    due = {name: at.astimezone(UTC) for name, at in zip(ORDER, times, strict=True) if at is not None}
    if "plan_duties" in due:
        due["plan_duties"] -= PLAN_AHEAD
    return Look(due, duty_event, alert_event, touched, ended)

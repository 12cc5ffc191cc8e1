"""States that must not be, each a fault of the service and never of a person; and what waits too long for people."""

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
        (SELECT count(*) FROM subject_states WHERE planned_until < :before) AS subjects_unplanned,
        (SELECT count(*) FROM occasions
         WHERE planned_at IS NULL AND withdrawn_at IS NULL AND known_at < :before) AS occasions_unplanned,
        (SELECT count(*) FROM subject_states WHERE rejudge_from IS NOT NULL AND last_heard_at < :before)
            AS positions_unjudged,
        (SELECT count(*) FROM photos
         WHERE deleted_at IS NULL AND keep_until < CAST(:before AS timestamptz) - interval '6 hours')
            AS photos_undeleted,
        (SELECT count(*) FROM attachments
         WHERE deleted_at IS NULL AND keep_until < CAST(:before AS timestamptz) - interval '6 hours')
            AS files_undeleted
    """
)


STALE = text(
    """
    SELECT count(*) AS jobs_stale FROM job_states j
    WHERE j.name <> 'watchdog'
      AND coalesce(j.last_ok_at, (SELECT min(started_at) FROM uptimes WHERE component = 'scheduler'))
          < CAST(:now AS timestamptz) - make_interval(secs => j.max_age_s)
      AND EXISTS (SELECT FROM uptimes u
                  WHERE u.component = 'scheduler' AND u.started_at < :before AND u.last_at > :before)
    """
)

AWAY = text(
    """
    SELECT EXISTS (SELECT FROM uptimes WHERE component = 'api' AND last_at > :since AND started_at <= :since)
           AND NOT EXISTS (SELECT FROM uptimes WHERE component = 'scheduler' AND last_at > :since)
    """
)

LEFT_BEHIND = text(
    """
    SELECT count(*) AS alerts_left_behind FROM alerts a
    JOIN subjects s ON s.id = a.subject_id
    JOIN offices o ON o.id = s.office_id
    WHERE a.handling = 'acknowledged' AND a.condition = 'active' AND NOT EXISTS (
        SELECT FROM users u
        JOIN user_roles r ON r.user_id = u.id AND r.held @> CAST(:now AS timestamptz)
        JOIN offices mine ON mine.id = r.office_id AND (o.path = mine.path OR o.path LIKE mine.path || '.%')
        WHERE u.id = a.acknowledged_by AND u.disabled_at IS NULL)
    """
)

REVIEWED_WITHIN = timedelta(hours=24)
"""How long a doubtful check-in may wait for an officer before it is told. An assumption: no text says how long."""

LEFT = text(
    """
    SELECT count(DISTINCT d.id) AS submitted_unreviewed
    FROM attempts a JOIN duties d ON d.id = a.duty_id AND d.state = 'submitted'
    WHERE a.outcome = 'to_review' AND a.reviewed_at IS NULL AND a.received_at < :before
    """
)


def impossible_states(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """How many rows are in each state that must not be; all zero when all is well. Each count uses a partial index."""
    return dict(connection.execute(STATES, {"now": now, "before": now - PATIENCE}).mappings().one())


def stale_jobs(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """Jobs whose last good run is older than it may be although a scheduler has been up for a while."""
    return dict(connection.execute(STALE, {"now": now, "before": now - PATIENCE}).mappings().one())


def scheduler_away(connection: Connection, *, since: datetime) -> bool:
    """Whether the service has been up ever since, and no scheduler was alive."""
    return bool(connection.execute(AWAY, {"since": since}).scalar())


def left_behind(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """Alerts that go on and whose owner has gone: they were taken on, which stopped their ladder, by somebody who has
    no role over the subject any more. Asked apart from the rest, so that who is who may fail to be found alone.
    """
    return dict(connection.execute(LEFT_BEHIND, {"now": now}).mappings().one())


def left_to_people(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """What people have left undone for too long. No fault of the service: told, and nothing turns red by it."""
    return dict(connection.execute(LEFT, {"before": now - REVIEWED_WITHIN}).mappings().one())

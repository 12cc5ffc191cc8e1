"""Missed check-ins in batches: each batch falls due at a time of its own, so that each run finds a fresh one."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from scripts.bench.population import MONDAY, Population, run

EVERY = timedelta(minutes=10)

# What lies around: what was kept last week, and what is planned for the days to come.
AROUND = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        remind_at, random, state, office_id, policy_version_id, fulfilled_at, created_at)
    SELECT md5('around' || n || '|' || d)::uuid, s.id, 'check_in', 'subject', 'check_in.' || s.class || '.1', day, at,
           at + interval '2 hours', at + interval '150 minutes', at + interval '150 minutes 30 seconds',
           at + interval '90 minutes', false, CASE WHEN d < 0 THEN 'fulfilled' ELSE 'planned' END, s.office_id,
           :version_id, CASE WHEN d < 0 THEN at + interval '1 hour' END, at - interval '3 days'
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid,
    unnest(ARRAY[-7, 1, 2]) d,
    LATERAL (SELECT CAST(:now AS timestamptz) + d * interval '1 day' - interval '9 hours' AS day,
                    CAST(:now AS timestamptz) + d * interval '1 day' + n % 600 * interval '1 minute' AS at) t
"""

DUE = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        remind_at, reminded_at, random, state, office_id, policy_version_id, created_at)
    SELECT md5('due' || n || '|' || b)::uuid, s.id, 'check_in', 'subject', 'check_in.' || s.class || '.1', at, at,
           at + interval '2 hours', at + interval '150 minutes', at + interval '150 minutes 30 seconds',
           at + interval '90 minutes', at + interval '90 minutes', false, 'open', s.office_id, :version_id,
           at - interval '3 days'
    FROM generate_series(1, :batches) b,
         LATERAL generate_series(1 + b % (:subjects / :due), :subjects, :subjects / :due) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid,
    LATERAL (SELECT CAST(:now AS timestamptz) + b * CAST(:every AS interval) - interval '3 hours'
                    - n % 500 * interval '1 second' AS at) t
"""

UP = """
    INSERT INTO uptimes (id, component, instance, started_at, last_at)
    SELECT md5(c)::uuid, c, 'bench', CAST(:now AS timestamptz) - interval '30 days',
           CAST(:now AS timestamptz) + interval '30 days'
    FROM unnest(ARRAY['api', 'scheduler']) c
"""


def due_at(batch: int) -> datetime:
    """When batch number `batch` (from 1) can be judged, and none after it."""
    return MONDAY + batch * EVERY - timedelta(minutes=29)


def fall_due(tx: Connection, population: Population, *, due: int, batches: int) -> None:
    """Three duties for everybody, and `batches` times `due` open check-ins that nobody makes. `tx` is the owner's."""
    values = {
        "subjects": population.subjects,
        "due": due,
        "batches": batches,
        "version_id": population.version_id,
        "now": MONDAY,
        "every": EVERY,
    }
    for script in (AROUND, DUE, UP):
        run(tx, script, values)

"""The sweep of missed check-ins: the real job against one SQL statement that writes as many rows to the same tables.

Ten thousand duties fall due among ever more subjects. Job and statement take turns, each with a batch of its own; in
between all alerts are closed, so that the next batch opens new ones, and the tables are vacuumed.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import create_engine, text

from app.deps import Deps, make_deps
from app.jobs import runner
from app.jobs.schedule import JOBS, declare
from scripts.bench.due_duties import due_at, fall_due
from scripts.bench.population import Population, populate
from scripts.bench.report import REPETITIONS, ratios, spread, table, tell
from scripts.bench.service import Service, service

SIZES = (10_000, 100_000, 1_000_000)
DUE = 10_000
ROUNDS = REPETITIONS + 1
"""One round more than is counted: plans and caches are cold in the first."""

BARE = text(
    """
    WITH due AS MATERIALIZED (
        SELECT d.id, d.subject_id, d.office_id, d.rule_code, d.policy_version_id, d.opens_at, d.due_at, d.state,
               t.last_heard_at, gen_random_uuid() AS alert_id
        FROM duties d JOIN subject_states t ON t.subject_id = d.subject_id
        WHERE d.state IN ('planned', 'open') AND d.judge_at <= :now
        ORDER BY d.judge_at, d.id LIMIT :due FOR UPDATE OF t, d SKIP LOCKED
    ), missed AS (
        UPDATE duties d SET state = 'missed', missed_at = :now FROM due WHERE d.id = due.id
    ), told AS (
        INSERT INTO duty_events (duty_id, at, from_state, to_state, reason, actor_kind)
        SELECT id, :now, state, 'missed', '{"code": "duty_missed", "params": {}}', 'job' FROM due
    ), worded AS MATERIALIZED (
        SELECT *, jsonb_build_object('code', 'missed_check_in_silent', 'params', jsonb_build_object(
                      'opens', to_char(opens_at AT TIME ZONE zone, form),
                      'due', to_char(due_at AT TIME ZONE zone, 'HH24:MI'),
                      'heard', to_char(last_heard_at AT TIME ZONE zone, form))) AS why
        FROM due, (VALUES ('Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI+08:00')) AS said (zone, form)
    ), raised AS (
        INSERT INTO alerts (id, subject_id, office_id, kind, about_kind, about_id, condition, handling, cause, strength,
                            why, rule_code, policy_version_id, opened_at, event_at, late, occurrences, next_step,
                            next_step_at)
        SELECT alert_id, subject_id, office_id, 'missed_check_in', 'subject', subject_id, 'active', 'open', 'unsure',
               'medium', why, rule_code, policy_version_id, :now, due_at, false, 1, 'office', :now
        FROM worded
        ON CONFLICT (subject_id, kind, about_kind, about_id) WHERE handling <> 'closed' DO NOTHING
        RETURNING id
    ), episodes AS (
        INSERT INTO alert_occurrences (alert_id, n, event_at, recorded_at, late, cause, strength, why, source_kind,
                                       source_id, evidence)
        SELECT w.alert_id, 1, w.due_at, :now, false, 'unsure', 'medium', w.why, 'duty', w.id,
               jsonb_build_object('duty_id', w.id, 'opens_at', w.opens_at, 'due_at', w.due_at,
                                  'last_heard_at', w.last_heard_at, 'battery_percent', 55,
                                  'location_permission', 'always', 'battery_saver', false)
        FROM worded w JOIN raised r ON r.id = w.alert_id
        ON CONFLICT (source_kind, source_id, event_at) DO NOTHING
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT w.alert_id, :now, 'opened', 1, w.due_at, false, 'unsure', 'medium', 'job', w.why
    FROM worded w JOIN raised r ON r.id = w.alert_id
    """
)
"""All that the job decides in Python, taken for granted: every due duty is missed, nobody's phone told of a fault."""

WRITTEN = {
    "duties missed": "SELECT count(*) FROM duties WHERE missed_at = :now",
    "duty events": "SELECT count(*), sum(pg_column_size(reason)) FROM duty_events WHERE at = :now",
    "alerts": "SELECT count(*), sum(pg_column_size(why)) FROM alerts WHERE opened_at = :now AND occurrences = 1"
    " AND next_step_at = :now",
    "occurrences": "SELECT count(*), sum(pg_column_size(why) + pg_column_size(evidence)) FROM alert_occurrences"
    " WHERE recorded_at = :now",
    "alert events": "SELECT count(*), sum(pg_column_size(reason)) FROM alert_events WHERE at = :now",
}

CLOSE_ALERTS = """
    UPDATE alerts SET handling = 'closed', next_step = NULL, next_step_at = NULL WHERE handling <> 'closed'
"""

JUDGE = next(job for job in JOBS if job.name == "judge_duties")


def bench() -> str:
    """A section in Markdown: what the job and the statement take at each size, and their ratio."""
    rows, resting = [], ""
    for size in SIZES:
        with service() as made:
            rows.append(_row(size, measured(made, size)))
            resting = quiet(made) if size == SIZES[-1] else ""
    heads = ("subjects", "one statement, ms", "the job, ms", "the job / one statement", "duties a second")
    told = f"{DUE:,} missed check-ins due, median [least to most] of {REPETITIONS}."
    return f"## Sweep\n\n{told}\n\n{table(heads, rows)}\nWith {SIZES[-1]:,} subjects:\n\n{resting}"


def quiet(made: Service) -> str:
    """What a run of each job takes when nothing is due for it: its work alone, and with lease and record of the run."""
    deps = make_deps(made.settings)
    at = due_at(1) - timedelta(hours=1)
    rows = []
    for one in JOBS:
        alone = [_took(partial(one.run, deps, at)) for _ in range(ROUNDS)]
        whole = [_took(partial(runner.run_now, deps, one, runner.new_holder(), at=at)) for _ in range(ROUNDS)]
        rows.append((one.name, one.rhythm, spread(alone[1:], ".2f"), spread(whole[1:], ".2f")))
    deps.engine.dispose()
    return table(("job, nothing due", "rhythm", "its work, ms", "with lease and record, ms"), rows)


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def measured(made: Service, size: int) -> dict[str, list[float]]:
    """Milliseconds of each repetition of both, with `size` subjects."""
    seed(made, size, batches=2 * ROUNDS)
    deps = make_deps(made.settings)
    declare(deps)
    ways: Mapping[str, Callable[[Deps, datetime], None]] = {"bare": bare, "job": job}
    found: dict[str, list[float]] = {name: [] for name in ways}
    batch = 0
    for repetition in range(ROUNDS):
        for name, way in ways.items():
            batch += 1
            fresh(made)
            begun = time.perf_counter()
            way(deps, due_at(batch))
            took = (time.perf_counter() - begun) * 1000
            check_written(made, due_at(batch))
            tell(f"sweep, {size:,} subjects, {name}, repetition {repetition}: {took:,.0f} ms")
            if repetition:
                found[name].append(took)
    deps.engine.dispose()
    return found


def seed(made: Service, size: int, *, batches: int) -> Population:
    """`size` subjects and their duties, `batches` times DUE of them due."""
    tell(f"making {size:,} subjects")
    engine = create_engine(made.cluster.url(made.database))
    with engine.begin() as tx:
        population = populate(tx, size)
        fall_due(tx, population, due=DUE, batches=batches)
    engine.dispose()
    return population


def fresh(made: Service) -> None:
    """No alert stands open, nothing waits to be written out, statistics are up to date."""
    with made.connect() as connection:
        connection.execute(CLOSE_ALERTS)
    made.settle()


def job(deps: Deps, at: datetime) -> None:
    """One run of the job as the worker does it: lease, chunks, record of the run."""
    run = runner.run_now(deps, JUDGE, runner.new_holder(), at=at)
    if run is None or run.outcome != "ok" or run.counts["missed"] != DUE:
        message = f"the job did not judge them all: {run}"
        raise RuntimeError(message)


def bare(deps: Deps, at: datetime) -> None:
    """The one statement, in a transaction of its own."""
    with deps.transaction() as tx:
        tx.execute(BARE, {"now": at, "due": DUE})


def check_written(made: Service, at: datetime) -> None:
    """Every table holds DUE rows of this batch, whoever wrote them; RuntimeError where one does not."""
    engine = create_engine(made.cluster.url(made.database))
    with engine.connect() as connection:
        for name, statement in WRITTEN.items():
            found, *size = connection.execute(text(statement), {"now": at}).one()
            tell(f"  {name}: {found} {size}")
            if found != DUE:
                message = f"{found} {name} instead of {DUE}"
                raise RuntimeError(message)
    engine.dispose()


def _row(size: int, found: Mapping[str, list[float]]) -> tuple[str, ...]:
    rates = [DUE / ms * 1000 for ms in found["job"]]
    factor = spread(ratios(found["job"], found["bare"]), ".2f")
    return f"{size:,}", spread(found["bare"]), spread(found["job"]), factor, spread(rates)

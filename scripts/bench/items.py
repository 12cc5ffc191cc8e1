"""Visits and talks: what it takes to plan, open and judge a fixed number of them among ever more people.

`python -m scripts.bench.items [--sizes 10000 100000] [--due 1000]` for other sizes. By what is due means that a line
stays level from size to size: nobody whom nothing concerns is looked at.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import create_engine

from app.deps import Deps, make_deps
from app.jobs import runner
from app.jobs.schedule import JOBS, declare
from scripts.bench.population import MONDAY, Population, populate, run
from scripts.bench.report import REPETITIONS, machine, spread, table, tell
from scripts.bench.service import Service, service

SIZES = (10_000, 100_000, 1_000_000)
DUE = 1_000
"""Less than a sixth of the smallest size: each round has people of its own."""

ROUNDS = REPETITIONS + 1
"""One round more than is counted: plans and caches are cold in the first."""

EVERY = timedelta(minutes=10)

# What lies around: four items for everybody, kept last month and planned for the next.
AROUND = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, fulfilled_at, created_at)
    SELECT md5(item || n || '|' || d)::uuid, s.id, kind, 'office', item, at, at, at + interval '14 days',
           at + interval '14 days', at + interval '14 days 30 seconds', false,
           CASE WHEN d < 0 THEN 'fulfilled' ELSE 'planned' END, s.office_id, :version_id,
           CASE WHEN d < 0 THEN at + interval '3 days' END, at - interval '3 days'
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid,
    unnest(ARRAY['访1', '访2', '知1', '谈1'], ARRAY['visit', 'visit', 'verification', 'talk']) AS i (item, kind),
    unnest(ARRAY[-30, 10]) d,
    LATERAL (SELECT CAST(:now AS timestamptz) + d * interval '1 day' + n % 600 * interval '1 minute' AS at) t
"""

# Each batch is due five minutes before its hour: visits to open, talks past their end, and what happened to people. All
# phones are heard throughout: those that fall silent together are an outage, whose guard is another matter.
DUE_NOW = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, created_at)
    SELECT md5(state || n || '|' || b)::uuid, s.id, kind, 'office', item, opens, opens, ends, ends,
           ends + interval '30 seconds', false, state, s.office_id, :version_id, opens - interval '3 days'
    FROM generate_series(1, :batches) b,
         LATERAL generate_series(1 + b % (:subjects / :due), :subjects, :subjects / :due) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid,
    LATERAL (SELECT CAST(:now AS timestamptz) + b * CAST(:every AS interval) - interval '5 minutes' AS at) t,
    LATERAL (VALUES ('visit', '访3', 'planned', at, at + interval '14 days'),
                    ('talk', '谈3', 'open', at - interval '3 days', at)) AS w (kind, item, state, opens, ends);
    INSERT INTO occasions (id, subject_id, kind, happened_at, known_at, source_kind, source_id, actor_kind)
    SELECT md5('happened' || n || '|' || b)::uuid, md5('subject' || n)::uuid, 'family_event', at, at, 'bench',
           md5('source' || n || '|' || b)::uuid, 'job'
    FROM generate_series(1, :batches) b,
         LATERAL generate_series(1 + b % (:subjects / :due), :subjects, :subjects / :due) n,
         LATERAL (SELECT CAST(:now AS timestamptz) + b * CAST(:every AS interval) - interval '5 minutes' AS at) t;
    UPDATE subject_states SET planned_until = CAST(:now AS timestamptz) + interval '30 days', silence_check_at = NULL,
                              last_heard_at = CAST(:now AS timestamptz) + interval '2 hours';
    UPDATE subject_states t SET planned_until = at
    FROM generate_series(1, :batches) b,
         LATERAL generate_series(1 + b % (:subjects / :due), :subjects, :subjects / :due) n,
         LATERAL (SELECT CAST(:now AS timestamptz) + interval '60 hours' + b * CAST(:every AS interval)
                         - interval '5 minutes' AS at) at
    WHERE t.subject_id = md5('subject' || n)::uuid;
    INSERT INTO uptimes (id, component, instance, started_at, last_at)
    SELECT md5(c)::uuid, c, 'bench', CAST(:now AS timestamptz) - interval '30 days',
           CAST(:now AS timestamptz) + interval '30 days'
    FROM unnest(ARRAY['api', 'scheduler']) c
"""

WORK = {"plan_duties": "subjects", "plan_occasions": "occasions", "open_duties": "duties", "judge_duties": "missed"}
"""The jobs, each with the count that says how many it did."""

BY_NAME = {job.name: job for job in JOBS}


def bench(sizes: Sequence[int] = SIZES, due: int = DUE) -> str:
    """A section in Markdown: what each job takes at each size for as many as are due."""
    rows = []
    for size in sizes:
        with service() as made:
            rows.append((f"{size:,}", *(spread(found) for found in measured(made, size, due).values())))
    heads = ("people", *(f"{name}, ms" for name in WORK))
    told = f"{due:,} due for each job, median [least to most] of {REPETITIONS}; the table of Jiangshan, fifteen items."
    return f"## Visits and talks\n\n{told}\n\n{table(heads, rows)}\n"


def measured(made: Service, size: int, due: int) -> Mapping[str, list[float]]:
    """Milliseconds of each repetition of each job, with `size` people."""
    seed(made, size, due)
    deps = make_deps(made.settings)
    declare(deps)
    found: dict[str, list[float]] = {name: [] for name in WORK}
    for batch in range(1, ROUNDS + 1):
        made.settle()
        for name in WORK:
            took = timed(deps, name, batch, due)
            tell(f"items, {size:,} people, {name}, repetition {batch}: {took:,.0f} ms")
            if batch > 1:
                found[name].append(took)
    deps.engine.dispose()
    return found


def timed(deps: Deps, name: str, batch: int, due: int) -> float:
    """One run of a job as the worker does it; RuntimeError where it did not do all that was due, or did more."""
    begun = time.perf_counter()
    done = runner.run_now(deps, BY_NAME[name], runner.new_holder(), at=MONDAY + batch * EVERY)
    took = (time.perf_counter() - begun) * 1000
    if done is None or done.outcome != "ok" or done.counts.get(WORK[name], 0) < due:
        message = f"{name} did not do them all: {done}"
        raise RuntimeError(message)
    return took


def seed(made: Service, size: int, due: int) -> Population:
    """`size` people and what they are owed, `due` for each job in each round."""
    tell(f"making {size:,} people")
    engine = create_engine(made.cluster.url(made.database))
    with engine.begin() as tx:
        population = populate(tx, size)
        values = {
            "subjects": size,
            "due": due,
            "batches": ROUNDS,
            "version_id": population.version_id,
            "now": MONDAY,
            "every": EVERY,
        }
        for script in (AROUND, DUE_NOW):
            run(tx, script, values)
    engine.dispose()
    return population


def main(words: Sequence[str]) -> int:
    """Run for the sizes that are named; 0 when it ran."""
    reader = argparse.ArgumentParser(prog="python -m scripts.bench.items", description=__doc__)
    reader.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    reader.add_argument("--due", type=int, default=DUE)
    asked = reader.parse_args(words)
    sys.stdout.write(f"{machine()}\n\n{bench(asked.sizes, asked.due)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whether a long history makes anything slower: the same work on a hundred million stored positions and on none.

`python -m scripts.bench.large_history [--rows N]`. Two databases of one server hold the same people; one of them a year
of positions. Both get the same requests of today, in turns. Building takes a quarter of an hour and some 30 GB.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import create_engine, text

from app.actions.read_track import read_last_position, read_track
from app.actions.report_positions import ReportPositions, report_positions
from app.deps import Deps, make_deps
from app.jobs import runner
from app.jobs.schedule import JOBS, declare
from app.rules.facts import Actor, Grant, Role
from app.rules.positions import Report
from app.rules.tracks import Stretch
from app.simulation.cluster import APPLICATION, SUPERUSER
from scripts.bench import sweep
from scripts.bench.due_duties import due_at
from scripts.bench.history import BYTES_PER_ROW, fill, months
from scripts.bench.population import MONDAY, run
from scripts.bench.report import REPETITIONS, machine, ratios, spread, table, tell
from scripts.bench.service import Service, configure, service

ROWS = 100_000_000
PEOPLE = 10_000
EMPTY = "empty"
REQUESTS = 500
SIZE = 20
READS = 200
ROUNDS = REPETITIONS + 1
ROUND = timedelta(minutes=30)

ELAPSED = timedelta(days=3)
"""How long the phones have been on."""

BUILDING = {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
PRODUCTION = {"wal_level": "replica", "max_wal_senders": "10", "autovacuum": "on"}
"""The history is built without a write-ahead log; what is measured is not."""

POWERS = """
    INSERT INTO collection_powers (id, subject_id, kind, covers, phone)
    SELECT md5('order' || subject_no)::uuid, id, 'order', tstzrange(:since, :until), true FROM subjects
"""

CHECKS = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, created_at)
    SELECT md5('check' || s.id || CAST(:round AS text))::uuid, s.id, 'location_check', 'subject',
           'location_check.bench', opens_at, opens_at, due_at, due_at, due_at + interval '30 days', true, 'open',
           s.office_id, v.id, opens_at - interval '3 days'
    FROM subjects s,
         (SELECT id FROM policy_versions ORDER BY id LIMIT 1) v,
         (SELECT CAST(:at AS timestamptz) - interval '9 minutes' AS opens_at,
                 CAST(:at AS timestamptz) + interval '10 minutes' AS due_at) w
    WHERE s.id = ANY(:ids)
"""

JUDGE_POSITIONS = next(job for job in JOBS if job.name == "judge_positions")


@dataclass(frozen=True)
class Round:
    """What one repetition asks of both sides: when, of whom, and who reads."""

    n: int
    now: datetime
    people: Sequence[UUID]
    requests: Sequence[ReportPositions]
    reader: Actor

    @property
    def today(self) -> Stretch:
        """From the midnight in Shanghai before the present: what the bench stored, and no history."""
        return Stretch(MONDAY - timedelta(hours=9), self.now)


@dataclass
class Side:
    """One of the two databases, and the milliseconds that were measured on it."""

    made: Service
    deps: Deps
    figures: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, name: str, turn: Round, work: Callable[[Deps, Round], None]) -> None:
        """Do the work and note how long it took; the first round is not counted."""
        begun = time.perf_counter()
        work(self.deps, turn)
        took = (time.perf_counter() - begun) * 1000
        tell(f"{self.made.database}, {name}, repetition {turn.n}: {took:,.0f} ms")
        if turn.n:
            self.figures.setdefault(name, []).append(took)


def bench(*, rows: int = ROWS) -> str:
    """The section on a long history; says what is missing where the disk is too small."""
    need, free = rows * BYTES_PER_ROW / 2**30, shutil.disk_usage(tempfile.gettempdir()).free / 2**30
    tell(f"{rows:,} positions take some {need:,.0f} GiB; {free:,.0f} GiB are free")
    if free < need * 1.2:
        return f"## A long history\n\nNot measured: {need * 1.2:,.0f} GiB are needed and {free:,.0f} are free.\n"
    with service(server=BUILDING) as made:
        full, empty, stored = _sides(made, rows)
        for n in range(ROUNDS):
            turn = _round(full, n)
            for side in (empty, full):
                _prepare(side, turn)
                for name, work in WORK.items():
                    side.measure(name, turn, work)
        for side in (empty, full):
            side.deps.engine.dispose()
    return _section(stored, empty.figures, full.figures)


def _sides(made: Service, rows: int) -> tuple[Side, Side, int]:
    """The people, once; a copy of them without history; then the history, and how many rows it has."""
    sweep.seed(made, PEOPLE, batches=2 * ROUNDS)
    owner = create_engine(made.cluster.url(made.database))
    with owner.begin() as tx:
        run(tx, POWERS, {"since": MONDAY - timedelta(days=400), "until": MONDAY + timedelta(days=60)})
    owner.dispose()
    made.cluster.create_database(EMPTY, made.database)
    url = made.cluster.url(EMPTY, APPLICATION)
    empty = replace(made, database=EMPTY, environment={**made.environment, "DATABASE_URL": url})
    with empty.connect() as connection:
        connection.execute("SELECT ensure_position_partitions(%s::date, %s)", [next(months()).low, len(list(months()))])
        connection.execute("VACUUM ANALYZE")
    begun = time.perf_counter()
    stored = fill(made, rows)
    tell(f"{stored:,} positions in {time.perf_counter() - begun:,.0f} s")
    configure(made.cluster, PRODUCTION)
    made.settle()
    return _side(made), _side(empty), stored


def _side(made: Service) -> Side:
    deps = make_deps(made.settings)
    declare(deps)
    return Side(made, deps)


def _round(side: Side, n: int) -> Round:
    """The same for both sides, whichever is asked."""
    random = Random(n)  # noqa: S311  (data, no secrets)
    now = MONDAY + n * ROUND
    with side.deps.autocommit() as connection:
        everybody = connection.execute(text("SELECT id FROM subjects ORDER BY id")).scalars().all()
        city = connection.execute(text("SELECT id, path FROM offices WHERE level = 'city' ORDER BY id LIMIT 1")).one()
    people = random.sample(list(everybody), REQUESTS)
    requests = [_request(random, now) for _ in people]
    return Round(n, now, people, requests, Actor("user", UUID(int=0), (Grant(Role.CITY_STAFF, city.id, city.path),)))


def _request(random: Random, now: datetime) -> ReportPositions:
    """SIZE reports of the last minutes, a clock that proves them, ids that come once."""
    ago = [timedelta(seconds=20 * (SIZE - n)) for n in range(SIZE)]
    reports = [_report(random, now - one, int((ELAPSED - one).total_seconds() * 1000)) for one in ago]
    request_id = UUID(int=random.getrandbits(128))
    return ReportPositions(request_id, b"bench", reports, now, int(ELAPSED.total_seconds() * 1000), "bench boot")


def _report(random: Random, at: datetime, elapsed_ms: int) -> Report:
    lon, lat = 118.6 + random.random() / 10, 28.7 + random.random() / 10
    return Report(
        UUID(int=random.getrandbits(128)),
        at,
        lon,
        lat,
        12.5,
        lon,
        lat,
        recorded_elapsed_ms=elapsed_ms,
        speed_mps=1.25,
        battery_percent=55,
        provider="fused",
        mock=False,
    )


def _prepare(side: Side, turn: Round) -> None:
    """A location check for everybody who is going to report; no alert open, nothing waiting to be written out."""
    owner = create_engine(side.made.cluster.url(side.made.database))
    with owner.begin() as tx:
        run(tx, CHECKS, {"round": f"|{turn.n}", "at": turn.now, "ids": list(turn.people)})
        run(tx, sweep.CLOSE_ALERTS, {})
    owner.dispose()
    with side.made.connect(SUPERUSER) as connection:
        connection.execute(
            "VACUUM ANALYZE subject_states, duties, duty_events, alerts, alert_occurrences, alert_events"
        )
        connection.execute("CHECKPOINT")


def _report_positions(deps: Deps, turn: Round) -> None:
    for subject_id, request in zip(turn.people, turn.requests, strict=True):
        with deps.autocommit() as connection:
            receipt = report_positions(connection, Actor("subject", subject_id), request, deps.settings, now=turn.now)
        if receipt.stored != SIZE:
            message = f"{receipt.stored} of {SIZE} points were stored"
            raise RuntimeError(message)


def _judge_positions(deps: Deps, turn: Round) -> None:
    found = runner.run_now(deps, JUDGE_POSITIONS, runner.new_holder(), at=turn.now)
    if found is None or found.counts.get("checks") != REQUESTS:
        message = f"not all location checks were kept: {found}"
        raise RuntimeError(message)


def _last_positions(deps: Deps, turn: Round) -> None:
    for subject_id in turn.people[:READS]:
        with deps.transaction() as tx:
            read_last_position(tx, turn.reader, subject_id, reason="bench", now=turn.now)


def _tracks(deps: Deps, turn: Round) -> None:
    for subject_id in turn.people[:READS]:
        with deps.transaction() as tx:
            read_track(tx, turn.reader, subject_id, turn.today, reason="bench", now=turn.now)


WORK: Mapping[str, Callable[[Deps, Round], None]] = {
    f"{REQUESTS} requests of {SIZE} positions": _report_positions,
    f"judging the positions of {REQUESTS} subjects": _judge_positions,
    f"{READS} last positions": _last_positions,
    f"{READS} tracks of a day": _tracks,
    f"sweep of {sweep.DUE:,} missed check-ins": lambda deps, turn: sweep.job(deps, due_at(turn.n + 1)),
}


def _section(stored: int, empty: Mapping[str, Sequence[float]], full: Mapping[str, Sequence[float]]) -> str:
    heads = ("work", "no history, ms", f"{stored:,} positions, ms", "with / without")
    rows = [
        (name, spread(empty[name]), spread(full[name]), spread(ratios(full[name], empty[name]), ".2f")) for name in WORK
    ]
    return f"## A long history\n\n{table(heads, rows)}"


def main(words: Sequence[str]) -> None:
    """Measure with as many rows as was said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    sys.stdout.write(f"{machine()}\n\n{bench(rows=parser.parse_args(words).rows)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Judging where people are, beside storing what is judged: batches of 20 fixes, an area and three zones a subject.

Storing is the action alone, in this process and without HTTP: dating, packing, the one statement, its commit. Judging
is the job as the worker runs it: listing, chunks of 500, facts, measuring, rules, marks, and the locks given back. The
two take turns on the same subjects.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import text

from app.actions.report_positions import ReportPositions, report_positions
from app.deps import Deps, SystemClock, make_deps
from app.jobs.sweeps import judge_fixes
from app.rules.facts import Actor
from app.rules.positions import Report
from app.store.areas import ensure_permitted_area
from scripts.bench.people import County, add_subjects, found_county, made_id
from scripts.bench.report import REPETITIONS, interleaved, ratios, spread, table, tell
from scripts.bench.service import Service, service

SUBJECTS = 1_000
FIXES = 20
SPACING = timedelta(seconds=30)
HOME = (118.627, 28.738)
AWAY = (118.35, 28.70)
"""A place in the next county."""

ZONES = """
INSERT INTO zones (id, subject_id, kind, name, from_at, hours, shape, given, prohibition, document_no, article, reason,
                   created_by, created_at, body_hash)
SELECT md5('zone ' || s.id || z.n)::uuid, s.id, z.kind, 'bench', :since, '[]',
       CAST(ST_Buffer(CAST(ST_SetSRID(ST_MakePoint(118.627 + z.east, 28.738), 4326) AS geography), z.radius, 24)
            AS geometry), '{}', CASE WHEN z.kind = 'forbidden' THEN '01' END,
       CASE WHEN z.kind = 'forbidden' THEN '1' END, CASE WHEN z.kind = 'forbidden' THEN '1' END, 'bench', :officer,
       :since, 'x'
FROM subjects s, (VALUES (1, 'forbidden', 0.03, 300), (2, 'forbidden', 0.2, 500), (3, 'stay_inside', 0.0, 2000))
     AS z(n, kind, east, radius)
"""


@dataclass
class Phones:
    """The made-up phones: each round is ten minutes of everybody's life."""

    deps: Deps
    began: datetime
    random: Random
    outside: int = 0
    rounds: int = 0

    def store(self) -> float:
        """Everybody's next batch; microseconds a batch."""
        self.rounds += 1
        since = self.began + self.rounds * FIXES * SPACING
        batches = [(self._actor(n), self._batch(n, since)) for n in range(1, SUBJECTS + 1)]
        now = since + FIXES * SPACING

        def all_of_them() -> None:
            with self.deps.autocommit() as connection:
                for actor, batch in batches:
                    report_positions(connection, actor, batch, self.deps.settings, now=now)

        return _took(all_of_them)

    def judge(self) -> float:
        """The job, for everybody at once; microseconds a batch."""
        now = self.began + (self.rounds + 1) * FIXES * SPACING
        return _took(lambda: judge_fixes(self.deps, now))

    def _actor(self, n: int) -> Actor:
        return Actor("subject", made_id("subject", n))

    def _batch(self, n: int, since: datetime) -> ReportPositions:
        place = AWAY if n <= self.outside else HOME
        reports = [self._report(place, since + step * SPACING) for step in range(FIXES)]
        return ReportPositions(uuid4(), b"bench", reports)

    def _report(self, place: tuple[float, float], at: datetime) -> Report:
        lon, lat = place[0] + self.random.gauss(0, 2e-4), place[1] + self.random.gauss(0, 2e-4)
        return Report(uuid4(), at, lon, lat, 12.5, lon, lat, provider="gps", mock=False)


def bench() -> str:
    """The section on judging."""
    rows = []
    for named, outside in (("everybody where they may be", 0), ("one in a hundred outside", SUBJECTS // 100)):
        tell(named)
        with service() as made:
            rows.append(_row(named, _measured(made, outside)))
    heads = ("batches of 20", "storing, us a batch", "judging, us a batch", "judging / storing")
    return f"## Judging\n\n{table(heads, rows)}"


def _row(named: str, found: dict[str, list[float]]) -> list[object]:
    ratio = ratios(found["judging"], found["storing"])
    return [named, spread(found["storing"]), spread(found["judging"]), spread(ratio, ".2f")]


def _measured(made: Service, outside: int) -> dict[str, list[float]]:
    now = SystemClock().now()
    county = found_county(made, now=now)
    add_subjects(made, county, SUBJECTS, now=now)
    deps = make_deps(made.settings)
    _bound(deps, county, now)
    made.settle()
    phones = Phones(deps, now - timedelta(hours=12), Random(7), outside)  # noqa: S311 data, no secrets
    found = interleaved({"storing": phones.store, "judging": phones.judge}, repetitions=REPETITIONS)
    _look(deps, phones, outside)
    deps.engine.dispose()
    return found


def _bound(deps: Deps, county: County, now: datetime) -> None:
    """An area and three zones for each."""
    with deps.transaction() as tx:
        area: UUID = ensure_permitted_area(tx, "330881", now=now)
        tx.execute(text("UPDATE subjects SET permitted_area_id = :area"), {"area": area})
        tx.execute(text(ZONES), {"since": now - timedelta(days=1), "officer": county.officer_id})
        tx.execute(text("UPDATE subject_states SET planned_until = NULL"))


def _look(deps: Deps, phones: Phones, outside: int) -> None:
    """Everything was stored, everything judged, and whoever was outside was found, in the area and in the zone."""
    with deps.transaction() as tx:
        stored = tx.execute(text("SELECT count(*) FROM positions")).scalar_one()
        left = tx.execute(text("SELECT count(*) FROM subject_states WHERE rejudge_from IS NOT NULL")).scalar_one()
        found = tx.execute(text("SELECT count(*) FROM alerts WHERE rule_code = 'places'")).scalar_one()
    wanted = (phones.rounds * SUBJECTS * FIXES, 0, 2 * outside)
    if (stored, left, found) != wanted:
        raise RuntimeError(f"{(stored, left, found)} in place of {wanted}")


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) / SUBJECTS * 1e6

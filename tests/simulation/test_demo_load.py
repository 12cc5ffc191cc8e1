"""The demo county as the service itself takes it in: people, and records as an officer's phone writes them."""

from dataclasses import replace

from sqlalchemy import text

from app.simulation.demo.cast import SUBJECTS
from app.simulation.demo.load import load
from app.store.session import make_engine, transaction
from tests.builders.app import a_clock, deps_for_tests
from tests.database import Database
from tests.patience import PATIENT

WRITTEN = """
SELECT kind, count(*) AS written, count(place) AS placed, count(lines) AS spoken, count(follow_up) AS promised
FROM records GROUP BY kind ORDER BY kind
"""


def test_the_demo_shows_records_as_they_are_made_at_the_place(fresh_database: Database) -> None:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    deps = deps_for_tests(engine, a_clock())
    demo = replace(deps, settings=replace(deps.settings, demo_password="demo password of the test", policy="demo"))
    assert load(demo)
    assert not load(demo)
    visited = sum(subject.visited for subject in SUBJECTS)
    with transaction(engine) as tx:
        talk, visit = tx.execute(text(WRITTEN))
        promised = tx.execute(text("SELECT count(*) FROM duties WHERE kind = 'follow_up' AND state = 'open'"))
        assert promised.scalar_one() == visited
    assert tuple(talk) == ("talk", len(SUBJECTS), 0, len(SUBJECTS), 0)
    assert tuple(visit) == ("visit", visited, visited, 0, visited)
    engine.dispose()

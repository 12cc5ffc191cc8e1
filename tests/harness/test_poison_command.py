"""`zhifang poison`: what lies set aside, counted and replayed by whoever runs the service."""

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY
from tests.builders.trackers import a_tracker
from tests.builders.users import a_user
from tests.database import Database
from tests.jobs.processes import PATIENCE, environment
from tests.patience import PATIENT

pytestmark = [
    pytest.mark.usefixtures("_as_at_the_end_of_a_process"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def ask(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["poison", *arguments], env={**environment(database.url), **PATIENCE})


def test_nothing_and_then_something(fresh_database: Database) -> None:
    assert ask(fresh_database, "list").output == "Nothing is set aside.\n"
    assert json.loads(ask(fresh_database, "replay").output)["still"] == 0
    assert ask(fresh_database, "replay", "--client", "fax").exit_code == 2


def test_messages_are_counted_by_reason(fresh_database: Database) -> None:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id = a_supervised(tx, tree, officer, at=MONDAY - DAY)
        phone = a_tracker(tx, officer, subject_id, TrackerClient.OWNTRACKS, now=MONDAY - DAY)
    http = make_test_app(engine, TestClock(MONDAY)).test_client()
    for body in (b"{", b"[", b""):
        assert phone.send(http, body).status_code == 200

    listed = ask(fresh_database, "list").output.splitlines()

    with transaction(engine) as tx:
        versions = tx.execute(text("SELECT DISTINCT key_version FROM poison")).scalars().all()
    engine.dispose()
    assert [line.split()[:5] for line in listed] == [
        ["owntracks", "message", "no_json", "2", "wait"],
        ["owntracks", "message", "empty", "1", "wait"],
    ]
    assert len(versions) == 1

"""Failure mode 8: the message was published before the commit.

What is rolled back nobody hears of. What was committed before a process was killed is sent after the restart. What was
sent but not yet noted as sent is repeated, under the key by which a receiver knows it again.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.actions.climb_ladder import climb_ladder
from app.deps import SystemClock
from app.jobs import sweeps
from app.jobs.deliver import deliver
from app.jobs.outbox_listener import OutboxListener
from app.queries.notices import news
from app.rules.errors import Unavailable
from app.simulation.fake_fcm_answers import OK, slow
from app.simulation.fake_fcm_inbox import Received
from app.store.deliveries import LEASE
from app.store.session import make_engine, transaction
from tests.builders.alerts import Team, a_phone, a_team, an_alert, deliveries_about
from tests.builders.app import a_clock, deps_for_tests
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.push import Push, a_push
from tests.database import Database
from tests.jobs.processes import environment
from tests.patience import LONG_S, PATIENT, eventually

ROOT = Path(__file__).resolve().parents[2]
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
BEGUN = "pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"

CLIMB = """
from app.actions.climb_ladder import climb_ladder
with deps.transaction() as tx:
    climb_ladder(tx, now=deps.now())
print("committed", flush=True)
time.sleep(600)
"""

CLIMB_AND_HANG = """
from app.actions.climb_ladder import climb_ladder
with deps.transaction() as tx:
    climb_ladder(tx, now=deps.now())
    print("written", flush=True)
    time.sleep(600)
"""

DELIVER_TO_A_SLOW_VENDOR = """
from dataclasses import replace
from app.clients.push_fcm import FcmChannel
from app.jobs.deliver import deliver
channel = FcmChannel(deps.settings.fcm_credentials, deps.settings.fcm_url, timeout_s=600.0)
print("begun", flush=True)
deliver(replace(deps, push=channel), deps.now())
"""

PREPARE = """
import time
from app.config import load_settings
from app.deps import make_deps
deps = make_deps(load_settings(), pushes=True)
"""


class Service:
    """One alert that was just raised, one officer with a phone, and processes of the service that can be killed."""

    def __init__(self, database: Database, push: Push) -> None:
        self.database = database
        self.push = push
        self.now: datetime = SystemClock().now()
        self.engine: Engine = make_engine(database.url, limits=PATIENT)
        self.deps = deps_for_tests(self.engine, a_clock(self.now), push=push.channel)
        with transaction(self.engine) as tx:
            tree: Tree = a_tree(tx)
            self.team: Team = a_team(tx, tree)
            a_phone(tx, self.team.officer.id, "phone", at=self.now - DAY)
            person = a_supervised(tx, tree, self.team.officer, at=self.now - 20 * DAY)
            self.alert_id: UUID = an_alert(tx, tree, person, self.now)

    def killed_after(self, code: str, word: str) -> None:
        """A process runs `code` until it says `word`; then it is killed without warning."""
        with self._process(code) as process:
            assert process.stdout is not None
            assert process.stdout.readline().decode().strip() == word
            self._kill(process)

    def killed_while(self, code: str, word: str, reached: int) -> None:
        """The same, but killed once so many messages have reached the vendor."""
        with self._process(code) as process:
            assert process.stdout is not None
            assert process.stdout.readline().decode().strip() == word
            eventually(lambda: len(self.received()) >= reached)
            self._kill(process)

    def _process(self, code: str) -> "subprocess.Popen[bytes]":
        fcm = self.push.fcm
        given = {"ZHIFANG_FCM_CREDENTIALS": str(fcm.credentials_path), "ZHIFANG_FCM_URL": fcm.base_url}
        return subprocess.Popen(
            [sys.executable, "-c", PREPARE + code],
            cwd=ROOT,
            env={**environment(self.database.url), **given, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.poll() is None, "it should have been busy still"
        process.kill()
        assert process.wait(timeout=LONG_S) == -9

    def climb_and_deliver(self, at: datetime) -> None:
        """What another worker does, at `at`."""
        sweeps.ladder(self.deps, at)
        deliver(self.deps, at)

    def received(self) -> list[Received]:
        return list(self.push.fcm.received)

    def number(self, what: str) -> int:
        with transaction(self.engine) as tx:
            return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

    def states(self) -> list[tuple[str, int]]:
        with transaction(self.engine) as tx:
            return [(row.state, row.attempts) for row in deliveries_about(tx, self.alert_id)]

    def next_try(self) -> datetime:
        """When the one push falls due, or falls due again."""
        with transaction(self.engine) as tx:
            (row,) = deliveries_about(tx, self.alert_id)
            due: datetime = row.next_try_at
            return due


@pytest.fixture
def push() -> Iterator[Push]:
    with a_push() as made:
        yield made


@pytest.fixture
def service(fresh_database: Database, push: Push) -> Iterator[Service]:
    made = Service(fresh_database, push)
    yield made
    made.engine.dispose()


@pytest.fixture
def durable_service(durable_database: Database, push: Push) -> Iterator[Service]:
    made = Service(durable_database, push)
    yield made
    made.engine.dispose()


def test_nobody_hears_of_what_was_rolled_back(service: Service) -> None:
    with OutboxListener(service.database.url) as listener:
        listener.wait(0.0)
        with pytest.raises(ZeroDivisionError), transaction(service.engine) as tx:
            assert climb_ladder(tx, now=service.now)["notices"] == 1
            raise ZeroDivisionError
        assert listener.wait(0.2) is False
    assert deliver(service.deps, service.now + SECOND) == {}
    assert service.received() == []
    with transaction(service.engine) as tx:
        assert news(tx, service.team.officer.actor, after=0, limit=10) == ()
    assert service.number("notices") == service.number("deliveries") == service.number("alert_steps") == 0


def test_nobody_hears_of_it_before_the_commit(service: Service) -> None:
    with transaction(service.engine) as tx:
        assert climb_ladder(tx, now=service.now)["notices"] == 1
        assert deliver(service.deps, service.now + SECOND) == {}
        with transaction(service.engine) as beside:
            assert news(beside, service.team.officer.actor, after=0, limit=10) == ()
    assert service.received() == []
    assert deliver(service.deps, service.now + SECOND) == {"sent": 1}


def test_a_database_that_refuses_the_commit_is_not_overtaken(service: Service) -> None:
    """The transaction is ended from outside once the notice is written: no notice, no push, and the step stays due."""
    with pytest.raises(Unavailable), transaction(service.engine) as tx:
        climb_ladder(tx, now=service.now)
        own = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with transaction(service.engine) as beside:
            assert beside.execute(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": own}).scalar_one()
    assert deliver(service.deps, service.now + SECOND) == {}
    service.climb_and_deliver(service.now + SECOND)
    assert [notice for _, notice in service.push.shown] == [service.received()[0].data["n"]]


@pytest.mark.durable
def test_killed_between_commit_and_send_it_is_sent_after_the_restart(durable_service: Service) -> None:
    service = durable_service
    service.killed_after(CLIMB, "committed")
    assert len(service.received()) == 0
    assert service.states() == [("pending", 0)]
    later = SystemClock().now()
    service.climb_and_deliver(later)
    service.climb_and_deliver(later + SECOND)
    (message,) = service.received()
    assert message.collapse_key == message.data["n"]
    assert (service.states(), service.number("notices")) == ([("sent", 1)], 1)


@pytest.mark.durable
def test_killed_before_the_commit_it_is_as_if_it_never_began(durable_service: Service) -> None:
    service = durable_service
    service.killed_after(CLIMB_AND_HANG, "written")
    eventually(lambda: service.number(BEGUN) == 0)
    assert service.number("notices") == 0
    service.climb_and_deliver(SystemClock().now())
    assert len(service.received()) == 1
    assert (service.states(), service.number("notices")) == ([("sent", 1)], 1)


@pytest.mark.durable
def test_killed_between_the_vendors_yes_and_our_note_it_is_repeated_under_the_same_key(
    durable_service: Service,
) -> None:
    service = durable_service
    service.killed_after(CLIMB, "committed")
    service.push.fcm.script("phone", slow(600.0), OK)
    service.killed_while(DELIVER_TO_A_SLOW_VENDOR, "begun", reached=1)
    assert service.states() == [("pending", 1)]

    given_back = service.next_try()
    assert deliver(service.deps, given_back - SECOND) == {}, "whoever holds it may still be sending"
    assert deliver(service.deps, given_back) == {"sent": 1}
    first, repeat = service.received()
    assert (first.collapse_key, first.data) == (repeat.collapse_key, repeat.data)
    assert (service.states(), service.number("notices")) == ([("sent", 2)], 1)
    assert deliver(service.deps, given_back + LEASE) == {}

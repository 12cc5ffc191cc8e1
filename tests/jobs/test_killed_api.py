"""kill -9 of the API at any moment: whatever it acknowledged is on disk, once."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import text

from app.deps import SystemClock
from app.rules.facts import DutyKind, Role
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import make_test_app
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import a_tree
from tests.builders.users import a_user, phone_logged_in
from tests.database import Database
from tests.jobs.processes import answers, free_port, running
from tests.patience import LONG_S, PATIENT, eventually

PHONES = 4
KILLS = 3
HOUR = timedelta(hours=1)


@dataclass
class Sender:
    """One phone that keeps sending until told to stop, and repeats what was not acknowledged."""

    subject_id: UUID
    headers: dict[str, str]
    base: str
    check_ins: dict[str, str] = field(default_factory=dict)
    fixes: set[str] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._check_in()
            self._report()

    def _check_in(self) -> None:
        id_, now = str(uuid4()), SystemClock().now()
        fix = {"lon": 118.627, "lat": 28.738, "accuracy_m": 10}
        receipt = self._until_taken("/checkins", {"id": id_, "recorded_at": now.isoformat(), "position": fix})
        self.check_ins[id_] = receipt["receipt_no"]

    def _report(self) -> None:
        now = SystemClock().now()
        reports: list[dict[str, Any]] = [
            {
                "id": str(uuid4()),
                "recorded_at": (now - timedelta(seconds=n)).isoformat(),
                "lon": 118.627,
                "lat": 28.738,
                "accuracy_m": 10,
            }
            for n in range(5)
        ]
        receipt = self._until_taken("/positions", {"request_id": str(uuid4()), "reports": reports})
        assert receipt["stored"] == len(reports)
        self.fixes.update(report["id"] for report in reports)

    def _until_taken(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                answer = requests.post(f"{self.base}{path}", json=body, headers=self.headers, timeout=30)
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if answer.status_code in {200, 201}:
                taken: dict[str, Any] = answer.json()
                return taken
            assert answer.status_code == 503, answer.text
            time.sleep(0.1)


@pytest.mark.durable
@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_or_doubled(durable_database: Database) -> None:
    engine = make_engine(durable_database.url, limits=PATIENT)
    port = free_port()
    now = SystemClock().now()
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER)
        people = [a_supervised(tx, tree, officer, at=now - HOUR) for _ in range(PHONES)]
        for person in people:
            a_duty(tx, tree, person, now - HOUR, now + HOUR, kind=DutyKind.LOCATION_CHECK)
    app = make_test_app(engine, TestClock(now - timedelta(minutes=1)))
    base = f"http://127.0.0.1:{port}/api/mobile/v1"
    senders = [Sender(person, phone_logged_in(app, person), base) for person in people]
    stop = threading.Event()
    threads = [threading.Thread(target=sender.run, args=(stop,), daemon=True) for sender in senders]
    lots = random.Random(7)  # the moments of the kills repeat
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        with running(durable_database.url, "serve", "--port", str(port)):
            eventually(lambda: answers(port))
            time.sleep(1 + 2 * lots.random())
    with running(durable_database.url, "serve", "--port", str(port)):
        eventually(lambda: answers(port))
        stop.set()
        for thread in threads:
            thread.join(timeout=LONG_S)
            assert not thread.is_alive()
    with transaction(engine) as tx:
        for sender in senders:
            attempts = tx.execute(
                text("SELECT CAST(id AS text) AS id, receipt_no FROM attempts WHERE subject_id = :id"),
                {"id": sender.subject_id},
            )
            assert {row.id: row.receipt_no for row in attempts} == sender.check_ins
            stored = tx.execute(
                text("SELECT CAST(id AS text) FROM positions WHERE subject_id = :id"), {"id": sender.subject_id}
            ).scalars()
            assert sorted(stored) == sorted(sender.fixes)
            assert sender.check_ins
    engine.dispose()

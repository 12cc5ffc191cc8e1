"""A county in the layout's database: people with phones, mornings that everybody missed, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from app.deps import SystemClock
from app.rules.facts import DutyKind, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import make_test_app
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user, phone_logged_in
from tests.layout.phones import Phone

HOUR = timedelta(hours=1)

TOLD = text(
    """
    WITH told AS (SELECT id FROM alerts WHERE subject_id = ANY(:people) AND kind = 'missed_check_in')
    SELECT (SELECT count(*) FROM duties WHERE subject_id = ANY(:people) AND state = 'missed') AS missed,
           (SELECT count(*) FROM told) AS alerts,
           (SELECT count(*) FROM alert_occurrences WHERE alert_id IN (SELECT id FROM told)) AS occurrences,
           (SELECT count(*) FROM notices WHERE about_id IN (SELECT id FROM told)) AS notices,
           (SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id
             WHERE n.about_id IN (SELECT id FROM told)) AS deliveries
    """
)
RECEIPTS = text("SELECT CAST(id AS text) AS id, receipt_no FROM attempts WHERE subject_id = :person")
FIXES = text("SELECT CAST(id AS text) FROM positions WHERE subject_id = :person")


@dataclass
class County:
    """Offices and one officer, made once for a layout; people are added by each test."""

    engine: Engine
    tree: Tree
    officer: Worker

    def phones(self, number: int, base: str) -> list[Phone]:
        """People who may be checked now, each with a phone that sends to `base`."""
        now = SystemClock().now()
        with transaction(self.engine) as tx:
            people = [a_supervised(tx, self.tree, self.officer, at=now - HOUR) for _ in range(number)]
            for person in people:
                a_duty(tx, self.tree, person, now - HOUR, now + HOUR, kind=DutyKind.LOCATION_CHECK)
        app = make_test_app(self.engine, TestClock(now - timedelta(minutes=1)))
        return [Phone(person, phone_logged_in(app, person), base) for person in people]

    def missed_morning(self, number: int) -> list[UUID]:
        """People who all missed a window that nobody has judged yet."""
        now = SystemClock().now()
        with transaction(self.engine) as tx:
            people = [
                a_supervised(tx, self.tree, self.officer, at=now - 10 * HOUR, planned_until=now + 80 * HOUR)
                for _ in range(number)
            ]
            for person in people:
                a_duty(tx, self.tree, person, now - 4 * HOUR, now - 2 * HOUR)
        return people

    def told(self, people: Sequence[UUID]) -> set[int]:
        """How many misses, alerts, occurrences, notices and deliveries there are: one number where each is once."""
        with transaction(self.engine) as tx:
            return set(tx.execute(TOLD, {"people": list(people)}).one())

    def kept(self, phone: Phone) -> tuple[dict[str, str], list[str]]:
        """The receipts and the fixes that the tables hold of this phone."""
        person = {"person": phone.subject_id}
        with transaction(self.engine) as tx:
            receipts = {row.id: row.receipt_no for row in tx.execute(RECEIPTS, person)}
            return receipts, sorted(tx.execute(FIXES, person).scalars())

    def ask(self, sql: str) -> Any:
        """One value from the primary."""
        with transaction(self.engine) as tx:
            return tx.execute(text(sql)).scalar_one()


def a_county(engine: Engine) -> County:
    """A county whose service was up for the last ten hours."""
    now = SystemClock().now()
    with transaction(engine) as tx:
        tree = a_tree(tx)
        api_up(tx, now - 10 * HOUR, now)
        return County(engine, tree, a_user(tx, tree.office, Role.OFFICER))

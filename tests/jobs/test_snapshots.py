"""A month is kept once, when its last records may be written no more; what changes later stands beside it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.jobs.snapshots import take
from app.queries.oversight import Asked, By, tally
from app.queries.oversight_rows import audited_duties
from app.queries.snapshots import MonthBeside, beside, months
from app.rules.facts import Actor, DutyState, Role
from app.rules.oversight import Counts, Figure, Proof, Unit, span_of
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import deps_for_tests
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.oversight import audited, prove
from tests.builders.users import Worker, a_user

MARCH = date(2026, 3, 1)
IN_MARCH = datetime(2026, 3, 10, 2, tzinfo=UTC)
TAKEN = datetime(2026, 4, 3, 16, tzinfo=UTC)
"""The end of 3 April in Shanghai: records may be written within three days."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class County:
    """One visit missed, one done by a record that proves nothing yet, in the first office; one missed in the second."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with transaction(engine) as tx:
            self.tree: Tree = a_tree(tx)
            self.officer = a_user(tx, self.tree.office)
            neighbour = a_user(tx, self.tree.second_office)
            self.staff = a_user(tx, self.tree.county, Role.COUNTY_STAFF)
            first = a_supervised(tx, self.tree, self.officer, at=IN_MARCH - 60 * DAY)
            second = a_supervised(tx, self.tree, neighbour, at=IN_MARCH - 60 * DAY)
            missed, done = DutyState.MISSED, DutyState.FULFILLED
            office = self.tree.office
            self.missed = audited(tx, self.tree, office, first, "访1", IN_MARCH, state=missed)
            self.done = audited(tx, self.tree, office, first, "谈1", IN_MARCH, state=done, by=self.officer)
            audited(tx, self.tree, self.tree.second_office, second, "访1", IN_MARCH, state=missed)

    def run(self, at: datetime) -> int:
        return take(deps_for_tests(self.engine, TestClock(at)), at)["snapshots"]

    def seen(self, worker: Worker, *, at: datetime) -> MonthBeside:
        with transaction(self.engine) as tx:
            found = beside(tx, worker.actor, MARCH, now=at)
        assert found is not None
        return found


@pytest.fixture
def county(undone: Engine) -> County:
    return County(undone)


def of_march(tx: Connection) -> int:
    return int(tx.execute(text("SELECT count(*) FROM compliance_snapshots WHERE month = '2026-03-01'")).scalar_one())


def test_a_month_is_kept_when_nothing_more_may_be_written_and_once(county: County, undone: Engine) -> None:
    told = []
    for at in (TAKEN - SECOND, TAKEN, TAKEN + SECOND):
        county.run(at)
        with transaction(undone) as tx:
            told.append(of_march(tx))
    assert told == [0, 2, 2]


def test_what_is_kept_is_what_was_counted(county: County, undone: Engine) -> None:
    county.run(TAKEN)
    found = county.seen(county.staff, at=TAKEN)
    assert [(kept.office_name, kept.taken_at, kept.whole) for kept in found.kept] == [
        ("江山市社区矫正管理局", TAKEN, True)
    ]
    with transaction(undone) as tx:
        counted = tally(tx, county.staff.actor, Asked(span_of(Unit.MONTH, MARCH)), list(By), now=TAKEN)
        assert months(tx, county.staff.actor)[0] == MARCH
    assert {key: one.then for key, one in found.offices.items()} == counted.lines[By.OFFICE]
    assert {key: one.then for key, one in found.items.items()} == counted.lines[By.ITEM]
    assert (found.total.then, found.total.now, found.not_kept) == (counted.total, counted.total, 0)
    assert not found.total.difference


def test_later_corrections_stand_beside_it_and_open_to_their_rows(county: County, undone: Engine) -> None:
    county.run(TAKEN)
    later = TAKEN + DAY
    with transaction(undone) as tx:
        record = tx.execute(text("SELECT evidence_id FROM duties WHERE id = :id"), {"id": county.done}).scalar_one()
        prove(tx, record, Proof.PROVEN, at=later)
    county.run(later)
    found = county.seen(county.staff, at=later)
    assert found.total.difference == Counts(unproven=-1)
    assert found.items["谈1"].difference == Counts(unproven=-1)
    assert not found.items["访1"].difference
    with transaction(undone) as tx:
        asked = Asked(span_of(Unit.MONTH, MARCH))
        rows = audited_duties(tx, county.staff.actor, asked, Figure.DUE, now=later, changed_since=found.taken_at).items
    assert [row.id for row in rows] == [county.done]


def test_each_sees_the_own_part_of_it(county: County, undone: Engine) -> None:
    county.run(TAKEN)
    with transaction(undone) as tx:
        city = a_user(tx, county.tree.city, Role.CITY_STAFF)
        elsewhere = a_user(tx, county.tree.other_office)
        nobody = beside(tx, Actor("user", city.id), MARCH, now=TAKEN)
    assert nobody is None
    dues = {}
    for worker in (county.officer, county.staff, city, elsewhere):
        found = county.seen(worker, at=TAKEN)
        dues[worker.role if worker is not elsewhere else "elsewhere"] = (found.total.then.due, len(found.kept))
    assert dues == {Role.OFFICER: (2, 1), Role.COUNTY_STAFF: (3, 1), Role.CITY_STAFF: (3, 2), "elsewhere": (0, 1)}


@pytest.mark.parametrize("statement", ["UPDATE {} SET month = month", "DELETE FROM {}"])
def test_nobody_changes_what_is_kept(county: County, undone: Engine, statement: str) -> None:
    county.run(TAKEN)
    with pytest.raises(DBAPIError, match="permission denied"), transaction(undone) as tx:
        tx.execute(text(statement.format("compliance_snapshots")))


def test_a_county_founded_later_has_nothing_of_the_months_before(county: County, undone: Engine) -> None:
    with transaction(undone) as tx:
        tx.execute(text("UPDATE offices SET created_at = :at WHERE level = 'county'"), {"at": TAKEN - DAY})
    assert county.run(TAKEN) == 0

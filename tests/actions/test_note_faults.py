"""The watchdog's findings as faults with a beginning and an end, and as notices to the administrators."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.note_faults import note_faults
from app.queries.service_days import FaultView, faults
from app.queries.watchdog import impossible_states, left_behind, stale_jobs
from app.rules.facts import Role
from app.rules.wording.service import FAULTS
from tests.builders.app import MONDAY
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def admin(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.city, Role.ADMIN)


def notices(tx: Connection) -> list[tuple[UUID, str]]:
    rows: Any = tx.execute(
        text("SELECT recipient_id, step FROM notices WHERE about_kind = 'service_fault' ORDER BY seq")
    )
    return [(row.recipient_id, row.step) for row in rows]


def test_a_fault_is_told_once_while_it_lasts_and_once_when_it_is_over(tx: Connection, admin: Worker) -> None:
    for minutes in range(3):
        assert (
            note_faults(tx, {"duties_unjudged": minutes + 1, "deliveries_stuck": 0}, now=MONDAY + minutes * MINUTE) == 1
        )
    assert faults(tx) == (FaultView("duties_unjudged", 3, MONDAY),)
    assert notices(tx) == [(admin.id, "opened")]
    assert note_faults(tx, {"duties_unjudged": 0, "deliveries_stuck": 0}, now=MONDAY + 5 * MINUTE) == 0
    assert note_faults(tx, {"duties_unjudged": 0, "deliveries_stuck": 0}, now=MONDAY + 6 * MINUTE) == 0
    assert notices(tx) == [(admin.id, "opened"), (admin.id, "recovered")]
    assert faults(tx) == ()


def test_a_fault_that_comes_back_is_another(tx: Connection, admin: Worker) -> None:
    for minutes, n in enumerate((1, 0, 1)):
        note_faults(tx, {"duties_unjudged": n}, now=MONDAY + minutes * MINUTE)
    assert notices(tx) == [(admin.id, "opened"), (admin.id, "recovered"), (admin.id, "opened")]


def test_what_a_look_did_not_ask_for_is_not_over(tx: Connection, admin: Worker) -> None:
    note_faults(tx, {"scheduler_away": 1}, now=MONDAY)
    note_faults(tx, {"duties_unjudged": 0}, now=MONDAY + MINUTE)
    assert [fault.code for fault in faults(tx)] == ["scheduler_away"]
    assert notices(tx) == [(admin.id, "opened")]


def test_a_fault_that_lasts_is_told_again_each_day(tx: Connection, admin: Worker) -> None:
    for hours in range(0, 60, 6):
        note_faults(tx, {"jobs_stale": 1}, now=MONDAY + timedelta(hours=hours))
    assert [step for _, step in notices(tx)] == ["opened", "day.1", "day.2"]
    assert {recipient for recipient, _ in notices(tx)} == {admin.id}


def test_the_administrators_of_the_highest_office_are_told(tx: Connection, tree: Tree, admin: Worker) -> None:
    a_user(tx, tree.county, Role.ADMIN)
    gone = a_user(tx, tree.city, Role.ADMIN)
    tx.execute(text("UPDATE users SET disabled_at = :now WHERE id = :id"), {"now": MONDAY - DAY, "id": gone.id})
    note_faults(tx, {"jobs_stale": 1}, now=MONDAY)
    assert notices(tx) == [(admin.id, "opened")]


def test_without_administrators_the_fault_is_kept_all_the_same(tx: Connection) -> None:
    assert note_faults(tx, {"jobs_stale": 2}, now=MONDAY) == 1
    assert faults(tx) == (FaultView("jobs_stale", 2, MONDAY),)


def test_whatever_the_watchdog_counts_has_a_name(tx: Connection) -> None:
    looks = (impossible_states, left_behind, stale_jobs)
    assert {code for look in looks for code in look(tx, now=MONDAY)} <= FAULTS.keys()

"""Days on which nobody will be on duty are told to the county beforehand: each once, and when an absence is entered."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.look_ahead_absences import look_ahead_absences
from app.actions.note_absences import note_absence
from app.rules.absences import Away
from app.store import staffing
from tests.builders.alerts import Team, a_team, away, notices_about
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

DAY = timedelta(days=1)
LONG_BEFORE = MONDAY - 30 * DAY


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def team(tx: Connection, tree: Tree) -> Team:
    """The first office has two officers and an aide, and one subject."""
    team = a_team(tx, tree)
    a_supervised(tx, tree, team.officer, at=LONG_BEFORE)
    return team


def all_away(tx: Connection, team: Team, from_at: datetime, to_at: datetime) -> None:
    for user in (team.officer, team.colleague, team.aide):
        away(tx, user, from_at, to_at)


def told(tx: Connection, office_id: UUID) -> list[tuple[UUID, str]]:
    return [(notice.recipient_id, notice.wording["code"]) for notice in notices_about(tx, office_id)]


def test_an_office_in_which_somebody_stays_is_nothing_to_tell(tx: Connection, tree: Tree, team: Team) -> None:
    away(tx, team.officer, MONDAY + DAY, MONDAY + 2 * DAY)
    away(tx, team.colleague, MONDAY + DAY, MONDAY + 2 * DAY)
    assert look_ahead_absences(tx, now=MONDAY) == {"gaps_told": 0}
    assert told(tx, tree.office.id) == []


def test_a_day_without_anybody_is_told_once(tx: Connection, tree: Tree, team: Team) -> None:
    all_away(tx, team, MONDAY + 3 * DAY, MONDAY + 4 * DAY)
    for day in range(5):
        look_ahead_absences(tx, now=MONDAY + day * DAY)
    assert told(tx, tree.office.id) == [(team.staff.id, "office_unstaffed"), (team.head.id, "office_unstaffed")]


@pytest.mark.parametrize(("ahead", "found"), [(7 * DAY, 0), (7 * DAY - timedelta(seconds=1), 2)])
def test_it_looks_seven_days_ahead(tx: Connection, tree: Tree, team: Team, ahead: timedelta, found: int) -> None:
    all_away(tx, team, MONDAY + ahead, MONDAY + 9 * DAY)
    assert look_ahead_absences(tx, now=MONDAY) == {"gaps_told": found}


def test_an_office_without_subjects_needs_nobody(tx: Connection, tree: Tree, team: Team) -> None:
    all_away(tx, team, MONDAY, MONDAY + DAY)
    tx.execute(text("UPDATE subjects SET status = 'ended', end_reason = 'completed'"))
    assert look_ahead_absences(tx, now=MONDAY) == {"gaps_told": 0}


def test_an_office_where_nobody_works_is_told_to_its_own_county(tx: Connection, tree: Tree, team: Team) -> None:
    other = a_user(tx, tree.second_office, login="gone")
    a_supervised(tx, tree, other, at=LONG_BEFORE)
    tx.execute(text("UPDATE users SET disabled_at = created_at WHERE id = :id"), {"id": other.id})
    look_ahead_absences(tx, now=MONDAY)
    assert {code for _, code in told(tx, tree.second_office.id)} == {"office_never_staffed"}
    assert told(tx, tree.office.id) == []


def test_a_role_that_ends_leaves_a_gap(tx: Connection, tree: Tree, team: Team) -> None:
    tx.execute(
        text("UPDATE user_roles SET held = tstzrange(lower(held), :at) WHERE role IN ('officer', 'aide')"),
        {"at": MONDAY + 2 * DAY},
    )
    look_ahead_absences(tx, now=MONDAY)
    assert {code for _, code in told(tx, tree.office.id)} == {"office_unstaffed_open"}


def test_a_withdrawn_absence_is_no_absence(tx: Connection, tree: Tree, team: Team) -> None:
    all_away(tx, team, MONDAY, MONDAY + DAY)
    tx.execute(text("UPDATE absences SET withdrawn_at = lower(away) WHERE user_id = :id"), {"id": team.aide.id})
    assert look_ahead_absences(tx, now=MONDAY) == {"gaps_told": 0}


def test_the_county_is_told_as_soon_as_the_absence_is_entered(tx: Connection, tree: Tree, team: Team) -> None:
    away(tx, team.colleague, MONDAY, MONDAY + 5 * DAY)
    away(tx, team.aide, MONDAY, MONDAY + 5 * DAY)
    assert told(tx, tree.office.id) == []
    entered = Away(uuid4(), team.officer.id, MONDAY + DAY, MONDAY + 2 * DAY, None)
    assert note_absence(tx, team.officer.actor, entered, now=MONDAY) is True
    assert {user for user, _ in told(tx, tree.office.id)} == {team.staff.id, team.head.id}
    look_ahead_absences(tx, now=MONDAY)
    assert len(told(tx, tree.office.id)) == 2


def test_one_that_leaves_somebody_there_tells_nobody(tx: Connection, tree: Tree, team: Team) -> None:
    entered = Away(uuid4(), team.officer.id, MONDAY + DAY, MONDAY + 2 * DAY, None)
    note_absence(tx, team.officer.actor, entered, now=MONDAY)
    assert told(tx, tree.office.id) == []


@pytest.mark.parametrize("offices", [1, 3])
def test_statements_do_not_grow_with_the_offices(tx: Connection, tree: Tree, team: Team, offices: int) -> None:
    sites = (tree.office, tree.second_office, tree.other_office)[:offices]
    for n, site in enumerate(sites):
        a_supervised(tx, tree, a_user(tx, site, login=f"counted-{n}"), at=LONG_BEFORE)
    with counted(tx) as sent:
        found = staffing.facts(tx, now=MONDAY)
    assert (len(found), len(sent)) == (offices, 3)


def test_workers_are_listed_in_one_order(tx: Connection, tree: Tree, team: Team) -> None:
    """A replay writes the same notices in the same order."""
    all_away(tx, team, MONDAY, MONDAY + DAY)
    (office,) = staffing.facts(tx, now=MONDAY)
    expected: list[Worker] = sorted((team.staff, team.head), key=lambda user: user.login)
    assert office.county == tuple(user.id for user in expected)

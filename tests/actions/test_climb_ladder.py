"""The ladder on real rows: who is on duty, what is written, and that nothing is written twice."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.climb_ladder import climb_ladder
from app.rules.errors import Refused
from app.rules.facts import AlertKind, Role
from tests.builders.alerts import (
    Team,
    a_phone,
    a_team,
    alert_row,
    an_alert,
    away,
    deliveries_about,
    events_of,
    ladder_of,
    notices_about,
    raise_all,
    raising,
    recover,
    steps_of,
    told_of,
)
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import a_user
from tests.statements import counted

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def team(tx: Connection, tree: Tree) -> Team:
    return a_team(tx, tree)


@pytest.fixture
def subject(tx: Connection, tree: Tree, team: Team) -> UUID:
    return a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30))


def test_up_the_ladder_second_by_second(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    assert climb_ladder(tx, now=MONDAY - SECOND) == {}
    assert climb_ladder(tx, now=MONDAY) == {"alerts": 1, "steps": 1, "notices": 1, "told_nobody": 0}
    assert climb_ladder(tx, now=MONDAY + HOUR - SECOND) == {}
    assert climb_ladder(tx, now=MONDAY + HOUR)["notices"] == 2
    assert climb_ladder(tx, now=MONDAY + 4 * HOUR - SECOND) == {}
    assert climb_ladder(tx, now=MONDAY + 4 * HOUR)["notices"] == 1
    assert climb_ladder(tx, now=MONDAY + timedelta(days=9)) == {}
    assert told_of(tx, alert_id) == [
        ("1.office", team.officer.id),
        ("1.county", team.staff.id),
        ("1.county", team.head.id),
        ("1.city", team.city.id),
    ]
    assert steps_of(tx, alert_id) == [
        (1, "office", "step_raised"),
        (1, "county", "step_not_handled_in_time"),
        (1, "city", "step_not_handled_in_time"),
    ]
    assert [event.what for event in events_of(tx, alert_id)] == ["opened", "escalated", "escalated"]
    assert (alert_row(tx, alert_id).step, ladder_of(tx, alert_id)) == ("city", (None, None))


def test_the_same_step_at_once_twice_is_one(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    tx.execute(text("UPDATE alerts SET next_step = 'office', next_step_at = :now"), {"now": MONDAY})
    climb_ladder(tx, now=MONDAY)
    assert len(notices_about(tx, alert_id)) == 1
    assert ladder_of(tx, alert_id) == ("county", MONDAY + HOUR)


def test_a_notice_goes_to_the_app_and_to_every_phone(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    a_phone(tx, team.officer.id, "ok-one", at=MONDAY - HOUR)
    a_phone(tx, team.officer.id, "ok-two", at=MONDAY - HOUR)
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    pushes = deliveries_about(tx, alert_id)
    assert [(push.state, push.next_try_at, push.attempts) for push in pushes] == [("pending", MONDAY, 0)] * 2
    (in_app,) = deliveries_about(tx, alert_id, "in_app")
    assert (in_app.state, in_app.next_try_at) == ("pending", None)


def test_quiet_hours_hold_the_push_only(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    a_phone(tx, team.officer.id, "ok", at=MONDAY - HOUR)
    night = MONDAY + timedelta(hours=14)  # 23:00 in Shanghai
    quiet = an_alert(tx, tree, subject, night, kind=AlertKind.MISSED_CHECK_IN)
    loud = an_alert(tx, tree, subject, night, kind=AlertKind.LOST_CONTACT)
    climb_ladder(tx, now=night)
    morning = MONDAY + timedelta(hours=22)  # 07:00
    assert [push.next_try_at for push in deliveries_about(tx, quiet)] == [morning]
    assert [push.next_try_at for push in deliveries_about(tx, loud)] == [night]
    assert [notice.created_at for notice in notices_about(tx, quiet)] == [night]
    assert ladder_of(tx, quiet) == ("county", morning + HOUR)
    assert ladder_of(tx, loud) == ("county", night + HOUR)


# ------------------------------------------------------------------------------------------------------ who is on duty


def test_who_is_away_at_that_second_is_not_told(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    away(tx, team.officer, MONDAY - HOUR, MONDAY)
    away(tx, team.colleague, MONDAY, MONDAY + HOUR)
    before = an_alert(tx, tree, subject, MONDAY - SECOND)
    climb_ladder(tx, now=MONDAY - SECOND)
    at = an_alert(tx, tree, subject, MONDAY, kind=AlertKind.MISSED_CHECK_IN)
    climb_ladder(tx, now=MONDAY)
    assert told_of(tx, before) == [("1.office", team.colleague.id)]
    assert told_of(tx, at) == [("1.office", team.officer.id)]


def test_an_absence_that_was_withdrawn_counts_for_nothing(
    tx: Connection, tree: Tree, team: Team, subject: UUID
) -> None:
    away(tx, team.officer, MONDAY - HOUR, MONDAY + HOUR)
    tx.execute(text("UPDATE absences SET withdrawn_at = lower(away)"))
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    assert told_of(tx, alert_id) == [("1.office", team.officer.id)]


def test_where_nobody_is_on_duty_the_county_is_told_at_once(
    tx: Connection, tree: Tree, team: Team, subject: UUID
) -> None:
    for user in (team.officer, team.colleague, team.aide):
        away(tx, user, MONDAY - HOUR, MONDAY + HOUR)
    alert_id = an_alert(tx, tree, subject, MONDAY)
    assert climb_ladder(tx, now=MONDAY) == {"alerts": 1, "steps": 2, "notices": 2, "told_nobody": 0}
    assert steps_of(tx, alert_id) == [(1, "office", "step_nobody_on_duty"), (1, "county", "step_nobody_below")]
    assert told_of(tx, alert_id) == [("1.county", team.staff.id), ("1.county", team.head.id)]
    assert [(event.what, event.reason["code"]) for event in events_of(tx, alert_id)] == [
        ("opened", "silent"),
        ("escalated", "step_nobody_below"),
    ]
    assert ladder_of(tx, alert_id) == ("city", MONDAY + 4 * HOUR)


def test_whose_role_or_account_ended_is_not_told(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    tx.execute(text("UPDATE users SET disabled_at = created_at WHERE id = :id"), {"id": team.officer.id})
    tx.execute(
        text("UPDATE user_roles SET held = tstzrange(lower(held), :now) WHERE user_id = :id"),
        {"now": MONDAY, "id": team.colleague.id},
    )
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    assert told_of(tx, alert_id) == [("1.office", team.aide.id)]


def test_other_offices_and_other_roles_are_not_told(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    a_user(tx, tree.second_office, login="a-second")
    a_user(tx, tree.other_county, Role.COUNTY_STAFF, login="b-other")
    a_user(tx, tree.county, Role.ADMIN, login="c-admin")
    a_user(tx, tree.county, Role.PROCURATOR, login="d-procurator")
    a_user(tx, tree.office, Role.PROVIDER, login="e-provider")
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY + 4 * HOUR)
    told = {user for _, user in told_of(tx, alert_id)}
    assert told == {team.officer.id, team.staff.id, team.head.id, team.city.id}


def test_the_office_that_answers_for_the_subject_now_is_told(
    tx: Connection, tree: Tree, team: Team, subject: UUID
) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    new = a_user(tx, tree.second_office, login="new")
    tx.execute(
        text("UPDATE subjects SET office_id = :office, officer_id = :officer"),
        {"office": tree.second_office.id, "officer": new.id},
    )
    climb_ladder(tx, now=MONDAY)
    assert told_of(tx, alert_id) == [("1.office", new.id)]


def test_somebody_whom_the_county_looks_after_itself(tx: Connection, tree: Tree, team: Team) -> None:
    own = a_user(tx, tree.county, login="county-officer")
    subject = a_supervised(tx, tree, own, at=MONDAY - timedelta(days=30))
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    assert told_of(tx, alert_id) == [("1.office", own.id)]


def test_where_nobody_works_at_all_the_run_says_so(tx: Connection, tree: Tree) -> None:
    subject = a_supervised(tx, tree, a_user(tx, tree.office, login="gone"), at=MONDAY - timedelta(days=30))
    tx.execute(text("UPDATE users SET disabled_at = created_at"))
    alert_id = an_alert(tx, tree, subject, MONDAY)
    assert climb_ladder(tx, now=MONDAY) == {"alerts": 1, "steps": 3, "notices": 0, "told_nobody": 1}
    assert ladder_of(tx, alert_id) == (None, None)


# ----------------------------------------------------------------------------------------------------------- what stops


def test_recovery_stops_it(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    recover(tx, subject, MONDAY + HOUR / 2)
    assert climb_ladder(tx, now=MONDAY + timedelta(days=1)) == {}
    assert told_of(tx, alert_id) == [("1.office", team.officer.id)]


def test_what_was_over_before_the_office_could_be_told_is_told_once(
    tx: Connection, tree: Tree, team: Team, subject: UUID
) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    recover(tx, subject, MONDAY + HOUR)
    climb_ladder(tx, now=MONDAY + 2 * HOUR)
    assert told_of(tx, alert_id) == [("1.office", team.officer.id)]
    assert ladder_of(tx, alert_id) == (None, None)


def test_the_end_of_supervision_stops_it(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    climb_ladder(tx, now=MONDAY)
    tx.execute(text("UPDATE subjects SET status = 'ended', end_reason = 'completed'"))
    assert climb_ladder(tx, now=MONDAY + HOUR)["steps"] == 0
    assert ladder_of(tx, alert_id) == (None, None)


# -------------------------------------------------------------------------------------------------- further occurrences


def test_further_occurrences_do_not_put_the_county_off(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    for minutes in range(0, 70, 10):
        at = MONDAY + timedelta(minutes=minutes)
        if minutes:
            an_alert(tx, tree, subject, at)
        climb_ladder(tx, now=at)
    told = told_of(tx, alert_id)
    assert [step for step, user in told if user == team.officer.id] == [f"{n}.office" for n in range(1, 8)]
    assert [step for step, user in told if user == team.staff.id] == ["7.county"]
    assert ladder_of(tx, alert_id) == ("city", MONDAY + 4 * HOUR)


# ----------------------------------------------------------------------------------------------------------- mechanics


def test_the_longest_due_come_first_and_a_limit_leaves_the_rest(tx: Connection, tree: Tree, team: Team) -> None:
    subjects = [a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30)) for _ in range(3)]
    alerts = [an_alert(tx, tree, subject, MONDAY - n * SECOND) for n, subject in enumerate(subjects)]
    assert climb_ladder(tx, now=MONDAY, limit=2)["alerts"] == 2
    assert [len(notices_about(tx, alert_id)) for alert_id in alerts] == [0, 1, 1]
    assert climb_ladder(tx, now=MONDAY, limit=2, only=[alerts[0]])["alerts"] == 1
    assert climb_ladder(tx, now=MONDAY, limit=2, only=[]) == {}


def test_without_a_policy_nothing_is_written(tx: Connection, tree: Tree, team: Team, subject: UUID) -> None:
    an_alert(tx, tree, subject, MONDAY)
    tx.execute(text("UPDATE policy_versions SET in_force = tstzrange(lower(in_force), :at)"), {"at": MONDAY})
    with pytest.raises(Refused, match="no_policy_in_force"):
        climb_ladder(tx, now=MONDAY)


@pytest.mark.parametrize("alerts", [1, 40])
def test_statements_do_not_grow_with_the_batch(tx: Connection, tree: Tree, team: Team, alerts: int) -> None:
    for user in team.everybody:
        a_phone(tx, user.id, f"ok-{user.login}", at=MONDAY - HOUR)
    effects = [
        raising(tree, a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30)), MONDAY)
        for _ in range(alerts)
    ]
    raise_all(tx, *effects)
    with counted(tx) as statements:
        assert climb_ladder(tx, now=MONDAY + 4 * HOUR) == {
            "alerts": alerts,
            "steps": 3 * alerts,
            "notices": 4 * alerts,
            "told_nobody": 0,
        }
    assert len(statements) == 7

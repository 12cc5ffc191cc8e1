"""Alerts in order of urgency, page by page, and the history of one."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text, update

from app.actions.climb_ladder import climb_ladder
from app.actions.close_alert import close_alert
from app.models.alert import Alert
from app.queries.alert_history import alert_history
from app.queries.alerts import alert, alerts
from app.queries.page import Key
from app.rules.alerts import urgency
from app.rules.errors import NotFound, Refused
from app.rules.facts import AlertKind, CloseReason, Condition, Handling, LadderStep, Reason, Role, Strength
from tests.builders.alerts import Team, a_phone, a_team, an_alert, recover
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

MINUTE = timedelta(minutes=1)
LONG_BEFORE = MONDAY - timedelta(days=30)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def team(tx: Connection, tree: Tree) -> Team:
    return a_team(tx, tree)


@pytest.fixture
def officer(team: Team) -> Worker:
    return team.officer


def subject_of(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=LONG_BEFORE)


def test_the_order_of_rows_is_the_rules(tx: Connection, tree: Tree, officer: Worker) -> None:
    """What a row weighs in SQL is what the rule says, whatever its kind, strength, condition, handling and step."""
    alert_id = an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY)
    everything = list(product(AlertKind, Strength, Condition, Handling, [None, *LadderStep]))
    for kind, strength, condition, handling, step in everything[::7]:
        tx.execute(
            update(Alert).values(kind=kind, strength=strength, condition=condition, handling=handling, step=step)
        )
        assert alert(tx, officer.actor, alert_id).urgency == urgency(kind, strength, condition, handling, step)


def test_the_most_urgent_comes_first_and_the_older_among_equals(tx: Connection, tree: Tree, officer: Worker) -> None:
    given: list[tuple[str, dict[str, Any], int]] = [
        ("visit", {"kind": AlertKind.VISIT_OVERDUE}, 0),
        ("newer", {"kind": AlertKind.MISSED_CHECK_IN}, 2),
        ("older", {"kind": AlertKind.MISSED_CHECK_IN}, 1),
        ("strong", {"kind": AlertKind.MISSED_CHECK_IN, "strength": Strength.STRONG}, 3),
        ("silent", {"kind": AlertKind.LOST_CONTACT}, 4),
    ]
    names = {
        an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY + n * MINUTE, **changes): name
        for name, changes, n in given
    }
    page = alerts(tx, officer.actor)
    assert [names[view.id] for view in page.items] == ["silent", "strong", "older", "newer", "visit"]
    assert page.next_key is None


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_leave_nothing_out_and_show_nothing_twice(
    tx: Connection, tree: Tree, officer: Worker, limit: int
) -> None:
    kinds = [AlertKind.MISSED_CHECK_IN, AlertKind.LOST_CONTACT, AlertKind.TALK_OVERDUE]
    made = [
        an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY + (n // 4) * MINUTE, kind=kinds[n % 3])
        for n in range(7)
    ]
    shown: list[UUID] = []
    after: Key | None = None
    for _ in range(20):
        page = alerts(tx, officer.actor, after=after, limit=limit)
        shown += [view.id for view in page.items]
        after = page.next_key
        if after is None:
            break
    assert sorted(shown) == sorted(made)
    assert shown == [view.id for view in alerts(tx, officer.actor).items]


def test_closed_ones_are_shown_where_asked_for_the_last_closed_first(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    made = [an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY) for _ in range(3)]
    for n, alert_id in enumerate(made[:2]):
        close_alert(tx, officer.actor, alert_id, CloseReason.REAL, "已走访", now=MONDAY + n * MINUTE)
    assert [view.id for view in alerts(tx, officer.actor).items] == [made[2]]
    first = alerts(tx, officer.actor, handling=Handling.CLOSED, limit=1)
    then = alerts(tx, officer.actor, handling=Handling.CLOSED, limit=1, after=first.next_key)
    assert [view.id for view in (*first.items, *then.items)] == [made[1], made[0]]
    assert then.next_key is None


def test_what_is_asked_for_is_shown(tx: Connection, tree: Tree, officer: Worker) -> None:
    one, other = subject_of(tx, tree, officer), subject_of(tx, tree, officer)
    silent = an_alert(tx, tree, one, MONDAY)
    missed = an_alert(tx, tree, other, MONDAY, kind=AlertKind.MISSED_CHECK_IN)
    recover(tx, one, MONDAY + MINUTE)

    def ids(**wanted: Any) -> list[UUID]:
        return [view.id for view in alerts(tx, officer.actor, **wanted).items]

    assert ids(kind=AlertKind.LOST_CONTACT) == [silent]
    assert ids(subject_id=other) == [missed]
    assert ids(condition=Condition.RECOVERED) == [silent]
    assert ids(handling=Handling.OPEN) == [missed, silent]
    assert ids(handling=Handling.ACKNOWLEDGED) == []


@pytest.mark.parametrize("cursor", [[], ["x"], ["1"], ["1", "2"], ["x", MONDAY.isoformat(), str(UUID(int=1))]])
def test_a_cursor_of_another_list_is_refused(tx: Connection, officer: Worker, cursor: Key) -> None:
    with pytest.raises(Refused, match="bad_cursor"):
        alerts(tx, officer.actor, after=cursor)


# ------------------------------------------------------------------------------------------------------------------ one


def test_an_alert_says_why_in_one_sentence(tx: Connection, tree: Tree, officer: Worker) -> None:
    why = Reason("silent", (("since", "2026-03-01T08:30+08:00"), ("hours", "24")))
    alert_id = an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY, why=why)
    view = alert(tx, officer.actor, alert_id)
    assert view.why == f"{view.subject_name}:手机 3月1日 08:30 之后没有任何联系,已超过 24 小时的时限。"
    assert (view.title, view.office_name) == ("失去联系", "双塔司法所")


def test_a_reason_whose_sentence_is_gone_shows_its_kind(tx: Connection, tree: Tree, officer: Worker) -> None:
    alert_id = an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY, why=Reason("of_an_older_release"))
    assert alert(tx, officer.actor, alert_id).why.endswith(":失去联系")


def test_the_names_of_minors_are_sealed_above_their_office(tx: Connection, tree: Tree, team: Team) -> None:
    subject = subject_of(tx, tree, team.officer)
    tx.execute(text("UPDATE subjects SET minor_regime = true, name = '陈小明'"))
    alert_id = an_alert(tx, tree, subject, MONDAY)
    assert alert(tx, team.officer.actor, alert_id).subject_name == "陈某某"
    assert "陈" not in alert(tx, team.staff.actor, alert_id).why


def test_other_offices_see_nothing(tx: Connection, tree: Tree, team: Team) -> None:
    alert_id = an_alert(tx, tree, subject_of(tx, tree, team.officer), MONDAY)
    stranger = a_user(tx, tree.other_office, login="stranger").actor
    with pytest.raises(NotFound):
        alert(tx, stranger, alert_id)
    assert alerts(tx, stranger).items == ()
    history = alert_history(tx, stranger, alert_id)
    assert (history.events, history.occurrences, history.steps, history.deliveries) == ((), (), (), ())


def test_the_whole_history_of_one(tx: Connection, tree: Tree, team: Team) -> None:
    a_phone(tx, team.officer.id, "ok-history", at=MONDAY)
    alert_id = an_alert(tx, tree, subject_of(tx, tree, team.officer), MONDAY, evidence={"last_heard_at": None})
    climb_ladder(tx, now=MONDAY)
    climb_ladder(tx, now=MONDAY + 60 * MINUTE)
    close_alert(tx, team.staff.actor, alert_id, CloseReason.PHONE, "换了手机", now=MONDAY + 61 * MINUTE)
    view, history = alert(tx, team.officer.actor, alert_id), alert_history(tx, team.officer.actor, alert_id)
    assert (view.step, view.next_step, view.close_reason, view.closed_by_name) == ("county", None, "phone", "王科员")
    assert [(event.what, event.actor_name) for event in history.events] == [
        ("opened", None),
        ("escalated", None),
        ("closed", "王科员"),
    ]
    assert [event.why for event in history.events][1:] == ["规定时间内未受理,向上一级报告。", "已办结:手机原因。"]
    assert [(step.step, step.why) for step in history.steps] == [
        ("office", "预警产生,通知司法所。"),
        ("county", "规定时间内未受理,向上一级报告。"),
    ]
    assert [episode.evidence for episode in history.occurrences] == [{"last_heard_at": None}]
    assert [(one.step, one.recipient_name, one.channel, one.state) for one in history.deliveries] == [
        ("1.office", "徐建国", "fcm", "pending"),
        ("1.office", "徐建国", "in_app", "pending"),
        ("1.county", "王科员", "in_app", "pending"),
        ("1.county", "张局长", "in_app", "pending"),
    ]


def test_a_list_is_one_statement_and_one_alert_five(tx: Connection, tree: Tree, officer: Worker) -> None:
    made = [an_alert(tx, tree, subject_of(tx, tree, officer), MONDAY) for _ in range(5)]
    with counted(tx) as sent:
        alerts(tx, officer.actor)
    assert len(sent) == 1
    with counted(tx) as sent:
        alert(tx, officer.actor, made[0])
        alert_history(tx, officer.actor, made[0])
    assert len(sent) == 5


def test_a_city_sees_all_its_counties(tx: Connection, tree: Tree, team: Team) -> None:
    elsewhere = a_user(tx, tree.other_office, Role.OFFICER, login="far")
    an_alert(tx, tree, subject_of(tx, tree, team.officer), MONDAY)
    an_alert(tx, tree, subject_of(tx, tree, elsewhere), MONDAY)
    assert len(alerts(tx, team.city.actor).items) == 2
    assert len(alerts(tx, team.staff.actor).items) == 1

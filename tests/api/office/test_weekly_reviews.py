"""The red list of a week from what is on record, and the meeting about it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text, update

from app.models.alert import Alert
from app.models.subject import Subject
from app.rules.facts import AlertKind, DutyKind, DutyState, Role
from app.store.session import transaction
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in

LIST, REVIEWS = "/api/office/v1/red-list", "/api/office/v1/weekly-reviews"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Headers = dict[str, str]
Json = dict[str, Any]
WEEK = {"week": "2026-02-23"}


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="officer")


@pytest.fixture
def people(undone: Engine, tree: Tree, officer: Worker) -> dict[str, UUID]:
    """In the week before: one missed two check-ins, one has an alert of left area, one nothing but a late visit."""
    friday = MONDAY - 3 * DAY
    with transaction(undone) as tx:
        found = {name: a_supervised(tx, tree, officer, at=MONDAY - 40 * DAY) for name in ("missed", "left", "quiet")}
        for hours in (0, 30):
            at = friday - hours * HOUR
            a_duty(tx, tree, found["missed"], at - HOUR, at, state=DutyState.MISSED, rule_code=f"check_in.{hours}")
        an_alert(tx, tree, found["left"], friday, kind=AlertKind.LEFT_AREA)
        for one in ("left", "quiet"):
            a_duty(tx, tree, found[one], friday - 9 * DAY, friday, kind=DutyKind.VISIT, state=DutyState.MISSED)
    return found


@pytest.fixture
def headers(app: Flask, undone: Engine, tree: Tree) -> Headers:
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF, login="county"))


def listed(client: FlaskClient, headers: Headers, **query: str) -> dict[str, list[str]]:
    answer = client.get(LIST, query_string={**WEEK, **query}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {one["subject_id"]: one["told"] for one in answer.get_json()["items"]}


def test_who_stands_out_and_why(
    client: FlaskClient, headers: Headers, people: dict[str, UUID], tree: Tree, undone: Engine
) -> None:
    found = listed(client, headers)
    assert found[str(people["missed"])][0] == "2 次没有收到签到。"
    assert found[str(people["left"])][:2] == [
        "离开规定区域或进入禁止区域 1 次,正在核实或已核实属实。",
        "应当进行的走访、谈话有 1 项到期未完成。",
    ]
    assert str(people["quiet"]) not in found
    assert listed(client, headers, week="2026-03-01") == found, "any day names its week"
    assert list(listed(client, headers, week="2026-03-02")) == [str(people["left"])], "it goes on"
    assert listed(client, headers, office_id=str(tree.second_office.id)) == {}
    with transaction(undone) as tx:
        weeks = tx.execute(text("SELECT details FROM audit WHERE action = 'red_list.read' ORDER BY id")).scalars().all()
    assert [one["week"] for one in weeks] == ["2026-02-23", "2026-02-23", "2026-03-02", "2026-02-23"]


def test_what_goes_on_is_of_every_week_until_it_is_over(
    client: FlaskClient, headers: Headers, people: dict[str, UUID], tree: Tree, undone: Engine
) -> None:
    friday, left = MONDAY - 3 * DAY, str(people["left"])
    with transaction(undone) as tx:
        tx.execute(update(Alert).values(opened_at=friday - 20 * DAY))
    assert left in listed(client, headers)
    with transaction(undone) as tx:
        tx.execute(update(Alert).values(condition="recovered", recovered_at=friday - 8 * DAY))
    assert left not in listed(client, headers), "over before the week, and not yet looked at"
    closed = {"handling": "closed", "closed_at": friday, "close_reason": "real", "close_result": "已训诫"}
    with transaction(undone) as tx:
        tx.execute(update(Alert).values(**closed))
    assert listed(client, headers)[left][0] == "预警核实属实 1 次。", "found true in that week"


def test_nobody_is_listed_for_what_the_office_left_undone(
    client: FlaskClient, headers: Headers, people: dict[str, UUID], tree: Tree, undone: Engine
) -> None:
    closed = {"handling": "closed", "closed_at": MONDAY, "close_reason": "real", "close_result": "已补"}
    with transaction(undone) as tx:
        an_alert(tx, tree, people["quiet"], MONDAY - 3 * DAY, kind=AlertKind.VISIT_OVERDUE)
        tx.execute(update(Alert).where(Alert.subject_id == people["quiet"]).values(**closed))
    assert str(people["quiet"]) not in listed(client, headers)


def a_meeting(tree: Tree, *people: UUID, **changes: Any) -> Json:
    decided = [{"subject_id": str(one), "decision": "本周走访", "follow_up_on": "2026-03-06"} for one in people]
    body = {"id": str(uuid4()), "office_id": str(tree.county.id), "week": "2026-02-23", "held_on": "2026-03-02"}
    return {**body, "attended": "姜文静、徐敏", "summary": "讨论红名单", "people": decided, **changes}


def test_a_meeting_keeps_who_was_discussed_why_and_what_was_decided(
    client: FlaskClient, headers: Headers, people: dict[str, UUID], tree: Tree, undone: Engine
) -> None:
    body = a_meeting(tree, people["missed"], people["quiet"])
    made = client.post(REVIEWS, json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert client.post(REVIEWS, json=body, headers=headers).status_code == 200
    with transaction(undone) as tx:
        tx.execute(
            text("UPDATE duties SET state = 'waived', waive_reason = '补登', waived_by = NULL WHERE kind = 'check_in'")
        )
    kept = client.get(f"{REVIEWS}/{body['id']}", headers=headers).get_json()
    first, second = kept["people"]
    assert first["told"][0] == "2 次没有收到签到。", "the reasons are those of that day"
    assert (first["decision"], first["follow_up_on"], second["told"]) == ("本周走访", "2026-03-06", [])
    assert (kept["review"]["people"], kept["review"]["attended"]) == (2, "姜文静、徐敏")
    assert client.get(REVIEWS, headers=headers).get_json()["items"][0]["id"] == body["id"]
    with transaction(undone) as tx:
        tx.execute(update(Subject).values(minor_regime=True))
    sealed = client.get(f"{REVIEWS}/{body['id']}", headers=headers).get_json()["people"][0]
    assert (sealed["subject_name"], sealed["decision"], sealed["told"]) == ("未成年人", None, [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"week": "2026-02-24"}, "review_week_unfit"),
        ({"held_on": "2026-03-03"}, "review_week_unfit"),
        ({"held_on": "2026-02-22"}, "review_week_unfit"),
        ({"week": "2026-03-09", "held_on": "2026-03-09"}, "review_week_unfit"),
        ({"people": [{"subject_id": str(UUID(int=9)), "decision": "走访"}]}, "review_unknown_person"),
    ],
)
def test_a_meeting_that_cannot_have_been(
    client: FlaskClient, headers: Headers, people: dict[str, UUID], tree: Tree, changes: Json, code: str
) -> None:
    answer = client.post(REVIEWS, json=a_meeting(tree, people["missed"], **changes), headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    twice = client.post(REVIEWS, json=a_meeting(tree, people["missed"], people["missed"]), headers=headers)
    assert twice.get_json()["code"] == "review_nobody"

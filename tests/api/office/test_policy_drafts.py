"""A draft of the policy from its beginning to the day on which it holds, over the office's interface."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store import policies
from app.store.session import transaction
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.offices import Tree, a_tree, whole_table
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/policy-drafts"
DAY = timedelta(days=1)
Headers = dict[str, str]
Json = dict[str, Any]
SHORTER = shipped("jiangshan").replace("silence_h = 24", "silence_h = 12")


@pytest.fixture
def tree(undone: Engine) -> Tree:
    """The offices, with the shipped policy as it is: a draft differs from it by what is written here."""
    with transaction(undone) as tx:
        return a_tree(tx, policy=whole_table())


@pytest.fixture
def writer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_STAFF, login="writer", name="姜文静")


@pytest.fixture
def head(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_HEAD, login="head", name="毛敏")


@pytest.fixture
def writes(app: Flask, writer: Worker) -> Headers:
    return logged_in(app, writer)


@pytest.fixture
def decides(app: Flask, head: Worker) -> Headers:
    return logged_in(app, head)


def begun(client: FlaskClient, writes: Headers, tree: Tree, **more: Any) -> Json:
    body = {"id": str(uuid4()), "office_id": str(tree.county.id), **more}
    answer = client.post(URL, json=body, headers=writes)
    assert answer.status_code == 201, answer.text
    made: Json = answer.get_json()
    return made


def ask(client: FlaskClient, headers: Headers, draft: Json, do: str, **body: Any) -> Any:
    return client.post(f"{URL}/{draft['head']['id']}/{do}", json=body, headers=headers)


def submitted(client: FlaskClient, writes: Headers, tree: Tree, **body: Any) -> Json:
    draft = begun(client, writes, tree, content=SHORTER)
    answer = ask(client, writes, draft, "submit", revision=1, why="缩短失联时限", **body)
    assert answer.status_code == 200, answer.text
    made: Json = answer.get_json()
    return made


def test_from_the_first_word_to_the_day_on_which_it_holds(
    undone: Engine, client: FlaskClient, writes: Headers, decides: Headers, tree: Tree, head: Worker, writer: Worker
) -> None:
    draft = begun(client, writes, tree)
    assert (draft["changes"], draft["head"]["revision"], draft["head"]["state"]) == ([], 1, "draft")
    url = f"{URL}/{draft['head']['id']}"
    written = client.put(url, json={"revision": 1, "content": SHORTER}, headers=writes).get_json()
    assert [change["told"] for change in written["changes"]] == ["失联时限(小时):由 24 改为 12。"]
    assert written["text"] == SHORTER, "an expert's comments stay"

    from_at = (MONDAY + 7 * DAY).isoformat()
    handed_in = ask(client, writes, draft, "submit", revision=2, why="与公安联动", effective_from=from_at).get_json()
    assert (handed_in["head"]["state"], handed_in["head"]["why"]) == ("submitted", "与公安联动")
    told = client.get("/api/office/v1/notices", headers=decides).get_json()["items"]
    assert [notice["code"] for notice in told] == ["policy_draft_submitted"]

    approved = ask(client, decides, draft, "approve", revision=3).get_json()
    assert approved["head"]["state"] == "approved"
    assert [step["step"] for step in approved["steps"]] == ["approved", "submitted", "edited", "begun"]
    version = client.get(f"/api/office/v1/policies/{approved['head']['version_id']}", headers=decides).get_json()
    assert (version["effective_from"], version["second_person"], version["created_by"]) == (
        "2026-03-09T09:00:00+08:00",
        True,
        "毛敏",
    )
    with transaction(undone) as tx:
        hours = [
            policies.of_office(tx, tree.office.id, at=at).policy.silence_h
            for at in (MONDAY + 7 * DAY - timedelta(seconds=1), MONDAY + 7 * DAY)
        ]
        acts = tx.execute(text("SELECT action, actor_id FROM audit WHERE action LIKE 'polic%' ORDER BY id")).all()
    assert hours == [24, 12]
    assert [tuple(act) for act in acts] == [
        ("policy_drafts.begin", writer.id),
        ("policy_drafts.edit", writer.id),
        ("policy_drafts.submit", writer.id),
        ("policy_drafts.approve", head.id),
        ("policy.adopt", head.id),
    ]
    codes = [one["code"] for one in client.get("/api/office/v1/notices", headers=writes).get_json()["items"]]
    assert codes == ["policy_draft_approved"]
    changes = client.get(f"/api/office/v1/policies/{approved['head']['version_id']}/changes", headers=writes).get_json()
    assert changes["since_id"] == str(tree.policy_version_id)
    assert [change["key"] for change in changes["changes"]] == ["silence_h"]


def test_whoever_wrote_in_it_does_not_approve_it(
    undone: Engine, app: Flask, client: FlaskClient, writes: Headers, decides: Headers, tree: Tree
) -> None:
    draft = begun(client, writes, tree)
    with transaction(undone) as tx:
        both = a_user(tx, tree.county, Role.COUNTY_STAFF, login="both")
        again = a_user(tx, tree.county, Role.COUNTY_HEAD, login="both-head")
        tx.execute(
            text("UPDATE user_roles SET user_id = :user WHERE user_id = :head"), {"user": both.id, "head": again.id}
        )
    headers = logged_in(app, both)
    client.put(f"{URL}/{draft['head']['id']}", json={"revision": 1, "content": SHORTER}, headers=headers)
    ask(client, writes, draft, "submit", revision=2, why="缩短失联时限")
    refused = ask(client, headers, draft, "approve", revision=3)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "second_person_needed")
    assert ask(client, headers, draft, "return", revision=3, note="不行").status_code == 403
    assert ask(client, writes, draft, "approve", revision=3).status_code == 403
    assert ask(client, decides, draft, "approve", revision=3).status_code == 200


def test_it_goes_back_is_mended_and_given_up(
    client: FlaskClient, writes: Headers, decides: Headers, tree: Tree
) -> None:
    draft = submitted(client, writes, tree)
    url = f"{URL}/{draft['head']['id']}"
    body = {"revision": 2, "content": shipped("demo")}
    locked = client.put(url, json=body, headers=writes)
    assert (locked.status_code, locked.get_json()["code"]) == (409, "draft_submitted")
    back = ask(client, decides, draft, "return", revision=2, note="请先试算").get_json()
    assert (back["head"]["state"], back["steps"][0]["note"]) == ("returned", "请先试算")
    mended = client.put(url, json={**body, "revision": 3}, headers=writes).get_json()
    assert mended["head"]["state"] == "draft"
    stale = client.put(url, json={**body, "revision": 3}, headers=writes)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "draft_changed")
    second = client.post(URL, json={"id": str(uuid4()), "office_id": str(tree.county.id)}, headers=writes)
    assert (second.status_code, second.get_json()["code"]) == (409, "draft_open_already")
    assert ask(client, writes, draft, "withdraw", revision=4).get_json()["head"]["state"] == "withdrawn"
    assert begun(client, writes, tree)["head"]["state"] == "draft"
    listed = client.get(URL, query_string={"only_open": "true"}, headers=writes).get_json()["items"]
    assert [one["state"] for one in listed] == ["draft"]


def test_what_another_version_overtook_is_seen_and_handed_in_anew(
    client: FlaskClient, writes: Headers, decides: Headers, tree: Tree, clock: TestClock
) -> None:
    draft = submitted(client, writes, tree)
    alone = {"id": str(uuid4()), "office_id": str(tree.county.id), "content": shipped("demo")}
    made = client.post("/api/office/v1/policies", json=alone, headers=decides)
    assert (made.status_code, made.get_json()["second_person"]) == (201, False)
    codes = {one["code"] for one in client.get("/api/office/v1/notices", headers=writes).get_json()["items"]}
    assert "policy_adopted_alone" in codes
    clock.advance(hours=1)
    late = ask(client, decides, draft, "approve", revision=2)
    assert (late.status_code, late.get_json()["code"]) == (409, "draft_base_changed")
    back = ask(client, decides, draft, "return", revision=2, note="已有新版本").get_json()
    assert back["is_behind"] is True
    anew = ask(client, writes, draft, "submit", revision=3, why="缩短失联时限").get_json()
    assert (anew["is_behind"], len(anew["changes"]) > 5) == (False, True)
    assert ask(client, decides, draft, "approve", revision=4).status_code == 200


def test_a_version_that_has_not_begun_can_be_replaced_by_a_later_decision(
    undone: Engine, client: FlaskClient, writes: Headers, decides: Headers, tree: Tree
) -> None:
    """A wrong year that two people overlooked must not shut the door until then."""
    far = (MONDAY + 3650 * DAY).isoformat()
    first = submitted(client, writes, tree, effective_from=far)
    wrong = ask(client, decides, first, "approve", revision=2).get_json()["head"]["version_id"]
    again = begun(client, writes, tree, content=SHORTER.replace("silence_h = 12", "silence_h = 6"))
    assert again["head"]["base_version_id"] == wrong
    ask(client, writes, again, "submit", revision=1, why="年份写错", effective_from=(MONDAY + 7 * DAY).isoformat())
    approved = ask(client, decides, again, "approve", revision=2)
    assert approved.status_code == 200, approved.text
    with transaction(undone) as tx:
        hours = [
            policies.of_office(tx, tree.office.id, at=MONDAY + days * DAY).policy.silence_h for days in (0, 7, 3651)
        ]
    assert hours == [24, 6, 6]
    versions = client.get("/api/office/v1/policies", headers=writes).get_json()["items"]
    assert [(one["never_held"], one["effective_from"][:4]) for one in versions] == [
        (True, "2036"),
        (False, "2026"),
        (False, versions[-1]["effective_from"][:4]),
    ]
    assert versions[0]["effective_to"] == versions[0]["effective_from"]
    changed = client.get(f"/api/office/v1/policies/{wrong}/changes", headers=writes).get_json()
    assert changed["since_id"] == str(tree.policy_version_id)


def test_faults_are_told_with_their_lines_and_nothing_is_kept(client: FlaskClient, writes: Headers, tree: Tree) -> None:
    draft = begun(client, writes, tree)
    faulty = SHORTER.replace("silence_h = 12", "silence_h = -1")
    answer = client.put(f"{URL}/{draft['head']['id']}", json={"revision": 1, "content": faulty}, headers=writes)
    (error,) = answer.get_json()["errors"]
    line = next(n for n, row in enumerate(faulty.splitlines(), 1) if row.startswith("silence_h"))
    assert (answer.status_code, error["line"], error["field"]) == (422, line, "content.silence_h")
    same = ask(client, writes, draft, "submit", revision=1, why="没有改动")
    assert (same.status_code, same.get_json()["code"]) == (422, "policy_unchanged")


def test_repeats_and_reach(client: FlaskClient, writes: Headers, tree: Tree) -> None:
    body = {"id": str(uuid4()), "office_id": str(tree.county.id)}
    first = client.post(URL, json=body, headers=writes)
    again = client.post(URL, json=body, headers=writes)
    other = client.post(URL, json={**body, "office_id": str(tree.office.id)}, headers=writes)
    assert (first.status_code, again.status_code, other.get_json()["code"]) == (201, 200, "id_reused")
    assert first.get_json() == again.get_json()
    beyond = {"id": str(uuid4()), "office_id": str(tree.other_county.id)}
    assert client.post(URL, json=beyond, headers=writes).status_code == 404
    assert client.get(f"{URL}/{UUID(int=5)}", headers=writes).status_code == 404

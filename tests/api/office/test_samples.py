"""A sample from the lot to the closing word, and what each looks like to those who may not draw."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text, update

from app.actions.record_visit import record_visit
from app.models.subject import Subject
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.visits import a_new_record

URL = "/api/office/v1/samples"
DAY = timedelta(days=1)
Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="officer", name="徐敏")


@pytest.fixture
def neighbour(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.second_office, login="neighbour")


@pytest.fixture
def records(undone: Engine, officer: Worker, neighbour: Worker) -> list[UUID]:
    """Six visits of one officer and one of another, and a correction, which is no record of its own."""
    with transaction(undone) as tx:
        mine = a_subject(tx, officer, key="mine", name="王立新", at=MONDAY - 40 * DAY).id
        theirs = a_subject(tx, neighbour, key="theirs", name="毛建国", at=MONDAY - 40 * DAY).id
        made = [a_new_record(mine, MONDAY - n * DAY) for n in range(1, 7)]
        for one in made:
            record_visit(tx, officer.actor, one, now=MONDAY)
        record_visit(tx, officer.actor, a_new_record(mine, MONDAY - DAY, corrects_id=made[0].id), now=MONDAY)
        other = a_new_record(theirs, MONDAY - DAY)
        record_visit(tx, neighbour.actor, other, now=MONDAY)
        return [*(one.id for one in made), other.id]


@pytest.fixture
def county(app: Flask, undone: Engine, tree: Tree) -> Headers:
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF, login="county"))


@pytest.fixture
def writes(app: Flask, officer: Worker) -> Headers:
    return logged_in(app, officer)


def a_draw(tree: Tree, **changes: Any) -> Json:
    return {
        "id": str(uuid4()),
        "office_id": str(tree.county.id),
        "from_day": "2026-02-01",
        "to_day": "2026-03-02",
        "size": 3,
        "why": "月度抽检",
        **changes,
    }


def drawn(client: FlaskClient, headers: Headers, body: Json) -> list[str]:
    made = client.post(URL, json=body, headers=headers)
    assert made.status_code == 201, made.text
    return drawn_of(client, headers, body)


def drawn_of(client: FlaskClient, headers: Headers, body: Json) -> list[str]:
    whole = client.get(f"{URL}/{body['id']}", headers=headers).get_json()
    return [record["record_id"] for record in whole["records"]]


def test_a_draw_is_recorded_and_can_be_drawn_again(
    client: FlaskClient, county: Headers, tree: Tree, records: list[UUID], undone: Engine
) -> None:
    body = a_draw(tree)
    first = drawn(client, county, body)
    again = client.post(URL, json=body, headers=county)
    seed = again.get_json()["seed"]
    by_lot = sorted(map(str, records), key=lambda one: sha256(f"{seed}|{one}".encode()).digest())
    assert (first, body["id"] in seed) == (by_lot[:3], False), "whoever has the seed draws the same"
    assert (again.status_code, again.get_json()["population"], len(first)) == (200, 7, 3)
    assert client.post(URL, json={**body, "size": 4}, headers=county).get_json()["code"] == "id_reused"
    more = drawn(client, county, a_draw(tree, size=200))
    assert sorted(more) == sorted(map(str, records))
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT details FROM audit WHERE action = 'samples.draw' ORDER BY id")).scalars().all()
        with pytest.raises(Exception, match=r"refuse|only|never|allowed|denied"), tx.begin_nested():
            tx.execute(text("UPDATE samples SET size = 1"))
    assert [(act["size"], act["population"]) for act in acts] == [(3, 7), (200, 7)]


def test_where_a_draw_looks(
    client: FlaskClient, county: Headers, tree: Tree, records: list[UUID], officer: Worker
) -> None:
    def size(**changes: Any) -> int:
        return len(drawn(client, county, a_draw(tree, size=200, **changes)))

    assert size(office_id=str(tree.office.id)) == 6
    assert size(officer_id=str(officer.id)) == 6
    assert size(item="访1") == 7
    assert size(from_day="2026-02-28", to_day="2026-03-01") == 3
    for empty in ({"item": "访9"}, {"from_day": "2026-02-01", "to_day": "2026-02-01"}):
        answer = client.post(URL, json=a_draw(tree, **empty), headers=county)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "sample_empty")
    ahead = client.post(URL, json=a_draw(tree, to_day="2026-03-03"), headers=county)
    assert (ahead.status_code, ahead.get_json()["code"]) == (422, "days_unfit")
    assert client.post(URL, json=a_draw(tree, office_id=str(tree.other_county.id)), headers=county).status_code == 404


def test_looked_at_asked_answered_and_closed(
    client: FlaskClient, county: Headers, writes: Headers, tree: Tree, records: list[UUID], undone: Engine
) -> None:
    body = a_draw(tree, office_id=str(tree.office.id))
    record = f"{URL}/{body['id']}/records/{drawn(client, county, body)[0]}"

    def add(kind: str, note: str) -> Any:
        return client.post(f"{record}/entries", json={"id": str(uuid4()), "kind": kind, "note": note}, headers=county)

    assert add("note", "清楚").get_json()["code"] == "sample_not_looked_at"
    seen = client.get(record, headers=county).get_json()
    client.get(record, headers=county)
    assert (seen["state"], seen["note"], seen["officer_name"]) == ("looked", "在家中见到本人,情况稳定", "徐敏")
    assert add("question", "为什么没有照片?").get_json()["state"] == "asked"
    assert add("closed", "好").get_json()["code"] == "sample_question_open"

    told = client.get("/api/office/v1/notices", headers=writes).get_json()["items"]
    assert [notice["code"] for notice in told] == ["sample_question"]
    (asked,) = client.get("/api/office/v1/sample-questions", headers=writes).get_json()["items"]
    assert asked["entries"][-1]["note"] == "为什么没有照片?"
    reply = {"id": str(uuid4()), "note": "当时手机没电。"}
    own = client.post(f"{record}/answer", json=reply, headers=county)
    assert (own.status_code, own.get_json()["code"]) == (403, "sample_own_question")
    for status in (201, 200):
        answer = client.post(f"{record}/answer", json=reply, headers=writes)
        assert (answer.status_code, answer.get_json()["items"]) == (status, [])
    codes = [one["code"] for one in client.get("/api/office/v1/notices", headers=county).get_json()["items"]]
    assert "sample_answer" in codes
    closed = add("closed", "属实").get_json()
    assert [entry["kind"] for entry in closed["entries"]] == ["looked", "question", "answer", "closed"]
    assert add("note", "再看").get_json()["code"] == "sample_closed"
    second = f"{URL}/{body['id']}/records/{drawn_of(client, county, body)[1]}/entries"
    reused = {"id": closed["entries"][-1]["id"], "kind": "closed", "note": "属实"}
    assert client.post(second, json=reused, headers=county).get_json()["code"] == "id_reused", "kept for another record"
    head = client.get(f"{URL}/{body['id']}", headers=county).get_json()["sample"]
    assert (head["drawn"], head["closed"]) == (3, 1)
    with transaction(undone) as tx:
        looks = tx.execute(text("SELECT count(*) FROM audit WHERE action = 'samples.look'")).scalar_one()
    assert looks == 2, "each look is in the audit, one line for each person in the sample"


def test_a_procurator_reads_and_does_nothing(
    client: FlaskClient, county: Headers, app: Flask, tree: Tree, records: list[UUID], undone: Engine
) -> None:
    body = a_draw(tree)
    record = f"{URL}/{body['id']}/records/{drawn(client, county, body)[0]}"
    with transaction(undone) as tx:
        procurator = a_user(tx, tree.county, Role.PROCURATOR, login="procurator")
    headers = logged_in(app, procurator)
    assert client.get(record, headers=headers).get_json()["state"] == "drawn"
    assert client.post(URL, json=a_draw(tree), headers=headers).status_code == 403
    note = {"id": str(uuid4()), "kind": "note", "note": "看过"}
    assert client.post(f"{record}/entries", json=note, headers=headers).status_code == 403
    with transaction(undone) as tx:
        who = tx.execute(text("SELECT actor_id FROM audit WHERE action = 'samples.look'")).scalars().all()
    assert who == [procurator.id]


def test_minors_stay_sealed_and_offices_apart(
    client: FlaskClient, county: Headers, app: Flask, tree: Tree, records: list[UUID], undone: Engine, neighbour: Worker
) -> None:
    with transaction(undone) as tx:
        tx.execute(update(Subject).values(minor_regime=True))
    body = a_draw(tree, office_id=str(tree.office.id))
    found = drawn(client, county, body)
    whole = client.get(f"{URL}/{body['id']}", headers=county)
    seen = client.get(f"{URL}/{body['id']}/records/{found[0]}", headers=county).get_json()
    assert "王立新" not in whole.text
    assert (seen["subject_name"], seen["note"]) == ("未成年人", None)
    ask = {"id": str(uuid4()), "kind": "question", "note": "请说明"}
    client.post(f"{URL}/{body['id']}/records/{found[0]}/entries", json=ask, headers=county)
    headers = logged_in(app, neighbour)
    assert client.get("/api/office/v1/sample-questions", headers=headers).get_json()["items"] == []
    answer = {"id": str(uuid4()), "note": "不是我写的"}
    assert client.post(f"{URL}/{body['id']}/records/{found[0]}/answer", json=answer, headers=headers).status_code == 404

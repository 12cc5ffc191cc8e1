"""Judgments through HTTP: the notice, what is shown of papers and arrival, receipts, and a confirmed 漏管."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import an_id_number
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/judgments"
SUBJECTS = "/api/office/v1/subjects"
NUMBER = an_id_number()
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def a_body(officer: Worker, **changed: Any) -> Json:
    return {
        "id": str(uuid4()),
        "subject": {"id": str(uuid4()), "name": "李晓东", "id_number": NUMBER},
        "office_id": str(officer.office.id),
        "category": "probation",
        "decided_by": "江山市人民法院",
        "effective_on": "2026-03-02",
        **changed,
    }


class Desk:
    """The officer's requests, each of which must succeed."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    def post(self, path: str, body: Json, status: int = 200) -> Json:
        answer = self._client.post(path, json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json or {}

    def get(self, path: str, **query: Any) -> Json:
        answer = self._client.get(path, query_string=query, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json or {}

    def listed(self, **query: Any) -> list[str]:
        return [item["id"] for item in self.get(URL, **query)["items"]]


@pytest.fixture
def desk(client: FlaskClient, headers: dict[str, str]) -> Desk:
    return Desk(client, headers)


def test_a_notice_opens_the_ten_days(desk: Desk, officer: Worker) -> None:
    body = a_body(officer)
    receipt = desk.post(URL, body, 201)
    assert receipt["subject_id"] == body["subject"]["id"]
    shown = desk.get(f"{URL}/{receipt['id']}")
    expected = {
        "state": "running",
        "obligor": "subject",
        "due_at": "2026-03-13T00:00:00+08:00",
        "papers": "awaited",
        "arrival": "awaited",
        "subject_name": "李晓东",
        "confirmed_at": None,
    }
    assert {key: shown[key] for key in expected} == expected


def test_the_same_notice_again_is_answered_200(desk: Desk, client: FlaskClient, officer: Worker, headers: Json) -> None:
    body = a_body(officer)
    assert desk.post(URL, body, 201) == desk.post(URL, body, 200)
    other = client.post(URL, json={**body, "category": "parole"}, headers=headers)
    assert (other.status_code, (other.json or {})["code"]) == (409, "id_reused")


def test_papers_and_arrival_stand_each_for_itself(desk: Desk, officer: Worker, clock: TestClock) -> None:
    body = a_body(officer)
    judgment = f"{URL}/{desk.post(URL, body, 201)['id']}"
    clock.advance(timedelta(days=11))
    assert [desk.get(judgment)[key] for key in ("state", "papers", "arrival")] == ["overdue"] * 3
    late = desk.post(f"{judgment}/papers", {"papers_on": "2026-03-13"})
    assert [late[key] for key in ("papers", "arrival")] == ["late", "overdue"]
    in_time = desk.post(f"{judgment}/papers", {"papers_on": "2026-03-12"})
    assert [in_time[key] for key in ("papers", "arrival")] == ["in_time", "overdue"]
    desk.post(SUBJECTS, a_registration(officer), 201)
    assert [desk.get(judgment)[key] for key in ("state", "papers", "arrival")] == ["done", "in_time", "late"]


def a_registration(officer: Worker) -> Json:
    return {
        "id": str(uuid4()),
        "name": "李晓东",
        "id_number": NUMBER,
        "category": "probation",
        "class": "strict",
        "channel": "no_smartphone",
        "office_id": str(officer.office.id),
    }


def test_registration_keeps_the_number_that_the_notice_gave(desk: Desk, officer: Worker) -> None:
    receipt = desk.post(URL, a_body(officer), 201)
    registered = desk.post(SUBJECTS, a_registration(officer), 201)
    assert (registered["id"], registered["subject_no"]) == (receipt["subject_id"], receipt["subject_no"])


def test_outside_prison_the_clock_waits_for_the_organs_receipt(desk: Desk, officer: Worker) -> None:
    judgment = f"{URL}/{desk.post(URL, a_body(officer, category='outside_prison'), 201)['id']}"
    waiting = desk.get(judgment)
    assert [waiting[key] for key in ("state", "due_at", "arrival")] == ["awaiting_receipt", None, None]
    running = desk.post(f"{judgment}/receipt", {"received_on": "2026-03-02"})
    assert [running[key] for key in ("state", "obligor", "due_at")] == [
        "running",
        "handing_organ",
        "2026-03-13T00:00:00+08:00",
    ]


def test_a_missed_intake_is_confirmed_once_it_is_overdue(
    desk: Desk, client: FlaskClient, officer: Worker, headers: Json, clock: TestClock
) -> None:
    judgment = f"{URL}/{desk.post(URL, a_body(officer), 201)['id']}"
    body = {"id": str(uuid4()), "reason": "多方查找未果"}
    early = client.post(f"{judgment}/confirm-missed-intake", json=body, headers=headers)
    assert (early.status_code, (early.json or {})["code"]) == (409, "intake_not_overdue")
    clock.advance(timedelta(days=11))
    logged = desk.post(f"{judgment}/confirm-missed-intake", body, 201)
    assert (logged["officer_id"], logged["reason"]) == (str(officer.id), "多方查找未果")
    clock.advance(timedelta(days=1))
    assert desk.post(f"{judgment}/confirm-missed-intake", body, 200) == logged
    assert desk.get(judgment)["state"] == "confirmed"
    second = client.post(f"{judgment}/confirm-missed-intake", json={**body, "id": str(uuid4())}, headers=headers)
    assert (second.status_code, (second.json or {})["code"]) == (409, "already_confirmed")


def test_lists_are_narrowed_by_state_and_paged(desk: Desk, officer: Worker, clock: TestClock) -> None:
    made: dict[str, str] = {}
    for state, changed in {
        "awaiting_receipt": {"category": "outside_prison"},
        "overdue": {"effective_on": "2026-01-05"},
        "running": {},
        "called_off": {},
        "done": {},
    }.items():
        clock.advance(timedelta(minutes=1))
        subject = {"id": str(uuid4()), "name": state}
        made[state] = desk.post(URL, a_body(officer, subject=subject, **changed), 201)["id"]
        if state == "called_off":
            desk.post(f"{SUBJECTS}/{subject['id']}/end", {"reason": "death"})
        if state == "done":
            registration = {**a_registration(officer), "id": subject["id"]}
            desk.post(SUBJECTS, registration, 201)
    assert {state: desk.listed(state=state) for state in made} == {state: [one] for state, one in made.items()}
    newest_first = list(reversed(made.values()))
    page = desk.get(URL, limit=3)
    rest = desk.get(URL, limit=3, cursor=page["next_cursor"])
    assert [item["id"] for item in page["items"] + rest["items"]] == newest_first
    assert desk.listed(subject_id=desk.get(f"{URL}/{made['running']}")["subject_id"]) == [made["running"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"effective_on": "2020-06-30"}, "effective_on"),
        ({"effective_on": "1999-12-31"}, "effective_on"),
        ({"effective_on": "2026-02-30"}, "effective_on"),
        ({"category": "fine"}, "category"),
        ({"subject": {"id": "x", "name": "李晓东"}}, "subject.id"),
        ({"subject": {"id": str(uuid4()), "name": "李晓东", "id_number": "1"}}, "subject.id_number"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient, officer: Worker, headers: Json, changed: Json, field: str
) -> None:
    refused = client.post(URL, json=a_body(officer, **changed), headers=headers)
    assert refused.status_code == 422
    assert [error["field"] for error in (refused.json or {})["errors"]] == [field]


def test_days_that_have_not_begun_are_refused(desk: Desk, client: FlaskClient, officer: Worker, headers: Json) -> None:
    judgment = f"{URL}/{desk.post(URL, a_body(officer, category='outside_prison'), 201)['id']}"
    for path, field in (("papers", "papers_on"), ("receipt", "received_on")):
        refused = client.post(f"{judgment}/{path}", json={field: "2026-03-03"}, headers=headers)
        assert (refused.status_code, (refused.json or {})["code"]) == (422, "date_ahead")


def test_lists_seal_the_name_of_a_minor(
    desk: Desk, client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker
) -> None:
    subject = {"id": str(uuid4()), "name": "赵小虎", "birth_date": "2009-01-01"}
    desk.post(URL, a_body(officer, subject=subject), 201)
    with transaction(undone) as tx:
        county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    assert "赵小虎" not in client.get(URL, headers=county).text


def test_no_answer_holds_the_identity_number(client: FlaskClient, officer: Worker, headers: Json) -> None:
    body = a_body(officer)
    answers = [
        client.post(URL, json=body, headers=headers),
        client.get(URL, headers=headers),
        client.get(f"{URL}/{body['id']}", headers=headers),
        client.post(URL, json=a_body(officer), headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 409]
    assert not [answer.text for answer in answers if NUMBER in answer.text]

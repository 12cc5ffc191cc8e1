"""Subjects through HTTP: registration, lists, one file, changes, the identity number, the end."""

import logging
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.effects import Decision, RaiseAlert
from app.rules.facts import About, AlertKind, Cause, Reason, Role, Strength
from app.simulation.clock import TestClock
from app.store import effects
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import ASubject, a_subject, an_id_number
from tests.builders.users import PASSWORD, Worker, a_user, logged_in

URL = "/api/office/v1/subjects"
NUMBER = an_id_number()


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def subject(undone: Engine, officer: Worker) -> ASubject:
    with transaction(undone) as tx:
        return a_subject(tx, officer, id_number=NUMBER)


@pytest.fixture
def stranger(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    """Somebody with every right, in the office next door."""
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.second_office))


def a_body(officer: Worker, **changed: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "王小明",
        "sex": "male",
        "birth_date": "1990-05-17",
        "phone": "13911110000",
        "category": "probation",
        "class": "normal",
        "term_from": "2026-03-02",
        "term_to": "2027-03-01",
        "office_id": str(officer.office.id),
        "officer_id": str(officer.id),
        "home": {"lon": 118.627, "lat": 28.738},
        "home_address": "双塔街道",
        "contacts": [{"name": "王父", "relation": "父亲", "phone": "13900000000"}],
        "login": "wang",
        "password": PASSWORD,
        **changed,
    }


def test_a_subject_is_registered_logs_in_and_sees_duties(
    client: FlaskClient, officer: Worker, headers: dict[str, str]
) -> None:
    answer = client.post(URL, json=a_body(officer), headers=headers)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["subject_no"] == "330881202600001"
    assert answer.json["registered_at"] == "2026-03-02T09:00:00+08:00"
    device = {"id": str(uuid4()), "platform": "android"}
    session = client.post("/api/mobile/v1/sessions", json={"login": "wang", "password": PASSWORD, "device": device})
    assert session.status_code == 201, session.text


def test_the_same_request_again_is_answered_200_with_the_same_receipt(
    client: FlaskClient, clock: TestClock, officer: Worker, headers: dict[str, str]
) -> None:
    body = a_body(officer, id_number=NUMBER)
    first = client.post(URL, json=body, headers=headers)
    clock.advance(timedelta(hours=1))
    again = client.post(URL, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = client.post(URL, json={**body, "name": "王大明"}, headers=headers)
    assert (other.status_code, other.json and other.json["code"]) == (409, "id_reused")


def test_the_file_shows_what_is_on_record(
    client: FlaskClient, officer: Worker, headers: dict[str, str], tree: Tree
) -> None:
    body = a_body(officer, id_number=NUMBER, home={"lon": 118.6317, "lat": 28.7352, "datum": "gcj02"})
    created = client.post(URL, json=body, headers=headers).json
    assert created is not None
    shown = client.get(f"{URL}/{created['id']}", headers=headers).json
    assert shown is not None
    expected = {
        "name": "王小明",
        "class": "normal",
        "id_number": f"330*************{NUMBER[-2:]}",
        "birth_date": "1990-05-17",
        "office_name": "双塔司法所",
        "officer_name": officer.name,
        "days_left": 364,
        "login": "wang",
        "contacts": [{"name": "王父", "relation": "父亲", "phone": "13900000000"}],
        "last_heard_at": None,
        "last_position": None,
        "minor_regime": False,
        "unclosed_alerts": 0,
    }
    assert {key: shown[key] for key in expected} == expected
    assert shown["open_duties"] > 0, "what is owed from intake on"
    assert shown["permitted_area"]["name"] == "江山市"
    assert shown["home"]["given"] == {"lon": 118.6317, "lat": 28.7352, "datum": "gcj02"}
    assert shown["home"]["lon"] == pytest.approx(118.627, abs=0.001)


def test_no_answer_but_the_reveal_and_no_log_holds_the_whole_number(
    client: FlaskClient, headers: dict[str, str], officer: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    created = client.post(URL, json=a_body(officer, id_number=NUMBER), headers=headers)
    subject_id = (created.json or {})["id"]
    answers = [
        created,
        client.get(URL, headers=headers),
        client.get(f"{URL}/{subject_id}", headers=headers),
        client.get(f"{URL}/{subject_id}/timeline", headers=headers),
        client.post(f"{URL}/find", json={"id_number": NUMBER}, headers=headers),
        client.post(URL, json=a_body(officer, id_number=NUMBER, login="wang-2"), headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 409]
    assert not [answer.text for answer in answers if NUMBER in answer.text]
    assert NUMBER not in caplog.text


def test_the_number_is_revealed_for_a_reason_that_is_recorded(
    client: FlaskClient, undone: Engine, subject: ASubject, headers: dict[str, str], officer: Worker
) -> None:
    path = f"{URL}/{subject.id}/id-number/reveal"
    assert client.post(path, json={}, headers=headers).status_code == 422
    revealed = client.post(path, json={"reason": "核对文书"}, headers=headers)
    assert revealed.json == {"id_number": NUMBER}
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT actor_id, reason FROM audit WHERE action = 'identity.reveal'")).all()
    assert [tuple(act) for act in acts] == [(officer.id, "核对文书")]


def test_a_subject_is_found_by_identity_number_in_a_body_never_in_an_address(
    client: FlaskClient, subject: ASubject, headers: dict[str, str], stranger: dict[str, str]
) -> None:
    found = client.post(f"{URL}/find", json={"id_number": NUMBER.lower()}, headers=headers)
    assert [item["id"] for item in (found.json or {})["items"]] == [str(subject.id)]
    assert client.post(f"{URL}/find", json={"id_number": NUMBER}, headers=stranger).json == {"items": []}
    refused = client.get(URL, query_string={"q": NUMBER}, headers=headers)
    assert (refused.status_code, (refused.json or {})["code"]) == (422, "id_number_in_address")
    unfit = client.post(f"{URL}/find", json={"id_number": "330881199005170000"}, headers=headers)
    assert (unfit.status_code, (unfit.json or {})["code"]) == (422, "id_number_unfit")


def test_lists_are_paged_and_narrowed(
    client: FlaskClient, undone: Engine, officer: Worker, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        made = [a_subject(tx, officer, name=name) for name in ("王小明", "李大伟", "王%_")]
    first = client.get(URL, query_string={"limit": 2}, headers=headers).json or {}
    rest = client.get(URL, query_string={"limit": 2, "cursor": first["next_cursor"]}, headers=headers).json or {}
    assert [item["id"] for item in first["items"] + rest["items"]] == [str(one.id) for one in made]
    assert rest["next_cursor"] is None
    for q, names in {"王": ["王小明", "王%_"], "大": ["李大伟"], "%": ["王%_"], made[1].subject_no: ["李大伟"]}.items():
        shown = client.get(URL, query_string={"q": q}, headers=headers).json or {}
        assert [item["name"] for item in shown["items"]] == names
    assert (client.get(URL, query_string={"class": "strict"}, headers=headers).json or {})["items"] == []
    assert (client.get(URL, query_string={"status": "ended"}, headers=headers).json or {})["items"] == []


def test_lists_seal_the_name_of_a_minor(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        minor = a_subject(tx, officer, name="赵小虎", born=date(2009, 1, 1))
        county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    for reader in (headers, county):
        listed = client.get(URL, headers=reader)
        assert "赵小虎" not in listed.text
    assert (client.get(f"{URL}/{minor.id}", headers=headers).json or {})["name"] == "赵小虎"


def test_a_change_of_class_is_answered_201_and_again_200(
    client: FlaskClient, clock: TestClock, subject: ASubject, headers: dict[str, str]
) -> None:
    body = {"id": str(uuid4()), "class": "strict", "reason": "两次未签到"}
    answers = [client.post(f"{URL}/{subject.id}/class-change", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json == answers[1].json
    anonymous = {"class": "lenient", "reason": "表现良好"}
    assert client.post(f"{URL}/{subject.id}/class-change", json=anonymous, headers=headers).status_code == 201
    clock.advance(timedelta(seconds=1))
    assert client.post(f"{URL}/{subject.id}/class-change", json=anonymous, headers=headers).status_code == 409
    assert (client.get(f"{URL}/{subject.id}", headers=headers).json or {})["class"] == "lenient"


def test_a_change_is_written_and_shown(client: FlaskClient, subject: ASubject, headers: dict[str, str]) -> None:
    changed = client.patch(
        f"{URL}/{subject.id}",
        json={"phone": None, "home": {"lon": 118.87, "lat": 28.94}, "permitted_area": "330803"},
        headers=headers,
    )
    assert changed.status_code == 200
    assert changed.json is not None
    assert (changed.json["phone"], changed.json["permitted_area"]["code"]) == (None, "330800")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": "wang"}, "password"),
        ({"password": PASSWORD}, "login"),
        ({"login": "wang", "password": "11112222"}, "password"),
        ({"permitted_area": "999999"}, "permitted_area"),
        ({"home": {"lon": 118.6}}, "home.lat"),
        ({"home": {"lon": 118.6, "lat": 28.7, "datum": "mars"}}, "home.datum"),
        ({"birth_date": "1990-01-01"}, "birth_date"),
        ({"name": None}, "name"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient, subject: ASubject, headers: dict[str, str], changes: dict[str, Any], field: str
) -> None:
    refused = client.patch(f"{URL}/{subject.id}", json=changes, headers=headers)
    assert refused.status_code == 422
    assert [error["field"] for error in (refused.json or {})["errors"]] == [field]


def test_the_end_shuts_the_phone_out_at_once(client: FlaskClient, officer: Worker, headers: dict[str, str]) -> None:
    created = client.post(URL, json=a_body(officer), headers=headers).json or {}
    device = {"id": str(uuid4()), "platform": "android"}
    session = client.post(
        "/api/mobile/v1/sessions", json={"login": "wang", "password": PASSWORD, "device": device}
    ).json
    phone = {"Authorization": f"Bearer {(session or {})['access_token']}"}
    assert client.get("/api/mobile/v1/duties", headers=phone).status_code == 200
    ended = client.post(f"{URL}/{created['id']}/end", json={"reason": "completed"}, headers=headers)
    assert (ended.status_code, (ended.json or {})["reason"]) == (200, "completed")
    assert client.get("/api/mobile/v1/duties", headers=phone).status_code == 401
    refresh = {"refresh_token": (session or {})["refresh_token"]}
    assert client.post("/api/mobile/v1/sessions/refresh", json=refresh).status_code == 401
    again = {"login": "wang", "password": PASSWORD, "device": device}
    assert client.post("/api/mobile/v1/sessions", json=again).status_code == 401
    assert client.post(f"{URL}/{created['id']}/end", json={"reason": "completed"}, headers=headers).json == ended.json
    other = client.post(f"{URL}/{created['id']}/end", json={"reason": "death"}, headers=headers)
    assert (other.status_code, (other.json or {})["code"]) == (409, "already_ended")


def test_a_subject_of_the_next_office_is_not_found_anywhere(
    client: FlaskClient, subject: ASubject, stranger: dict[str, str]
) -> None:
    own = f"{URL}/{subject.id}"
    answers = [
        client.get(own, headers=stranger),
        client.patch(own, json={"name": "王大明"}, headers=stranger),
        client.get(f"{own}/timeline", headers=stranger),
        client.post(f"{own}/class-change", json={"class": "strict", "reason": "…"}, headers=stranger),
        client.post(f"{own}/end", json={"reason": "death"}, headers=stranger),
        client.post(f"{own}/id-number/reveal", json={"reason": "…"}, headers=stranger),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (client.get(URL, headers=stranger).json or {})["items"] == []


def test_the_timeline_tells_what_happened_and_joins_its_pages(
    client: FlaskClient, clock: TestClock, subject: ASubject, headers: dict[str, str]
) -> None:
    for class_ in ("strict", "normal", "lenient"):
        clock.advance(timedelta(hours=1))
        body = {"class": class_, "reason": "调整"}
        client.post(f"{URL}/{subject.id}/class-change", json=body, headers=headers)
    client.post(f"{URL}/{subject.id}/end", json={"reason": "completed"}, headers=headers)
    path = f"{URL}/{subject.id}/timeline"
    whole = (client.get(path, headers=headers).json or {})["items"]
    pages: list[Any] = []
    cursor = None
    for _ in range(len(whole)):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(path, query_string=query, headers=headers).json or {}
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    files = [(entry["what"], entry["state"]) for entry in whole if entry["section"] == "file"]
    assert files == [
        ("ended", "probation"),
        ("class", "lenient"),
        ("class", "normal"),
        ("class", "strict"),
        ("class", "normal"),
        ("registered", "probation"),
    ]
    duties = [entry for entry in whole if entry["section"] == "duty"]
    assert {(entry["state"], entry["sentence"]) for entry in duties} <= {("cancelled", "监管已结束,此项不再需要办理。")}
    assert whole == sorted(whole, key=lambda entry: str(entry["at"]), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyJhIl0=", "WyJhIiwiYiJd", "WyIyMDI2LTAzLTAyIiwiYiJd"])
def test_a_cursor_that_is_none_is_refused(
    client: FlaskClient, subject: ASubject, headers: dict[str, str], cursor: str
) -> None:
    answer = client.get(f"{URL}/{subject.id}/timeline", query_string={"cursor": cursor}, headers=headers)
    assert answer.status_code == 422


def test_an_outside_helper_sees_no_alerts_in_the_timeline(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        helper = a_user(tx, tree.office, Role.PROVIDER)
        officer = a_user(tx, tree.office)
        mine = a_subject(tx, helper.__class__(**{**vars(officer), "id": helper.id}))
        an_alert(tx, tree, mine.id, clock)
    path = f"{URL}/{mine.id}/timeline"
    sections = [
        {entry["section"] for entry in (client.get(path, headers=logged_in(app, who)).json or {})["items"]}
        for who in (officer, helper)
    ]
    assert sections == [{"file", "alert"}, {"file"}]


def an_alert(tx: Any, tree: Tree, subject_id: UUID, clock: TestClock) -> None:
    raised = RaiseAlert(
        subject_id,
        tree.office.id,
        AlertKind.LOST_CONTACT,
        About("subject", subject_id),
        About("silence", subject_id),
        clock.now(),
        clock.now(),
        Reason("missed_intake_no_record"),
        Cause.UNSURE,
        Strength.WEAK,
        "silence",
        tree.policy_version_id,
    )
    effects.apply(tx, [Decision((raised,))])

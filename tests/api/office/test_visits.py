"""Visits and talks over HTTP: receipts, refusals with their sentences, lists."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.clients.datum import Datum, from_wgs84
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import JIANGSHAN_HOME, a_subject
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.visits import a_body
from tests.statements import counted

VISITS, TALKS = "/api/office/v1/visits", "/api/office/v1/talks"
DAY = timedelta(days=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, name="徐建国")


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def subject_id(undone: Engine, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_subject(tx, officer, at=clock.now()).id


def now_of(app: Flask) -> datetime:
    at: datetime = app.extensions["deps"].now()
    return at


def other(app: Flask, undone: Engine, tree: Tree, office: str, role: Role) -> dict[str, str]:
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, getattr(tree, office), role))


def test_a_visit_is_answered_with_what_it_fulfilled(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    body = a_body(subject_id, clock.now(), met="本人与母亲")
    answer = client.post(VISITS, json=body, headers=headers)
    assert answer.status_code == 201
    receipt = answer.get_json()
    (item,) = receipt["items"]
    assert (item["item"], item["title"], item["outcome"]) == ("访1", "走访家庭", "fulfilled")
    assert item["due_at"] == "2026-03-13T00:00:00+08:00"
    assert receipt["happened_at"] == "2026-03-02T09:00:00+08:00"
    assert [reason["text"] for reason in receipt["reasons"]] == ["走访家庭:按期完成(最迟 3月12日)。", "没有附定位。"]
    again = client.post(VISITS, json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, receipt)
    changed = client.post(VISITS, json={**body, "note": "另一份"}, headers=headers)
    assert (changed.status_code, changed.get_json()["code"]) == (409, "id_reused")


def test_a_visit_shows_in_lists_and_in_full(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    position = {"lon": JIANGSHAN_HOME.lon, "lat": JIANGSHAN_HOME.lat, "accuracy_m": 20.0}
    body = a_body(subject_id, clock.now(), position=position, met="本人与母亲")
    client.post(VISITS, json=body, headers=headers)
    listed = client.get(VISITS, headers=headers).get_json()
    assert listed["next_cursor"] is None
    (row,) = listed["items"]
    assert (row["id"], row["subject_name"], row["officer_name"]) == (body["id"], "王小明", "徐建国")
    assert "note" not in row
    full = client.get(f"{VISITS}/{body['id']}", headers=headers).get_json()
    assert (full["note"], full["met"], full["home_distance_m"]) == (body["note"], "本人与母亲", 0.0)
    assert (full["lon"], full["lat"]) == (JIANGSHAN_HOME.lon, JIANGSHAN_HOME.lat)
    assert client.get(f"{TALKS}/{body['id']}", headers=headers).status_code == 404
    assert client.get(TALKS, headers=headers).get_json()["items"] == []


def test_a_place_from_a_chinese_map_is_measured_where_it_is(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    lon, lat = from_wgs84(JIANGSHAN_HOME.lon, JIANGSHAN_HOME.lat, Datum.GCJ02)
    position = {"lon": lon, "lat": lat, "accuracy_m": 20.0, "datum": "gcj02"}
    receipt = client.post(VISITS, json=a_body(subject_id, clock.now(), position=position), headers=headers).get_json()
    assert receipt["home_distance_m"] < 1
    raw = client.post(
        VISITS, json=a_body(subject_id, clock.now(), position={**position, "datum": "wgs84"}), headers=headers
    ).get_json()
    assert raw["home_distance_m"] > 300


def test_the_pair_that_was_sent_is_kept(
    client: FlaskClient, undone: Engine, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    position = {"lon": 118.63, "lat": 28.74, "accuracy_m": 20.0, "datum": "bd09"}
    client.post(VISITS, json=a_body(subject_id, clock.now(), position=position), headers=headers)
    with transaction(undone) as tx:
        given = tx.execute(text("SELECT place_given FROM records")).scalar_one()
    assert given == {"lon": 118.63, "lat": 28.74, "datum": "bd09"}


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("an unknown item", {"items": ["访9"]}, "unknown_item", "items.0"),
    ("an item of talks", {"items": ["谈1"]}, "item_of_other_kind", "items"),
    ("tomorrow", {"happened_at": "2026-03-03T09:00:00+08:00"}, "not_happened_yet", "happened_at"),
    ("corrects nothing", {"corrects_id": str(uuid4())}, "corrects_another_matter", "corrects_id"),
    ("no items", {"items": []}, "unreadable", "items"),
    ("an item twice", {"items": ["访1", "访1"]}, "unreadable", "items"),
    ("no note", {"note": ""}, "unreadable", "note"),
    ("a place off the earth", {"position": {"lon": 118, "lat": 91}}, "unreadable", "position.lat"),
    ("an unknown field", {"mood": "good"}, "unreadable", "mood"),
]


@pytest.mark.parametrize(
    ("changes", "code", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_kept_is_told_with_its_field(
    client: FlaskClient,
    headers: dict[str, str],
    subject_id: UUID,
    clock: TestClock,
    changes: dict[str, Any],
    code: str,
    field: str,
) -> None:
    answer = client.post(VISITS, json=a_body(subject_id, clock.now()) | changes, headers=headers)
    document = answer.get_json()
    assert (answer.status_code, document["code"]) == (422, code)
    assert [error["field"] for error in document["errors"]] == [field]
    assert client.get(VISITS, headers=headers).get_json()["items"] == []


def test_who_may_not_is_told_why(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    head = other(app, undone, tree, "county", Role.COUNTY_HEAD)
    answer = client.post(VISITS, json=a_body(subject_id, clock.now()), headers=head)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "item_not_yours")
    assert "走访家庭" in answer.get_json()["detail"]
    aide = other(app, undone, tree, "office", Role.AIDE)
    assert client.post(TALKS, json=a_body(subject_id, clock.now(), "谈1"), headers=aide).status_code == 403
    assert client.post(VISITS, json=a_body(subject_id, clock.now()), headers=aide).status_code == 201
    stranger = other(app, undone, tree, "other_office", Role.OFFICER)
    assert client.post(VISITS, json=a_body(subject_id, clock.now()), headers=stranger).status_code == 404


def test_a_correction_marks_the_record_that_it_puts_right(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    first = a_body(subject_id, clock.now() - timedelta(hours=1))
    client.post(VISITS, json=first, headers=headers)
    correction = a_body(subject_id, clock.now() - timedelta(hours=2), corrects_id=first["id"])
    receipt = client.post(VISITS, json=correction, headers=headers).get_json()
    assert receipt["reasons"][0]["text"] == "更正先前的一份记录,先前认定的完成情况不变。"
    rows = client.get(VISITS, headers=headers).get_json()["items"]
    assert {row["id"]: row["corrected"] for row in rows} == {first["id"]: True, correction["id"]: False}


def test_a_talk_after_its_end_is_late_and_written_later(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    happened_at = clock.now() + 4 * DAY
    clock.advance(9 * DAY)
    receipt = client.post(TALKS, json=a_body(subject_id, happened_at, "谈1"), headers=headers).get_json()
    assert receipt["items"][0]["outcome"] == "late"
    assert receipt["written_days_later"] == 5
    assert [reason["text"] for reason in receipt["reasons"]] == [
        "入矫必谈:已完成,晚于期限 3月5日。",
        "事后第 5 天写成,晚于规定的 3 天。",
    ]


def test_lists_are_narrowed_and_paged(
    client: FlaskClient, headers: dict[str, str], tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    begun = clock.now()
    clock.advance(10 * DAY)
    for day in range(5):
        client.post(VISITS, json=a_body(subject_id, begun + day * DAY), headers=headers)

    def found(**query: Any) -> list[str]:
        rows: list[str] = []
        cursor = None
        while True:
            page = client.get(VISITS, query_string={**query, "cursor": cursor, "limit": 2}, headers=headers).get_json()
            rows += [row["happened_at"][:10] for row in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    everything = ["2026-03-06", "2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02"]
    assert found() == everything
    assert found(subject_id=str(subject_id), office_id=str(tree.county.id), item="访1") == everything
    assert found(**{"from": "2026-03-03", "to": "2026-03-05"}) == everything[1:4]
    assert found(item="谈1") == []
    assert found(office_id=str(tree.second_office.id)) == []
    assert found(subject_id=str(uuid4())) == []


@pytest.mark.parametrize(
    "query", [{"from": "2026-02-30"}, {"to": "0001-01-01"}, {"cursor": "WyJ4Il0="}, {"limit": "0"}]
)
def test_a_bad_query_is_refused(client: FlaskClient, headers: dict[str, str], query: dict[str, str]) -> None:
    answer = client.get(VISITS, query_string=query, headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_a_minors_name_is_sealed_above_the_own_office(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    tree: Tree,
    headers: dict[str, str],
    subject_id: UUID,
    clock: TestClock,
) -> None:
    client.post(VISITS, json=a_body(subject_id, clock.now()), headers=headers)
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET minor_regime = true WHERE id = :id"), {"id": subject_id})
    for office, role, name in (
        ("office", Role.AIDE, "王某某"),
        ("county", Role.COUNTY_STAFF, "未成年人"),
        ("county", Role.PROCURATOR, "未成年人"),
        ("city", Role.CITY_STAFF, "未成年人"),
    ):
        reader = other(app, undone, tree, office, role)
        (row,) = client.get(VISITS, headers=reader).get_json()["items"]
        assert (row["subject_name"], row["minor"]) == (name, True), role


def test_what_the_routes_cost(
    client: FlaskClient, undone: Engine, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    """Each with one statement for who asks; savepoints of the test's engine do not count."""
    with counted(undone) as sent:
        client.post(VISITS, json=a_body(subject_id, clock.now()), headers=headers)
    assert len(sent) == 15
    with counted(undone) as sent:
        client.get(VISITS, headers=headers)
    assert len(sent) == 2


WHOLE: dict[str, Any] = {
    "mood": "uneasy",
    "risk": "watch",
    "findings": [{"item": "访1", "text": "与母亲同住", "evidence": ["place", "met"]}],
    "lines": [{"by": "asked", "text": "最近怎样?"}, {"by": "answered", "text": "在找工作。"}],
    "signing": {"subject": "refused", "officer": "on_screen", "why_not": "手受伤"},
    "follow_up": "核实工作单位",
    "follow_up_on": "2026-03-09",
    "place_name": "家中",
    "started_at": "2026-03-02T08:59:10+08:00",
    "sent_at": "2026-03-02T09:00:00+08:00",
    "drafted_offline": True,
    "device": "Android · Chrome",
}


def test_the_particulars_come_back_and_a_later_sending_changes_nothing(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    body = a_body(subject_id, clock.now(), **WHOLE)
    first = client.post(VISITS, json=body, headers=headers)
    assert first.status_code == 201
    clock.advance(hours=1)
    later = client.post(VISITS, json={**body, "sent_at": "2026-03-02T10:00:00+08:00"}, headers=headers)
    assert (later.status_code, later.get_json()) == (200, first.get_json())
    full = client.get(f"{VISITS}/{body['id']}", headers=headers).get_json()
    times = {"client_started_at": WHOLE["started_at"], "client_sent_at": WHOLE["sent_at"]}
    sent = {name: value for name, value in WHOLE.items() if name not in {"started_at", "sent_at"}}
    assert {name: full[name] for name in (*sent, *times)} == sent | times
    assert "record_not_signed" in {reason["code"] for reason in full["reasons"]}


def test_a_correction_is_added_and_both_are_shown(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    old = a_body(subject_id, clock.now())
    client.post(VISITS, json=old, headers=headers)
    new = a_body(subject_id, clock.now(), note="母亲也在场", corrects_id=old["id"], why_added="漏写了在场的人")
    assert client.post(VISITS, json=new, headers=headers).status_code == 201
    kept = client.get(f"{VISITS}/{old['id']}", headers=headers).get_json()
    assert kept["note"] == old["note"]
    (added,) = kept["additions"]
    assert (added["id"], added["note"], added["why"]) == (new["id"], "母亲也在场", "漏写了在场的人")
    assert added["officer_name"] == "徐建国"
    assert client.get(f"{VISITS}/{new['id']}", headers=headers).get_json()["corrects_id"] == old["id"]

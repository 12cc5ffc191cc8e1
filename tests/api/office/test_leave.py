"""Leave over HTTP: asked by phone or at the office, decided by the right role, and shown to whom it concerns."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from app.jobs import sweeps
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store import leaves
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.checkins import a_resident
from tests.builders.leave import HANGZHOU, LONGYOU, a_request
from tests.builders.offices import Tree
from tests.builders.photos import a_photo, send_photo
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

OFFICE, PHONE = "/api/office/v1/leave-requests", "/api/mobile/v1/leave-requests"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Headers = dict[str, str]


@pytest.fixture
def people(undone: Engine, tree: Tree) -> Mapping[str, Worker]:
    """Who decides at each level, and an officer next door."""
    with transaction(undone) as tx:
        return {
            "officer": a_user(tx, tree.office),
            "county": a_user(tx, tree.county, Role.COUNTY_STAFF),
            "head": a_user(tx, tree.county, Role.COUNTY_HEAD),
            "city": a_user(tx, tree.city, Role.CITY_STAFF),
            "aide": a_user(tx, tree.office, Role.AIDE),
            "neighbour": a_user(tx, tree.second_office),
        }


@pytest.fixture
def heads(app: Flask, people: Mapping[str, Worker]) -> Mapping[str, Headers]:
    return {name: logged_in(app, worker) for name, worker in people.items()}


@pytest.fixture
def resident(undone: Engine, tree: Tree, people: Mapping[str, Worker]) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, people["officer"], area="330881")


@pytest.fixture
def phone(app: Flask, resident: UUID) -> Headers:
    return phone_logged_in(app, resident)


@pytest.fixture
def asked(client: FlaskClient, phone: Headers) -> Any:
    """Ask by phone for so many days from the 10th of March; gives the answer."""

    def ask(days: int = 3, **changes: Any) -> dict[str, Any]:
        begins = MONDAY + 8 * DAY
        answer = client.post(
            PHONE, json=a_request(begins, begins + (days - 1) * DAY + 9 * HOUR, **changes), headers=phone
        )
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.get_json()
        return told

    return ask


def decided(client: FlaskClient, headers: Headers, leave: Mapping[str, Any], **verdict: Any) -> TestResponse:
    return client.post(f"{OFFICE}/{leave['id']}/decision", json={"approve": True, **verdict}, headers=headers)


def test_a_request_by_phone_tells_who_must_decide(client: FlaskClient, asked: Any, phone: Headers) -> None:
    leave = asked(destinations=[HANGZHOU, LONGYOU])
    assert (leave["state"], leave["decider"], leave["days"], leave["asked_late"]) == ("pending", "office", 3, False)
    assert leave["must_decide"] == "由司法所决定(县级机构已委托,7 日以内)。"
    assert leave["destination_names"] == ["杭州市市区", "龙游县"], "a 区 stands for the urban area of its city"
    (listed,) = client.get(PHONE, headers=phone).get_json()["items"]
    assert listed == client.get(f"{PHONE}/{leave['id']}", headers=phone).get_json() == leave


def test_asked_on_the_day_it_is_taken_with_a_note(client: FlaskClient, phone: Headers) -> None:
    answer = client.post(PHONE, json=a_request(MONDAY + HOUR, MONDAY + DAY), headers=phone)
    assert (answer.status_code, answer.get_json()["asked_late"]) == (201, True)
    assert "已照常收下" in answer.get_json()["late_note"]


def test_a_repeat_gets_the_same_and_another_body_none(client: FlaskClient, phone: Headers) -> None:
    body = a_request(MONDAY + 8 * DAY, MONDAY + 9 * DAY)
    first = client.post(PHONE, json=body, headers=phone)
    again = client.post(PHONE, json=body, headers=phone)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    other = client.post(PHONE, json={**body, "place": "别处"}, headers=phone)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"destinations": ["999999"]}, "unknown_area"),
        ({"destinations": ["330000"]}, "unknown_area"),
        ({"destinations": ["江山"]}, "unreadable"),
        ({"destinations": []}, "unreadable"),
        ({"to": MONDAY.isoformat()}, "ends_before_it_begins"),
        ({"photo_ids": [str(uuid4())]}, "proof_unknown"),
        ({"ground": "holiday"}, "unreadable"),
    ],
)
def test_what_cannot_be_read_is_told_by_field(
    client: FlaskClient, phone: Headers, change: Mapping[str, Any], code: str
) -> None:
    body = a_request(MONDAY + 8 * DAY, MONDAY + 9 * DAY, **change)
    answer = client.post(PHONE, json=body, headers=phone)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert answer.get_json()["errors"]


def test_proof_is_sealed_serves_this_request_and_has_no_place(
    undone: Engine, client: FlaskClient, phone: Headers, asked: Any, heads: Mapping[str, Headers], resident: UUID
) -> None:
    photo_id = uuid4()
    sent = send_photo(client, phone, a_photo(), photo_id=photo_id, purpose="leave_proof")
    assert (sent.status_code, sent.get_json()["purpose"]) == (201, "leave_proof"), "taken where face photos are off"
    leave = asked(photo_ids=[str(photo_id)], proof="病历原件已核对")
    assert leave["photo_ids"] == [str(photo_id)]
    shown = client.get(f"{OFFICE}/{leave['id']}", headers=heads["officer"]).get_json()
    assert (shown["photo_ids"], shown["proof"]) == ([str(photo_id)], "病历原件已核对")
    url = f"/api/office/v1/subjects/{resident}/photos/{photo_id}"
    assert client.get(url, query_string={"reason": "核对病历"}, headers=heads["officer"]).status_code == 200
    with undone.connect() as connection:
        row = connection.execute(text("SELECT place, leave_id, keep_until - received_at AS kept FROM photos")).one()
    assert (row.place, str(row.leave_id), row.kept.days) == (None, leave["id"], 730)
    second = client.post(
        PHONE, json=a_request(MONDAY + 20 * DAY, MONDAY + 21 * DAY, photo_ids=[str(photo_id)]), headers=phone
    )
    assert second.get_json()["code"] == "proof_unknown", "a photo proves one request"


def test_the_office_approves_what_was_delegated_and_the_county_hears_of_it(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers], phone: Headers
) -> None:
    leave = asked()
    (request,) = client.get("/api/office/v1/notices", headers=heads["officer"]).get_json()["items"]
    assert (request["code"], request["about_id"]) == ("leave_asked", leave["id"])
    answer = decided(client, heads["officer"], leave, conditions="每日报告一次", report_arrival=True)
    assert answer.status_code == 200, answer.text
    approved = answer.get_json()
    assert (approved["state"], approved["decided_level"], approved["duty_state"]) == ("approved", "office", "planned")
    assert approved["filed_at"] == approved["decided_at"]
    (told,) = client.get("/api/mobile/v1/notices", headers=phone).get_json()["items"]
    assert told["code"] == "leave_approved"
    own = client.get(f"{PHONE}/{leave['id']}", headers=phone).get_json()
    assert (own["conditions"], own["report_arrival"], own["how_to_object"]) == ("每日报告一次", True, None)
    codes = [each["code"] for each in client.get("/api/office/v1/notices", headers=heads["county"]).get_json()["items"]]
    assert codes == ["leave_filed"]


ROLES = [
    (7, "officer", 200),
    (7, "aide", 403),
    (7, "city", 403),
    (7, "neighbour", 404),
    (8, "officer", 403),
    (8, "county", 200),
    (30, "head", 200),
    (31, "head", 403),
    (31, "city", 200),
]


@pytest.mark.parametrize(("days", "who", "status"), ROLES)
def test_who_may_decide(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers], days: int, who: str, status: int
) -> None:
    leave = asked(days)
    assert leave["days"] == days
    answer = decided(client, heads[who], leave)
    assert answer.status_code == status
    if (days, who) == (8, "officer"):
        assert answer.get_json()["detail"] == "这次申请须由县级社区矫正机构决定。"


def test_a_refusal_shows_its_reason_and_where_to_complain(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers], phone: Headers
) -> None:
    leave = asked()
    bare = decided(client, heads["officer"], leave, approve=False)
    assert (bare.status_code, bare.get_json()["code"]) == (422, "leave_reason_needed")
    reason = "预约单上的日期是下月,请按预约时间再申请。"
    assert decided(client, heads["officer"], leave, approve=False, reason=reason).status_code == 200
    own = client.get(f"{PHONE}/{leave['id']}", headers=phone).get_json()
    assert (own["state"], own["decision_reason"]) == ("refused", reason)
    assert "人民检察院" in own["how_to_object"]
    assert decided(client, heads["county"], leave).get_json()["code"] == "leave_decided"


def test_city_approves_and_the_county_records_that_the_procuratorate_was_told(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers]
) -> None:
    leave = asked(31)
    assert decided(client, heads["city"], leave).get_json()["tell_procuratorate"]
    shown = client.get(OFFICE, query_string={"show": "procuratorate"}, headers=heads["county"]).get_json()["items"]
    assert [each["id"] for each in shown] == [leave["id"]]
    body = {"told_at": MONDAY.isoformat(), "note": "江矫函〔2026〕3号"}
    url = f"{OFFICE}/{leave['id']}/procuratorate"
    assert client.post(url, json=body, headers=heads["officer"]).status_code == 403
    recorded = client.post(url, json=body, headers=heads["county"]).get_json()
    assert (recorded["tell_procuratorate"], recorded["told_procuratorate_note"]) == (False, body["note"])
    assert client.get(OFFICE, query_string={"show": "procuratorate"}, headers=heads["county"]).get_json()["items"] == []


def test_two_months_are_counted_over_all_that_was_approved(
    client: FlaskClient, heads: Mapping[str, Headers], resident: UUID, phone: Headers
) -> None:
    first = a_request(MONDAY + DAY, MONDAY + 24 * DAY, subject_id=str(resident))
    entered = client.post(OFFICE, json=first, headers=heads["officer"]).get_json()
    assert (entered["days"], entered["entered_by_name"]) == (24, "徐建国")
    assert decided(client, heads["county"], entered).status_code == 200
    begins = MONDAY + 30 * DAY
    for days, level in ((6, "office"), (7, "city")):
        body = a_request(begins, begins + (days - 1) * DAY)
        leave = client.post(PHONE, json=body, headers=phone).get_json()
        assert (leave["days"], leave["total_days"], leave["decider"]) == (days, 24 + days, level)
        client.post(f"{PHONE}/{leave['id']}/withdraw", json={}, headers=phone)


def test_a_request_that_waits_moves_to_whoever_must_decide_by_then(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers], resident: UUID
) -> None:
    soon = asked(20)
    begins = MONDAY + 35 * DAY
    later = client.post(
        OFFICE, json=a_request(begins, begins + 11 * DAY, subject_id=str(resident)), headers=heads["officer"]
    ).get_json()
    assert (later["days"], later["decider"]) == (12, "county")
    assert decided(client, heads["county"], soon).status_code == 200
    url = f"{OFFICE}/{later['id']}"
    seen = {name: client.get(url, headers=heads[name]).get_json() for name in ("county", "city")}
    assert (seen["city"]["decider"], seen["city"]["total_days"]) == ("city", 32)
    assert [seen[name]["may_decide"] for name in ("county", "city")] == [False, True]
    notices = client.get("/api/office/v1/notices", headers=heads["city"]).get_json()["items"]
    assert [one["code"] for one in notices] == ["leave_asked"]
    client.post(f"{OFFICE}/{soon['id']}/revocation", json={"reason": "不再需要"}, headers=heads["county"])
    assert client.get(url, headers=heads["county"]).get_json()["may_decide"]
    assert decided(client, heads["county"], later).status_code == 200


def test_the_person_takes_a_request_back_before_it_is_decided(
    client: FlaskClient, asked: Any, heads: Mapping[str, Headers], phone: Headers
) -> None:
    leave = asked()
    url = f"{PHONE}/{leave['id']}/withdraw"
    assert client.post(url, json={"note": "改期"}, headers=phone).get_json()["state"] == "withdrawn"
    assert client.post(url, json={"note": "改期"}, headers=phone).status_code == 200
    assert decided(client, heads["officer"], leave).get_json()["code"] == "leave_decided"
    again = asked()
    decided(client, heads["officer"], again)
    late = client.post(f"{PHONE}/{again['id']}/withdraw", json={}, headers=phone)
    assert (late.status_code, late.get_json()["code"]) == (409, "leave_decided")


def test_an_extension_takes_the_place_of_the_return_that_was_owed(
    undone: Engine, client: FlaskClient, asked: Any, heads: Mapping[str, Headers], phone: Headers, resident: UUID
) -> None:
    leave = asked(5)
    decided(client, heads["officer"], leave)
    more = {"from": None, "to": (MONDAY + 16 * DAY).isoformat(), "extends_id": leave["id"]}
    body = {**a_request(MONDAY, None), **more}
    extension = client.post(PHONE, json=body, headers=phone).get_json()
    assert (extension["from"], extension["days"], extension["decider"]) == (leave["to"], 9, "county")
    assert decided(client, heads["county"], extension).status_code == 200
    old = client.get(f"{OFFICE}/{leave['id']}", headers=heads["officer"]).get_json()
    assert (old["state"], old["duty_state"]) == ("extended", "cancelled")
    with transaction(undone) as tx:
        both = leaves.approved(tx, [resident], MONDAY, MONDAY + 30 * DAY)[resident]
    assert [(each.from_at, each.until) for each in both] == [
        (MONDAY + 8 * DAY, MONDAY + 12 * DAY + 9 * HOUR),
        (MONDAY + 12 * DAY + 9 * HOUR, MONDAY + 16 * DAY),
    ]


def test_what_is_approved_is_what_counts(
    undone: Engine,
    client: FlaskClient,
    asked: Any,
    heads: Mapping[str, Headers],
    resident: UUID,
    phone: Headers,
    clock: TestClock,
) -> None:
    def counted() -> list[tuple[float, float]]:
        with transaction(undone) as tx:
            found = leaves.approved(tx, [resident], MONDAY, MONDAY + 40 * DAY).get(resident, ())
        return [((one.from_at - MONDAY) / DAY, (one.until - MONDAY) / DAY) for one in found]

    leave = asked()
    assert counted() == []
    decided(client, heads["officer"], leave)
    assert counted() == [(8, 10.375)]
    with transaction(undone) as tx:
        assert leaves.approved(tx, [resident], MONDAY, MONDAY + 8 * DAY) == {}, "the span ends where the leave begins"
    clock.advance(9 * DAY)
    body = {"id": str(uuid4()), "returned_at": (MONDAY + 9 * DAY).isoformat()}
    assert client.post(f"{PHONE}/{leave['id']}/return", json=body, headers=phone).status_code == 201
    assert counted() == [(8, 9)]


def test_a_permit_is_the_countys_and_its_trips_are_only_told(
    undone: Engine,
    app: Flask,
    client: FlaskClient,
    heads: Mapping[str, Headers],
    phone: Headers,
    clock: TestClock,
    resident: UUID,
) -> None:
    body = a_request(MONDAY, None, kind="permit", frequency="每周二、周五送货", destinations=[LONGYOU, "330824"])
    permit = client.post(PHONE, json={**body, "ground": "family_or_work"}, headers=phone).get_json()
    assert (permit["to"], permit["decider"]) == ("2026-09-02T09:00:00+08:00", "county")
    assert decided(client, heads["officer"], permit).status_code == 403
    assert decided(client, heads["county"], permit).get_json()["duty_id"] is None
    trip = {"id": str(uuid4()), "kind": "trip", "happened_at": MONDAY.isoformat(), "destination": LONGYOU}
    url = f"{PHONE}/{permit['id']}/reports"
    told = client.post(url, json=trip, headers=phone)
    assert (told.status_code, len(told.get_json()["reports"])) == (201, 1)
    assert client.post(url, json=trip, headers=phone).status_code == 200
    with transaction(undone) as tx:
        (counts,) = leaves.approved(tx, [resident], MONDAY, MONDAY + DAY)[resident]
    assert (counts.frequent, counts.destinations) == (True, (LONGYOU, "330824"))
    deps = deps_for_tests(undone, clock)
    assert sweeps.permits(deps, clock.now()) == {"permits": 0}
    clock.set(MONDAY + 171 * DAY)
    assert [sweeps.permits(deps, clock.now()) for _ in range(2)] == [{"permits": 1}, {"permits": 0}]
    codes = [each["code"] for each in client.get("/api/mobile/v1/notices", headers=phone).get_json()["items"]]
    assert "permit_ends_soon" in codes
    revoked = client.post(
        f"{OFFICE}/{permit['id']}/revocation", json={"reason": "已更换工作,不再跨县送货"}, headers=heads["county"]
    ).get_json()
    assert (revoked["state"], revoked["end_note"]) == ("revoked", "已更换工作,不再跨县送货")
    own = client.get(f"{PHONE}/{permit['id']}", headers=phone).get_json()
    assert (own["end_note"], "检察院" in own["how_to_object"]) == ("已更换工作,不再跨县送货", True)


def test_leave_of_others_does_not_exist(
    app: Flask, undone: Engine, client: FlaskClient, asked: Any, heads: Mapping[str, Headers], tree: Tree
) -> None:
    leave = asked()
    with transaction(undone) as tx:
        other = a_resident(tx, tree, a_user(tx, tree.office, login="other"))
    stranger = phone_logged_in(app, other)
    assert client.get(f"{PHONE}/{leave['id']}", headers=stranger).status_code == 404
    body = {"id": str(uuid4()), "returned_at": MONDAY.isoformat()}
    assert client.post(f"{PHONE}/{leave['id']}/return", json=body, headers=stranger).status_code == 404
    assert client.get(OFFICE, headers=heads["neighbour"]).get_json()["items"] == []
    assert client.get(f"{OFFICE}/{leave['id']}", headers=heads["neighbour"]).status_code == 404


def test_what_ends_supervision_ends_leave(
    undone: Engine, client: FlaskClient, asked: Any, heads: Mapping[str, Headers], resident: UUID
) -> None:
    leave = asked()
    decided(client, heads["officer"], leave)
    end = {"reason": "custody", "note": "收监"}
    url = f"/api/office/v1/subjects/{resident}/end"
    assert client.post(url, json=end, headers=heads["officer"]).status_code == 200
    shown = client.get(f"{OFFICE}/{leave['id']}", headers=heads["officer"]).get_json()
    assert (shown["state"], shown["duty_state"]) == ("ended", "cancelled")
    with transaction(undone) as tx:
        assert leaves.approved(tx, [resident], MONDAY, MONDAY + 30 * DAY) == {}

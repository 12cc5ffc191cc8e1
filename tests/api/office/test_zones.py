"""Zones over HTTP: what is set, kept and told, and what is refused with the reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from app.clients.datum import Datum, from_wgs84
from app.rules.bounds import ZoneKind
from app.simulation.clock import TestClock
from app.store import zones
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in
from tests.builders.zones import TOWN, a_collection, a_feature, a_square

URL = "/api/office/v1/zones"
DAY = timedelta(days=1)
COURT = {"prohibition": "01", "document_no": "(2026)浙0881刑初1号", "article": "刑法第七十二条第二款"}


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def resident(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, officer, area="330881")


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def a_body(resident: UUID, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "subject_id": str(resident),
        "kind": "forbidden",
        "name": "某商场",
        "circle": {"lon": TOWN[0], "lat": TOWN[1], "radius_m": 300},
        "reason": "判决书附禁止令",
        **COURT,
    }
    body |= changes
    return {key: value for key, value in body.items() if value is not None}


def refused(client: FlaskClient, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, str, str]:
    answer = client.post(URL, json=body, headers=headers)
    told = answer.get_json()
    field = told["errors"][0]["field"] if told["errors"] else ""
    return answer.status_code, told["code"], field


def test_what_was_sent_is_kept_beside_what_is_judged(
    client: FlaskClient, headers: dict[str, str], resident: UUID
) -> None:
    lon, lat = from_wgs84(*TOWN, Datum.GCJ02)
    body = a_body(resident, circle={"lon": lon, "lat": lat, "radius_m": 300}, datum="gcj02")
    answer = client.post(URL, json=body, headers=headers)
    told = answer.get_json()
    assert answer.status_code == 201, answer.text
    assert (told["circle"]["lon"], told["circle"]["lat"]) == pytest.approx(TOWN, abs=1e-8)
    assert told["given"] == {"datum": "gcj02", "circle": body["circle"]}
    assert told["geometry"]["type"] == "Polygon"
    assert (told["prohibition"], told["document_no"], told["article"]) == tuple(COURT.values())
    again = client.post(URL, json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, told)
    assert refused(client, headers, {**body, "name": "另一处"}) == (409, "id_reused", "")


def test_an_id_of_somebody_elses_zone_is_no_way_to_it(
    undone: Engine, client: FlaskClient, headers: dict[str, str], tree: Tree, officer: Worker, resident: UUID
) -> None:
    body = a_body(resident)
    assert client.post(URL, json=body, headers=headers).status_code == 201
    with transaction(undone) as tx:
        other = a_resident(tx, tree, officer, area="330881")
    assert refused(client, headers, {**body, "subject_id": str(other)})[:2] == (409, "id_reused")


def test_the_person_is_told_and_sees_what_is_asked(
    client: FlaskClient, app: Flask, headers: dict[str, str], resident: UUID
) -> None:
    hours = [{"weekdays": [1, 2, 3, 4, 5], "from": "22:00", "to": "06:00"}]
    body = a_body(resident, kind="stay_inside", name="住处", hours=hours, **dict.fromkeys(COURT))
    assert client.post(URL, json=body, headers=headers).status_code == 201
    phone = phone_logged_in(app, resident)
    (own,) = client.get("/api/mobile/v1/me", headers=phone).get_json()["zones"]
    assert (own["kind"], own["name"], own["hours"]) == ("stay_inside", "住处", hours)
    assert (own["circle"]["radius_m"], own["geometry"]["type"]) == (300, "Polygon")
    assert "reason" not in own
    (notice,) = client.get("/api/mobile/v1/notices", headers=phone).get_json()["items"]
    assert (notice["code"], notice["about_kind"]) == ("zone_told_stay_inside", "zone")
    assert "今天 09:00" in notice["text"] or "3月2日 09:00" in notice["text"]
    client.post(f"{URL}/{body['id']}/remove", json={"reason": "期满"}, headers=headers)
    assert client.get("/api/mobile/v1/me", headers=phone).get_json()["zones"] == []


def test_a_removal_is_written_once_and_nothing_is_deleted(
    undone: Engine, client: FlaskClient, clock: TestClock, headers: dict[str, str], resident: UUID
) -> None:
    body = a_body(resident)
    client.post(URL, json=body, headers=headers)
    clock.set(MONDAY + DAY)
    removed = client.post(f"{URL}/{body['id']}/remove", json={"reason": "法院撤销"}, headers=headers)
    told = removed.get_json()
    assert (removed.status_code, told["removal_reason"], told["to"]) == (200, "法院撤销", None)
    assert told["ends_at"] == told["removed_at"] == "2026-03-03T09:00:00+08:00"
    again = client.post(f"{URL}/{body['id']}/remove", json={"reason": "法院撤销"}, headers=headers)
    assert (again.status_code, again.get_json()["code"]) == (409, "zone_ended")
    everything = client.get(URL, query_string={"subject_id": str(resident)}, headers=headers).get_json()["items"]
    live = client.get(URL, query_string={"subject_id": str(resident), "ended": "false"}, headers=headers)
    assert ([one["id"] for one in everything], live.get_json()["items"]) == ([body["id"]], [])
    with transaction(undone) as tx:
        acts = tx.execute(
            text("SELECT action, reason FROM audit WHERE subject_id = :id AND action LIKE 'zones.%' ORDER BY id"),
            {"id": resident},
        ).all()
    assert [tuple(act) for act in acts] == [("zones.set", "判决书附禁止令"), ("zones.remove", "法院撤销")]


@pytest.mark.parametrize("change", ["DELETE FROM zones", "UPDATE zones SET name = 'x'", "TRUNCATE zones"])
def test_the_database_itself_keeps_what_was_decided(
    undone: Engine, client: FlaskClient, headers: dict[str, str], resident: UUID, change: str
) -> None:
    client.post(URL, json=a_body(resident), headers=headers)
    with undone.connect() as connection, pytest.raises(DatabaseError, match="permission denied"):
        connection.execute(text(change))


SHAPES: list[tuple[str, Any, str]] = [
    (
        "crossing",
        [[118.60, 28.70], [118.62, 28.72], [118.62, 28.70], [118.60, 28.72], [118.60, 28.70]],
        "crosses_itself",
    ),
    ("open", [[118.60, 28.70], [118.62, 28.72], [118.62, 28.70], [118.60, 28.72]], "ring_open"),
    ("short", [[118.60, 28.70], [118.62, 28.72], [118.60, 28.70]], "ring_short"),
    ("swapped", [[28.70, 118.60], [28.72, 118.62], [28.70, 118.62], [28.70, 118.60]], "swapped"),
    ("far", [[2.3, 48.8], [2.4, 48.9], [2.3, 48.9], [2.3, 48.8]], "outside_china"),
    ("date line", [[179.0, 40.0], [-179.0, 41.0], [-179.0, 40.0], [179.0, 40.0]], "antimeridian"),
    ("huge", [[80.0, 25.0], [120.0, 25.0], [120.0, 45.0], [80.0, 45.0], [80.0, 25.0]], "too_large"),
    ("words", [["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]], "no_numbers"),
    ("empty", [], "ring_short"),
]


@pytest.mark.parametrize(("ring", "code"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_bad_geometry_is_refused_with_the_reason(
    client: FlaskClient, headers: dict[str, str], resident: UUID, ring: Any, code: str
) -> None:
    shape = {"type": "Polygon", "coordinates": [ring]}
    body = a_body(resident, circle=None, geometry=shape)
    answer = client.post(URL, json=body, headers=headers)
    told = answer.get_json()
    expected = "shape_empty" if ring == [] else f"shape_{code}"
    assert (answer.status_code, told["code"]) == (422, expected)
    assert told["errors"][0]["field"] == "geometry"
    assert client.get(f"{URL}/{body['id']}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prohibition": None}, "zone_needs_prohibition"),
        ({"prohibition": "02"}, "zone_needs_prohibition"),
        ({"document_no": None}, "zone_needs_document"),
        ({"article": None}, "zone_needs_document"),
        ({"circle": None}, "zone_needs_shape"),
        ({"geometry": a_square()}, "zone_needs_shape"),
        ({"circle": {"lon": 28.7, "lat": 88.6, "radius_m": 300}}, "shape_swapped"),
        ({"from": (MONDAY - 40 * DAY).isoformat()}, "zone_backdated"),
        ({"to": (MONDAY - DAY).isoformat(), "from": (MONDAY - 2 * DAY).isoformat()}, "zone_over_already"),
        ({"to": MONDAY.isoformat()}, "ends_before_it_begins"),
        ({"hours": [{"weekdays": [1], "from": "22:00", "to": "06:00"}]}, "zone_hours_forbidden"),
        ({"kind": "stay_inside", "hours": [{"weekdays": [8], "from": "22:00", "to": "06:00"}]}, "zone_hours_weekdays"),
        ({"kind": "stay_inside", "hours": [{"weekdays": [1], "from": "25:00", "to": "06:00"}]}, "zone_hours_time"),
        ({"kind": "stay_inside", "hours": [{"weekdays": [1], "from": "06:00", "to": "06:00"}]}, "zone_hours_empty"),
    ],
)
def test_what_has_no_ground_or_no_sense_is_refused(
    client: FlaskClient, headers: dict[str, str], resident: UUID, changes: dict[str, Any], code: str
) -> None:
    status, told, _ = refused(client, headers, a_body(resident, **changes))
    assert (status, told) == (422, code)


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        ([], 422),
        ([{"weekdays": [1], "from": "05:59", "to": "08:00"}], 422),
        ([{"weekdays": [1], "from": "06:00", "to": "22:00"}], 201),
        ([{"weekdays": [7], "from": "23:59", "to": "00:01"}], 422),
    ],
    ids=["at any hour", "a minute together", "one after the other", "over the end of the week"],
)
def test_nobody_is_to_stay_in_two_places_at_once(
    client: FlaskClient, headers: dict[str, str], resident: UUID, hours: list[Any], status: int
) -> None:
    """They would have left one of the two whatever they do."""
    nights = [{"weekdays": list(range(1, 8)), "from": "22:00", "to": "06:00"}]
    stay = {"kind": "stay_inside", **dict.fromkeys(COURT)}
    home = a_body(resident, name="住处", hours=nights, **stay)
    far = a_square(TOWN[0] + 0.1)
    assert client.post(URL, json=home, headers=headers).status_code == 201

    answer = client.post(
        URL, json=a_body(resident, name="厂里", circle=None, geometry=far, hours=hours, **stay), headers=headers
    )

    assert answer.status_code == status
    assert status == 201 or answer.get_json()["code"] == "zone_two_at_once"
    around = a_body(resident, name="小区", circle=None, geometry=a_square(), hours=nights, **stay)
    assert client.post(URL, json=around, headers=headers).status_code == 201, "the one lies in the other"


def test_places_to_stay_in_out_of_one_file_must_meet_too(
    client: FlaskClient, headers: dict[str, str], resident: UUID
) -> None:
    body = {key: value for key, value in a_body(resident, kind="stay_inside").items() if key != "circle"}
    body |= dict.fromkeys(COURT)
    apart = a_collection(a_feature(a_square()), a_feature(a_square(TOWN[0] + 0.1)))
    answer = client.post(f"{URL}/import", json={**body, "collection": apart}, headers=headers)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "features.1.geometry")


@pytest.mark.parametrize(
    ("point", "radius"), [([10**400, 28.7], 80), (list(TOWN), 10**400), (list(TOWN), True), ([True, 28.7], 80)]
)
def test_a_point_of_a_file_that_is_no_number_is_refused(
    client: FlaskClient, headers: dict[str, str], resident: UUID, point: list[Any], radius: Any
) -> None:
    body = {key: value for key, value in a_body(resident).items() if key != "circle"}
    odd = a_collection(a_feature({"type": "Point", "coordinates": point}, radius_m=radius))
    answer = client.post(f"{URL}/import", json={**body, "collection": odd}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "zone_file_faulty")


def test_a_file_gives_several_zones_or_none(
    undone: Engine, client: FlaskClient, headers: dict[str, str], resident: UUID
) -> None:
    crossing = {"type": "Polygon", "coordinates": [SHAPES[0][1]]}
    point = {"type": "Point", "coordinates": list(TOWN)}
    body = {key: value for key, value in a_body(resident).items() if key != "circle"}
    bad = a_collection(a_feature(a_square()), a_feature(point), a_feature(crossing))
    answer = client.post(f"{URL}/import", json={**body, "collection": bad}, headers=headers)
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (422, "zone_file_faulty")
    assert [error["field"] for error in told["errors"]] == ["features.1.geometry"]
    crossed = a_collection(a_feature(a_square()), a_feature(crossing))
    answer = client.post(f"{URL}/import", json={**body, "collection": crossed}, headers=headers)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "features.1.geometry")
    assert client.get(URL, query_string={"subject_id": str(resident)}, headers=headers).get_json()["items"] == []
    good = a_collection(a_feature(a_square(), name="商场"), a_feature(point, radius_m=80))
    for status in (201, 200):
        answer = client.post(f"{URL}/import", json={**body, "collection": good}, headers=headers)
        assert answer.status_code == status
        items = answer.get_json()["items"]
        assert [(one["name"], one["circle"] and one["circle"]["radius_m"]) for one in items] == [
            ("商场", None),
            ("某商场 2", 80),
        ]
    with transaction(undone) as tx:
        told_once = "SELECT count(*) FROM notices WHERE recipient_id = :id"
        assert tx.execute(text(told_once), {"id": resident}).scalar_one() == 1


def test_a_zone_has_its_person_judged_again_from_when_it_begins_and_ends(
    undone: Engine, client: FlaskClient, clock: TestClock, headers: dict[str, str], resident: UUID
) -> None:
    body = a_body(resident, **{"from": (MONDAY - DAY).isoformat(), "to": (MONDAY + 9 * DAY).isoformat()})
    client.post(URL, json=body, headers=headers)
    marked = "SELECT rejudge_from FROM subject_states WHERE subject_id = :id"
    with transaction(undone) as tx:
        assert tx.execute(text(marked), {"id": resident}).scalar_one() == MONDAY - DAY
        tx.execute(text("UPDATE subject_states SET rejudge_from = NULL WHERE subject_id = :id"), {"id": resident})
        (held,) = zones.holding(tx, [resident], MONDAY, MONDAY + DAY)[resident]
        assert (held.kind, held.from_at, held.until) == (ZoneKind.FORBIDDEN, MONDAY - DAY, MONDAY + 9 * DAY)
    clock.set(MONDAY + DAY)
    client.post(f"{URL}/{body['id']}/remove", json={"reason": "法院撤销"}, headers=headers)
    with transaction(undone) as tx:
        assert tx.execute(text(marked), {"id": resident}).scalar_one() == MONDAY + DAY
        (held,) = zones.holding(tx, [resident], MONDAY, MONDAY + 5 * DAY)[resident]
        assert held.until == MONDAY + DAY
        assert zones.holding(tx, [resident], MONDAY + DAY, MONDAY + 5 * DAY) == {}

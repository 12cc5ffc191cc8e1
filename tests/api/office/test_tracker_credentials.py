"""Credentials of third-party clients: issued once, shown once, taken back at once; one phone a person."""

import json
from base64 import b64decode
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role, TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY
from tests.builders.trackers import OWNTRACKS, TRACCAR, Phone, a_location
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

URL = "/api/office/v1/tracker-credentials"


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def person(undone: Engine) -> tuple[UUID, Worker]:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        return a_supervised(tx, tree, officer, at=MONDAY - DAY), officer


def asked(subject_id: UUID, client: TrackerClient = TrackerClient.OWNTRACKS) -> dict[str, str]:
    return {"id": str(uuid4()), "subject_id": str(subject_id), "client": client.value}


def test_owntracks_is_set_up_by_what_is_shown_once(
    app: Flask, http: FlaskClient, undone: Engine, clock: TestClock, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    headers, body = logged_in(app, officer), asked(subject_id)

    issued = http.post(URL, json=body, headers=headers)
    again = http.post(URL, json=body, headers=headers)
    other = http.post(URL, json={**body, "datum": "gcj02"}, headers=headers)

    assert (issued.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert issued.headers["Cache-Control"] == "no-store"
    setup = issued.get_json()["setup"]
    inline = unquote(urlsplit(setup["link"]).query.removeprefix("inline="))
    configuration = json.loads(b64decode(inline))
    assert setup["link"].startswith("owntracks:///config?inline=")
    assert configuration["url"] == setup["url"] == f"https://zhifang.example{OWNTRACKS}"
    assert configuration["password"] == setup["secret"]
    assert setup["picture"].startswith("<svg")
    phone = Phone(UUID(body["id"]), TrackerClient.OWNTRACKS, configuration["username"], configuration["password"])
    assert phone.send(http, a_location(phone, clock.now())).status_code == 200
    assert again.get_json()["setup"] is None
    assert setup["secret"] not in again.get_data(as_text=True)


def test_traccar_client_is_set_up_by_a_link_of_its_own(
    app: Flask, http: FlaskClient, clock: TestClock, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    issued = http.post(URL, json=asked(subject_id, TrackerClient.TRACCAR), headers=logged_in(app, officer)).get_json()

    link = urlsplit(issued["setup"]["link"])
    options = {name: value for name, (value,) in parse_qs(link.query).items()}
    path = urlsplit(options["url"]).path

    assert link.scheme == "org.traccar.client"
    assert path == f"{TRACCAR}/{issued['setup']['secret']}"
    moment = int(clock.now().timestamp())
    query = {"id": options["id"], "lat": 28.7, "lon": 118.6, "timestamp": moment}
    assert http.get(path, query_string=query).status_code == 200


def test_nothing_on_disk_is_the_secret(
    app: Flask, http: FlaskClient, undone: Engine, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    secret = http.post(URL, json=asked(subject_id), headers=logged_in(app, officer)).get_json()["setup"]["secret"]

    with transaction(undone) as tx:
        tables = tx.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).scalars()
        for table in list(tables):
            if tx.execute(text(f"SELECT has_table_privilege('{table}', 'SELECT')")).scalar_one():
                found = tx.execute(
                    text(f'SELECT count(*) FROM "{table}" AS t WHERE strpos(CAST(t AS text), :secret) > 0'),
                    {"secret": secret},
                )
                assert found.scalar_one() == 0, table
    assert len(secret) == 32


def test_one_phone_a_person(app: Flask, http: FlaskClient, person: tuple[UUID, Worker]) -> None:
    subject_id, officer = person
    headers = logged_in(app, officer)
    phone_logged_in(app, subject_id)
    taken = http.post(URL, json=asked(subject_id), headers=headers)
    release = f"/api/office/v1/subjects/{subject_id}/device/release"
    assert http.post(release, json={"reason": "改用定位客户端"}, headers=headers).status_code == 204

    first = http.post(URL, json=asked(subject_id), headers=headers)
    second = http.post(URL, json=asked(subject_id, TrackerClient.TRACCAR), headers=headers)

    assert (taken.status_code, taken.get_json()["code"]) == (409, "other_phone_bound")
    assert (first.status_code, second.status_code) == (201, 409)


def test_taking_back_bites_at_once_and_frees_the_phone(
    app: Flask, http: FlaskClient, undone: Engine, clock: TestClock, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    headers = logged_in(app, officer)
    made = http.post(URL, json=asked(subject_id), headers=headers).get_json()
    phone = Phone(UUID(made["id"]), TrackerClient.OWNTRACKS, made["name"], made["setup"]["secret"])
    assert phone.send(http, a_location(phone, clock.now())).status_code == 200

    revoke = f"{URL}/{made['id']}/revoke"
    revoked = [http.post(revoke, json={"reason": "手机遗失"}, headers=headers).status_code for _ in range(2)]
    refused = phone.send(http, a_location(phone, clock.now())).status_code
    another = http.post(URL, json=asked(subject_id), headers=headers).status_code

    assert (revoked, refused, another) == ([204, 409], 401, 201)
    items = http.get(URL, query_string={"subject_id": subject_id}, headers=headers).get_json()["items"]
    assert sorted(one["revoke_reason"] or "" for one in items) == ["", "手机遗失"]
    ended = next(one for one in items if one["ended_at"])
    assert (ended["revoked_by_name"], ended["refused_at"] is not None) == (officer.name, True)
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action FROM audit WHERE action LIKE 'trackers.%' ORDER BY id")).scalars().all()
    assert acts == ["trackers.issue", "trackers.revoke", "trackers.issue"]


def test_the_end_of_correction_ends_the_credential(
    app: Flask, http: FlaskClient, clock: TestClock, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    headers = logged_in(app, officer)
    made = http.post(URL, json=asked(subject_id), headers=headers).get_json()
    phone = Phone(UUID(made["id"]), TrackerClient.OWNTRACKS, made["name"], made["setup"]["secret"])
    end = f"/api/office/v1/subjects/{subject_id}/end"
    assert http.post(end, json={"reason": "completed"}, headers=headers).status_code == 200

    assert phone.send(http, a_location(phone, clock.now())).status_code == 401
    assert http.post(URL, json=asked(subject_id), headers=headers).get_json()["code"] == "not_in_correction"


def test_admins_see_how_much_is_set_aside_and_nothing_of_it(
    app: Flask, http: FlaskClient, undone: Engine, clock: TestClock, person: tuple[UUID, Worker]
) -> None:
    subject_id, officer = person
    made = http.post(URL, json=asked(subject_id), headers=logged_in(app, officer)).get_json()
    phone = Phone(UUID(made["id"]), TrackerClient.OWNTRACKS, made["name"], made["setup"]["secret"])
    for body in (b"{", b"[", b""):
        phone.send(http, body)
    with transaction(undone) as tx:
        admin = a_user(tx, officer.office, Role.ADMIN)

    staff = http.get("/api/office/v1/poison", headers=logged_in(app, admin))

    counts = {one["reason"]: (one["waiting"], one["replayed"]) for one in staff.get_json()["items"]}
    assert counts == {"no_json": (2, 0), "empty": (1, 0)}
    assert str(subject_id) not in staff.get_data(as_text=True)
    assert http.get("/api/office/v1/poison", headers=logged_in(app, officer)).status_code == 403


def test_nobody_is_asked_anything_on_such_a_phone(app: Flask, http: FlaskClient, person: tuple[UUID, Worker]) -> None:
    """A spot check would be missed by everybody: the client cannot show it."""
    subject_id, officer = person
    headers = logged_in(app, officer)
    assert http.post(URL, json=asked(subject_id), headers=headers).status_code == 201

    order = {"id": str(uuid4()), "subject_id": str(subject_id), "limit_minutes": 30, "reason": "例行抽查"}
    refused = http.post("/api/office/v1/spot-checks", json=order, headers=headers)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "spot_check_without_phone")

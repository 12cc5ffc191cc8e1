"""The phones that a subject has had."""

from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user, logged_in, phone_logged_in

BASE = "/api/office/v1"


def test_the_phones_of_a_subject(app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock) -> None:
    with transaction(undone) as tx:
        officer = a_user(tx, tree.office, name="徐建国")
        subject = a_subject(tx, officer)
    headers, first, second = logged_in(app, officer), uuid4(), uuid4()

    def shown() -> list[dict[str, object]]:
        query = {"subject_id": str(subject.id)}
        items: list[dict[str, object]] = client.get(f"{BASE}/devices", query_string=query, headers=headers).get_json()[
            "items"
        ]
        return items

    assert shown() == []
    phone = phone_logged_in(app, subject.id, device_id=first)
    client.get("/api/mobile/v1/me", headers=phone)
    clock.advance(hours=1)
    client.post(f"{BASE}/subjects/{subject.id}/device/release", json={"reason": "换手机"}, headers=headers)
    clock.advance(hours=1)
    phone = phone_logged_in(app, subject.id, device_id=second)
    assert shown()[0]["last_heard_at"] is None, "what was heard before was the old phone"
    client.get("/api/mobile/v1/me", headers=phone)
    assert [
        (device["device_id"], device["bound_from"], device["bound_to"], device["released_by"], device["last_heard_at"])
        for device in shown()
    ] == [
        (str(second), "2026-03-02T11:00:00+08:00", None, None, "2026-03-02T11:00:00+08:00"),
        (str(first), "2026-03-02T09:00:00+08:00", "2026-03-02T10:00:00+08:00", "徐建国", None),
    ]


def test_whose_phones_has_to_be_said(app: Flask, client: FlaskClient, undone: Engine, tree: Tree) -> None:
    with transaction(undone) as tx:
        headers = logged_in(app, a_user(tx, tree.office))
    assert client.get(f"{BASE}/devices", headers=headers).status_code == 422
    unknown = client.get(f"{BASE}/devices", query_string={"subject_id": str(uuid4())}, headers=headers)
    assert unknown.status_code == 404

"""One's own channel over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.store import channels
from app.store.session import transaction
from tests.builders.app import settings_for_tests
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/channel"
WEBHOOK = "https://oapi.dingtalk.com/robot/send?access_token=0a1b2c3d4e5f"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def a_body(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "address": WEBHOOK, **changes}


def test_from_nothing_to_a_channel_in_use_and_back(client: FlaskClient, headers: dict[str, str]) -> None:
    empty = client.get(URL, headers=headers).get_json()
    assert empty["channel"] is None
    assert "dingtalk" in empty["offered"]
    body = a_body()
    made = client.post(URL, json=body, headers=headers)
    again = client.post(URL, json=body, headers=headers)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.get_json() == again.get_json()
    assert (made.get_json()["state"], made.get_json()["hint"], made.get_json()["wait_min"]) == (
        "unverified",
        "…4e5f",
        5,
    )
    assert "0a1b2c3d4e5f" not in made.get_data(as_text=True)
    assert client.post(URL, json={**body, "wait_min": 0}, headers=headers).get_json()["code"] == "id_reused"

    assert client.post(f"{URL}/test", headers=headers).status_code == 202
    soon = client.post(f"{URL}/test", headers=headers)
    assert (soon.status_code, soon.get_json()["code"]) == (429, "channel_tested_just_now")
    wrong = client.post(f"{URL}/verify", json={"code": "x"}, headers=headers)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "channel_code_wrong")
    code = channels.code(settings_for_tests(), UUID(body["id"]), 1)
    verified = client.post(f"{URL}/verify", json={"code": code}, headers=headers)
    assert (verified.status_code, verified.get_json()["state"]) == (200, "in_use")
    assert client.post(f"{URL}/verify", json={"code": code}, headers=headers).status_code == 409
    assert client.patch(URL, json={"wait_min": 15}, headers=headers).get_json()["wait_min"] == 15
    assert client.delete(URL, headers=headers).status_code == 204
    assert client.get(URL, headers=headers).get_json()["channel"] is None


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"address": "file:///etc/passwd"}, "address", "channel_unreadable"),
        ({"address": "json://10.0.0.1/x"}, "address", "channel_host_refused"),
        ({"address": WEBHOOK, "secret": "no good"}, "secret", "channel_unreadable"),
    ],
)
def test_what_is_no_address_is_refused_by_field(
    client: FlaskClient, headers: dict[str, str], changes: dict[str, str], field: str, code: str
) -> None:
    answer = client.post(URL, json=a_body(**changes), headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_without_a_channel_there_is_nothing_to_test_or_change(client: FlaskClient, headers: dict[str, str]) -> None:
    asked = [
        client.post(f"{URL}/test", headers=headers),
        client.post(f"{URL}/verify", json={"code": "123456"}, headers=headers),
        client.patch(URL, json={"wait_min": 5}, headers=headers),
    ]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in asked} == {(422, "channel_needed")}


def test_a_user_who_changes_it_again_and_again_is_stopped(client: FlaskClient, headers: dict[str, str]) -> None:
    statuses = [client.post(URL, json=a_body(), headers=headers).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]


def test_channels_are_everybody_s_own(client: FlaskClient, app: Flask, headers: dict[str, str], tree: Tree) -> None:
    body = a_body()
    client.post(URL, json=body, headers=headers)
    with transaction(app.extensions["deps"].engine) as tx:
        colleague = a_user(tx, tree.office)
    theirs = logged_in(app, colleague)
    assert client.get(URL, headers=theirs).get_json()["channel"] is None
    assert client.post(URL, json=body, headers=theirs).status_code == 409

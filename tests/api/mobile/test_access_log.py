"""What a subject may see of who looked at their data: when, what and from where, and nobody's name or reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

PATH = "/api/mobile/v1/me/access-log"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="minjie", name="徐敏")


@pytest.fixture
def people(undone: Engine, officer: Worker) -> tuple[UUID, UUID]:
    with transaction(undone) as tx:
        return a_subject(tx, officer).id, a_subject(tx, officer).id


@pytest.fixture
def look(client: FlaskClient, app: Flask, officer: Worker) -> Any:
    def looking(subject_id: UUID) -> None:
        time = {"from": (MONDAY - timedelta(days=1)).isoformat(), "to": MONDAY.isoformat(), "reason": "线索核查"}
        path = f"/api/office/v1/subjects/{subject_id}/track"
        assert client.get(path, query_string=time, headers=logged_in(app, officer)).status_code == 200

    return looking


def test_the_phone_shows_when_what_and_from_which_office(
    client: FlaskClient, app: Flask, look: Any, people: tuple[UUID, UUID]
) -> None:
    mine, other = people
    look(mine)
    look(other)
    answer = client.get(PATH, headers=phone_logged_in(app, mine))
    assert answer.json == {
        "month": "2026-03",
        "total": 1,
        "items": [
            {
                "at": "2026-03-02T09:00:00+08:00",
                "action": "tracks.read",
                "text": "查看轨迹",
                "posts": [{"office": "双塔司法所", "role": "officer"}],
            }
        ],
        "next_cursor": None,
    }
    assert "徐敏" not in answer.get_data(as_text=True)
    assert "线索核查" not in answer.get_data(as_text=True)


def test_another_month_is_empty_and_a_long_one_has_pages(
    client: FlaskClient, app: Flask, look: Any, people: tuple[UUID, UUID], clock: TestClock
) -> None:
    for _ in range(3):
        look(people[0])
    headers = phone_logged_in(app, people[0])

    def page(**query: Any) -> Any:
        return client.get(PATH, query_string=query, headers=headers).json

    first = page(limit=2)
    rest = page(limit=2, cursor=first["next_cursor"])
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert page(month="2026-02")["items"] == []
    assert client.get(PATH, query_string={"month": "0"}, headers=headers).status_code == 422

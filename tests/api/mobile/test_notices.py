"""A subject's own notices on the phone: sentences for the person, without names, and nobody else's."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.models.subject import SubjectState
from app.rules.facts import About, Reason
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.alerts import a_notice, deliveries_about
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, phone_logged_in

URL = "/api/mobile/v1/notices"
REMINDER = Reason("check_in_reminder", (("due", "2026-03-02T10:00+08:00"),))


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, at=clock.now())


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


@pytest.fixture
def about(undone: Engine, subject_id: UUID, clock: TestClock) -> About:
    """What the reminder of the subject's is about."""
    with transaction(undone) as tx:
        notice = a_notice(
            tx,
            subject_id,
            clock.now(),
            recipient_kind="subject",
            step="reminder",
            about=About("duty", subject_id),
            wording=REMINDER,
            subject_id=subject_id,
        )
    return notice.about


def get(client: FlaskClient, headers: dict[str, str], query: str = "") -> Any:
    answer = client.get(f"{URL}{query}", headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def test_the_phone_gets_a_sentence_for_the_person(
    client: FlaskClient, phone: dict[str, str], subject_id: UUID, about: About
) -> None:
    answer = get(client, phone)
    (item,) = answer["items"]
    assert item["text"] == "签到将在 3月2日 10:00 截止,请尽快用手机签到。"
    assert set(item) == {"id", "seq", "created_at", "read_at", "about_kind", "about_id", "code", "text"}
    assert (item["about_kind"], item["about_id"], item["code"]) == ("duty", str(about.id), "check_in_reminder")
    assert answer["next_after"] == item["seq"]


def test_it_is_delivered_when_handed_out_and_gone_when_read(
    client: FlaskClient, undone: Engine, phone: dict[str, str], about: About
) -> None:
    (item,) = get(client, phone)["items"]
    with transaction(undone) as tx:
        assert [row.state for row in deliveries_about(tx, about.id, "in_app")] == ["sent"]
    assert client.post(f"{URL}/{item['id']}/read", headers=phone).status_code == 200
    assert get(client, phone)["items"] == []


def test_other_peoples_notices_do_not_exist(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    phone: dict[str, str],
    about: About,
    clock: TestClock,
) -> None:
    with transaction(undone) as tx:
        other = phone_logged_in(app, a_supervised(tx, tree, officer, at=clock.now()))
        a_notice(tx, officer.id, clock.now())
    (item,) = get(client, phone)["items"]
    assert get(client, other)["items"] == []
    assert client.post(f"{URL}/{item['id']}/read", headers=other).status_code == 404


def test_asking_for_notices_is_being_heard(
    client: FlaskClient, undone: Engine, phone: dict[str, str], clock: TestClock
) -> None:
    clock.advance(minutes=7)
    get(client, phone, "?wait=1")
    with transaction(undone) as tx:
        heard = tx.execute(SubjectState.__table__.select()).one().last_heard_at
    assert heard == clock.now()

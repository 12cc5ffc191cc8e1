"""The own file over the phone's interface."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.facts import Category, SupervisionClass
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user, phone_logged_in


def test_the_own_file(app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock) -> None:
    with transaction(undone) as tx:
        officer = a_user(tx, tree.office, name="徐建国", phone="13800000001")
        subject = a_subject(tx, officer, class_=SupervisionClass.STRICT, category=Category.PAROLE)
    file = client.get("/api/mobile/v1/me", headers=phone_logged_in(app, subject.id)).get_json()
    rules, rights = file.pop("rules"), file.pop("rights")
    assert file == {
        "subject_no": subject.subject_no,
        "name": "王小明",
        "category": "parole",
        "category_text": "假释",
        "class": "strict",
        "class_text": "严管",
        "term_from": None,
        "term_to": "2027-03-01",
        "days_left": 364,
        "office": {"name": "双塔司法所", "phone": "0570-4000000"},
        "county": {"name": "江山市社区矫正管理局", "phone": "0570-4000000"},
        "officer": {"name": "徐建国", "phone": "13800000001"},
        "permitted_area": "江山市",
        "positioning_order": None,
        "zones": [],
        "as_of": "2026-03-02T09:00:00+08:00",
    }
    assert rules[0] == "每天 08:00-10:00 签到一次。"
    assert any("人民检察院" in right for right in rights)


def test_the_days_are_counted_in_local_days(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        subject = a_subject(tx, a_user(tx, tree.office))
    headers = phone_logged_in(app, subject.id)

    def left() -> int:
        days: int = client.get("/api/mobile/v1/me", headers=headers).get_json()["days_left"]
        return days

    clock.advance(hours=14, minutes=59)
    assert left() == 364, "Monday, 23:59 in Shanghai"
    clock.advance(minutes=1)
    assert left() == 363, "Tuesday, 00:00"

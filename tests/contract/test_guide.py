"""The guide for phone developers is true: its requests, sent in order to the service, get the answers it shows."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from app.actions.decide_leave import decide_leave
from app.actions.order_spot_check import order_spot_check
from app.deps import Deps
from app.jobs import sweeps
from app.main import api_reference
from app.models.leave import LeaveRequest
from app.models.office import Office, User
from app.models.subject import Subject
from app.rules.facts import Actor, Grant, OfficeLevel, Role, SupervisionClass
from app.rules.leave.facts import Verdict
from app.rules.offices import Site
from app.rules.spot_checks import Ask, SpotGround, Wanted
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import make_test_app
from tests.builders.offices import a_tree
from tests.builders.photos import a_photo, with_photos
from tests.builders.positions import an_order
from tests.builders.subjects import a_subject
from tests.builders.users import PASSWORD, a_user
from tests.contract.guide import Exchange, differences, exchanges

DAY_BEFORE = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
WINDOW_OPENED = datetime(2026, 3, 2, 0, 0, 5, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""The guide's hour: Monday 2 March 2026, 09:00 in Shanghai; the window from 08:00 to 10:00 is open."""


def a_service(engine: Engine, clock: TestClock) -> Flask:
    """One subject under strict supervision since the day before, whose window a job has opened."""
    app = make_test_app(engine, clock)
    with transaction(engine) as tx:
        officer = a_user(tx, a_tree(tx, policy=with_photos("allowed")).office, name="徐建国")
        a_subject(tx, officer, key="wangxm", name="王小明", class_=SupervisionClass.STRICT, at=DAY_BEFORE)
    deps: Deps = app.extensions["deps"]
    sweeps.open_windows(deps, WINDOW_OPENED)
    return app


def ask(client: FlaskClient, exchange: Exchange, known: dict[str, str]) -> Any:
    def filled(text: str) -> str:
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    body: str | bytes = filled(exchange.body)
    if exchange.headers.get("Content-Type", "").startswith("multipart/"):
        body = filled(exchange.body).replace("\n", "\r\n").encode().replace(b"{photo}", a_photo()) + b"\r\n"
    return client.open(
        filled(exchange.path),
        method=exchange.method,
        headers={name: filled(value) for name, value in exchange.headers.items()},
        data=body or None,
    )


def a_spot_check(app: Flask) -> None:
    """What the guide says that the office does at nine."""
    deps: Deps = app.extensions["deps"]
    with deps.transaction() as tx:
        subject_id = tx.execute(select(Subject.id)).scalar_one()
        officer = tx.execute(select(User.id)).scalar_one()
        office = tx.execute(select(Office.id, Office.path).where(Office.level == "justice_office").limit(1)).one()
        actor = Actor("user", officer, (Grant(Role.OFFICER, office.id, office.path),))
        how = frozenset({Ask.POSITION, Ask.PHOTO, Ask.ANSWER})
        wanted = Wanted(uuid4(), 30, how, SpotGround.TO_CONFIRM, "核实", b"guide", "现在和谁在一起?")
        order_spot_check(tx, actor, subject_id, wanted, now=NINE)


def a_decision(app: Flask) -> None:
    """The office approves the leave of the guide."""
    deps: Deps = app.extensions["deps"]
    with deps.transaction() as tx:
        leave_id = tx.execute(select(LeaveRequest.id)).scalar_one()
        officer = tx.execute(select(User.id)).scalar_one()
        office = tx.execute(select(Office.id, Office.path).where(Office.level == "justice_office").limit(1)).one()
        actor = Actor("user", officer, (Grant(Role.OFFICER, office.id, office.path),))
        decide_leave(tx, actor, leave_id, Verdict(approve=True), now=NINE)


def a_positioning_order(app: Flask) -> None:
    """The head of the county's department decides, for thirty days from nine on."""
    deps: Deps = app.extensions["deps"]
    with deps.transaction() as tx:
        subject_id = tx.execute(select(Subject.id)).scalar_one()
        county = tx.execute(select(Office).where(Office.level == "county").limit(1)).one()
        site = Site(county.id, county.code, OfficeLevel.COUNTY, county.path)
        an_order(tx, a_user(tx, site, Role.COUNTY_HEAD, name="郑局长"), subject_id, NINE)


def test_every_exchange_of_the_guide(undone: Engine) -> None:
    known = {"password": PASSWORD}
    app = a_service(undone, TestClock(NINE))
    with app.test_client() as client:
        for exchange in exchanges():
            if exchange.answer and "spot_check_opened" in str(exchange.answer):
                a_spot_check(app)
            if exchange.method == "GET" and "/leave-requests/" in exchange.path:
                a_decision(app)
            if exchange.method == "GET" and exchange.path.endswith("/positioning-orders"):
                a_positioning_order(app)
            answer = ask(client, exchange, known)
            told = answer.get_json(silent=True) or json.loads(answer.get_data() or "null")
            assert answer.status_code == exchange.status, (str(exchange), told)
            assert list(differences(exchange.answer, told)) == [], str(exchange)
            if answer.status_code < 300 and told:
                known |= {name: told[name] for name in ("access_token", "refresh_token") if name in told}
                known |= {"notice_id": told["items"][0]["id"]} if exchange.path.endswith("/notices") else {}
                known |= {"order_id": told["items"][0]["id"]} if exchange.path.endswith("/positioning-orders") else {}


def test_the_guide_shows_each_call_of_the_phone() -> None:
    """So that a new route is told about, too."""
    paths = json.loads(api_reference()["openapi-mobile.json"])["paths"]
    shown = {(exchange.method.lower(), exchange.path.partition("?")[0]) for exchange in exchanges()}
    for path, operations in paths.items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            pattern = path.partition("{")[0]
            assert any(m == method and p.startswith(pattern) for m, p in shown), f"{method} {path}"

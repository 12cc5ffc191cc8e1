"""Secrets in paths and coordinates in queries: what third-party clients send gets into no log, figure or answer."""

import logging
from collections.abc import Iterator
from io import StringIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import Engine, create_engine, text

from app.logs import set_up_logs
from app.rules.facts import TrackerClient
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power
from tests.builders.trackers import TRACCAR, Phone, a_location, a_tracker
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT

LON, LAT = 118.62731, 28.73857


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """What the service's own logging writes, at its most talkative."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs(logging.DEBUG)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def a_phone(engine: Engine) -> tuple[Phone, UUID]:
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=MONDAY - DAY)
        a_power(tx, subject_id, MONDAY - DAY, MONDAY + DAY, kind="order")
        return a_tracker(tx, officer, subject_id, TrackerClient.TRACCAR, now=MONDAY - DAY), subject_id


def everything(http: FlaskClient, phone: Phone) -> list[int]:
    """Good, unreadable, of nobody, of a wrong kind, and good again."""
    place = {"lat": LAT, "lon": LON, "timestamp": int(MONDAY.timestamp())}
    address = f"{TRACCAR}/{phone.secret}"
    return [
        http.get(address, query_string={"id": phone.name, **place}).status_code,
        phone.send(http, b'{"location":{"coords":{"latitude":28.73857').status_code,
        http.get(f"{TRACCAR}/x{phone.secret}", query_string=place).status_code,
        http.put(address, query_string=place).status_code,
        phone.send(http, a_location(phone, MONDAY, lon=LON, lat=LAT)).status_code,
    ]


def test_neither_secret_nor_place_is_told(fresh_database: Database, logs: StringIO) -> None:
    """Also where the database complains of a row and the service logs a fault."""
    engine, owner = make_engine(fresh_database.url, limits=PATIENT), create_engine(fresh_database.owner_url)
    phone, _ = a_phone(engine)
    http = make_test_app(engine, a_clock()).test_client()

    well = everything(http, phone)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM positions"))
        connection.execute(text("DELETE FROM position_batches"))
        connection.execute(text("ALTER TABLE positions ADD CONSTRAINT a_fault CHECK (false) NOT VALID"))
    ill = everything(http, phone)
    engine.dispose()
    owner.dispose()

    assert (well, ill) == ([200, 200, 401, 405, 200], [500, 200, 401, 405, 500])
    told = logs.getvalue() + generate_latest(REGISTRY).decode()
    assert "a_fault" in told
    assert "/api/trackers/traccar/<string:secret>" in told
    assert [hidden for hidden in (phone.secret, str(LON), str(LAT)) if hidden in told] == []

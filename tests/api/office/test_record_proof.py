"""What a record proves, over HTTP: verdict, checks and sentences beside the record itself."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user, logged_in
from tests.builders.visits import DOOR, a_body

VISITS = "/api/office/v1/visits"


def test_a_visit_is_read_with_what_it_proves(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        officer = a_user(tx, tree.office)
        subject_id = a_subject(tx, officer, at=clock.now()).id
    headers = logged_in(app, officer)
    position = {"lon": DOOR[0], "lat": DOOR[1], "accuracy_m": 20, "datum": "wgs84"}
    body = a_body(subject_id, clock.now(), position=position)
    assert client.post(VISITS, json=body, headers=headers).status_code == 201
    proof = client.get(f"{VISITS}/{body['id']}", headers=headers).get_json()["proof"]
    checks = {check["code"]: check for check in proof["checks"]}
    assert (proof["verdict"], checks["at_home"]["verdict"], checks["device"]["verdict"]) == (
        *("proven", "kept", "unknown"),
    )
    assert "米以内" in checks["at_home"]["why"]
    assert checks["at_home"]["params"]["limit"] == "150"

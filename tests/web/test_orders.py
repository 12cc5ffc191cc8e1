"""The pages of positioning orders: an order is extended from the very instant of its end."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.positions import a_head, an_order
from tests.builders.users import Worker
from tests.web.browsing import a_visitor
from tests.web.office import Office, a_person, an_office_at_nine

DAY, ODD = timedelta(days=1), timedelta(seconds=17, microseconds=250_000)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def head(undone: Engine, office: Office) -> Worker:
    with transaction(undone) as tx:
        return a_head(tx, office.tree)


def test_an_order_is_extended_from_the_instant_of_its_end(
    undone: Engine, app: Flask, office: Office, head: Worker
) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office, "王某某")
        first = an_order(tx, head, person, MONDAY, MONDAY + 5 * DAY + ODD)
    by_head, by_officer = a_visitor(app, head), a_visitor(app, office.officer)
    path = f"/subjects/{person}/orders"
    assert f'<option value="{first}">' in by_head.text(path)
    form = {"id": str(uuid4()), "ground": "broke_prohibition", "extends": str(first), "to_at": "2026-03-20T09:00"}
    refused = by_head.post(path, form)
    assert (refused.status_code, "评估" in refused.get_data(as_text=True)) == (409, True)
    needed = {"id": str(uuid4()), "still_needed": "yes", "why": "仍有必要"}
    assert by_officer.post(f"/orders/{first}/assess", needed).status_code == 303
    assert by_head.post(path, form).status_code == 303
    with undone.connect() as connection:
        row = connection.execute(
            text("SELECT extends_id, ordered_from FROM positioning_orders WHERE id = :id"), {"id": UUID(form["id"])}
        ).one()
    assert tuple(row) == (first, MONDAY + 5 * DAY + ODD)


def test_without_a_beginning_nothing_is_ordered(undone: Engine, app: Flask, office: Office, head: Worker) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office, "王某某")
    form = {"id": str(uuid4()), "ground": "broke_prohibition", "to_at": "2026-03-20T09:00"}
    assert a_visitor(app, head).post(f"/subjects/{person}/orders", form).status_code == 422

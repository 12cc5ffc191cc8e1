"""The office table over HTTP: its shape, its bounds, and each figure's rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.compliance import ITEMS, Figure
from app.rules.facts import DutyState, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.visits import a_body, owed
from tests.statements import counted

URL = "/api/office/v1/compliance"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
DAY = timedelta(days=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    """A supervisor of the county."""
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, at=clock.now() - 60 * DAY)


def line(document: dict[str, Any], office: str, item: str) -> dict[str, Any]:
    (found,) = [found for found in document["offices"] if found["name"] == office]
    (counts,) = [counts for counts in found["items"] if counts["item"] == item]
    return dict(counts)


def test_the_table_says_when_it_was_drawn_and_what_each_office_owed(
    client: FlaskClient, undone: Engine, tree: Tree, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        owed(tx, tree, tree.office, subject_id, "访1", clock.now() - DAY, state=DutyState.MISSED)
        owed(tx, tree, tree.office, subject_id, "check_in", clock.now() - DAY, state=DutyState.FULFILLED)
    document = client.get(URL, query_string=MARCH, headers=headers).get_json()
    assert (document["as_of"], document["from"], document["to"]) == (
        "2026-03-02T09:00:00+08:00",
        "2026-03-01",
        "2026-03-31",
    )
    assert [office["name"] for office in document["offices"]] == ["双塔司法所", "虎山司法所"]
    assert [reason["text"] for reason in document["offices"][0]["stands_out"]] == ["走访家庭有 1 项到期未完成。"]
    assert [found["item"] for found in document["totals"]] == list(ITEMS)
    assert line(document, "双塔司法所", "访1") == {
        "item": "访1",
        "title": "走访家庭",
        "obligor": "office",
        "due": 1,
        "in_time": 0,
        "late": 0,
        "waived": 0,
        "missed": 1,
        "open": 0,
        "unjudged": 0,
        "submitted": 0,
    }
    assert line(document, "双塔司法所", "check_in")["obligor"] == "subject"
    assert line(document, "虎山司法所", "check_in")["due"] == 0


def test_a_late_visit_moves_from_missed_to_late(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    tree: Tree,
    headers: dict[str, str],
    officer: Worker,
    subject_id: UUID,
    clock: TestClock,
) -> None:
    with transaction(undone) as tx:
        owed(tx, tree, tree.office, subject_id, "访1", clock.now() - DAY, state=DutyState.MISSED)
    body = a_body(subject_id, clock.now())
    client.post("/api/office/v1/visits", json=body, headers=logged_in(app, officer))
    document = client.get(URL, query_string=MARCH, headers=headers).get_json()
    counts = line(document, "双塔司法所", "访1")
    assert (counts["due"], counts["late"], counts["missed"]) == (1, 1, 0)
    query = {**MARCH, "item": "访1", "figure": "late"}
    (row,) = client.get(f"{URL}/duties", query_string=query, headers=headers).get_json()["items"]
    assert (row["state"], row["evidence_kind"], row["evidence_id"]) == ("late", "visit", body["id"])
    assert (row["title"], row["obligor"], row["rule_code"]) == ("走访家庭", "office", "访1")
    assert row["missed_at"] is not None


def test_every_figure_opens_to_as_many_rows(
    client: FlaskClient, undone: Engine, tree: Tree, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        for number, state in enumerate(DutyState):
            for item in ("访1", "location_check"):
                owed(tx, tree, tree.office, subject_id, item, clock.now() - number * timedelta(hours=2), state=state)
    document = client.get(URL, query_string=MARCH, headers=headers).get_json()
    for office in document["offices"]:
        for counts in office["items"]:
            assert counts["due"] == sum(counts[part] for part in Figure if part is not Figure.DUE)
            for figure in Figure:
                query = {**MARCH, "office_id": office["office_id"], "item": counts["item"], "figure": figure.value}
                answer = client.get(f"{URL}/duties", query_string=query, headers=headers)
                assert len(answer.get_json()["items"]) == counts[figure], (counts, figure)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-03-01"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2025-01-01", "to": "2026-03-01"},
        {**MARCH, "item": "访9"},
        {**MARCH, "office_id": "1"},
        {**MARCH, "figure": "best"},
    ],
    ids=["nothing", "no end", "backwards", "more than a year", "unknown item", "no id", "unknown figure"],
)
def test_a_bad_stretch_is_refused(client: FlaskClient, headers: dict[str, str], query: dict[str, str]) -> None:
    answer = client.get(f"{URL}/duties", query_string=query, headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_a_year_and_the_edges_of_what_can_be_asked(client: FlaskClient, headers: dict[str, str]) -> None:
    for query in (
        {"from": "2000-01-01", "to": "2000-12-31"},
        {"from": "2099-01-01", "to": "2099-12-31"},
        {"from": "2026-03-02", "to": "2026-03-02"},
    ):
        assert client.get(URL, query_string=query, headers=headers).status_code == 200


def test_what_the_routes_cost(client: FlaskClient, undone: Engine, headers: dict[str, str]) -> None:
    """One statement for who asks, one for the answer."""
    for url in (URL, f"{URL}/duties"):
        with counted(undone) as sent:
            client.get(url, query_string=MARCH, headers=headers)
        assert len(sent) == 2, url

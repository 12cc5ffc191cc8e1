"""The audit over HTTP: figures with their keys, as many rows, a month as kept, files with their purpose."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.jobs.snapshots import take
from app.rules.facts import DutyState, Role
from app.rules.oversight import Figure
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.oversight import audited
from tests.builders.users import a_user, logged_in

URL = "/api/office/v1/compliance"
FEBRUARY = {"from": "2026-02-01", "to": "2026-02-28"}
AT = datetime(2026, 2, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def headers(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    """A procurator of the county; in February one visit was made and nothing proves it, and one talk was missed."""
    with transaction(undone) as tx:
        officer = a_user(tx, tree.office)
        person = a_supervised(tx, tree, officer, at=AT - 60 * DAY)
        audited(tx, tree, tree.office, person, "访1", AT, state=DutyState.FULFILLED, by=officer)
        audited(tx, tree, tree.office, person, "谈1", AT, state=DutyState.MISSED)
        return logged_in(app, a_user(tx, tree.county, Role.PROCURATOR))


@pytest.mark.parametrize(("by", "lines"), [("office", 2), ("officer", 1), ("item", 2), ("class", 1), ("period", 1)])
def test_lines_add_up_and_open(client: FlaskClient, headers: dict[str, str], by: str, lines: int) -> None:
    asked = {**FEBRUARY, "by": by, "unit": "month"}
    found = client.get(f"{URL}/audit", query_string=asked, headers=headers).get_json()
    assert len(found["lines"]) == lines
    for figure in Figure:
        total = found["total"][figure]
        assert sum(line[figure] for line in found["lines"]) == total
        rows = client.get(f"{URL}/audit/duties", query_string={**FEBRUARY, "figure": figure}, headers=headers)
        assert len(rows.get_json()["items"]) == total, figure
    assert (found["total"]["due"], found["total"]["unproven"], found["total"]["missed"]) == (2, 1, 1)


@pytest.mark.parametrize(
    "wrong", [{"to": "2026-01-01"}, {"from": "2024-01-01"}, {"by": "county"}, {"class": "soft"}, {"office_id": "1"}]
)
def test_what_makes_no_sense_is_refused(client: FlaskClient, headers: dict[str, str], wrong: dict[str, str]) -> None:
    answer = client.get(f"{URL}/audit", query_string={**FEBRUARY, **wrong}, headers=headers)
    assert answer.status_code == 422


def test_a_month_as_it_was_kept(client: FlaskClient, undone: Engine, headers: dict[str, str]) -> None:
    asked = {"month": "2026-02"}
    assert client.get(f"{URL}/snapshots", query_string=asked, headers=headers).get_json()["code"] == "no_snapshot"
    take(deps_for_tests(undone, a_clock()), MONDAY + 3 * DAY)
    found = client.get(f"{URL}/snapshots", query_string=asked, headers=headers).get_json()
    assert found["total"]["then"] == found["total"]["now"]
    assert (found["total"]["then"]["due"], found["not_kept"], found["kept"][0]["whole"]) == (2, 0, True)


def test_a_whole_month_is_told_beside_what_was_kept_of_it(
    client: FlaskClient, undone: Engine, headers: dict[str, str]
) -> None:
    """However the month was named; a part of it is not."""
    take(deps_for_tests(undone, a_clock()), MONDAY + 3 * DAY)
    told = []
    for last in ("2026-02-28", "2026-02-27"):
        wanted = {"from": "2026-02-01", "to": last, "format": "docx", "purpose": "月报"}
        answer = client.post(f"{URL}/audit/exports", json=wanted, headers=headers)
        told.append("月末快照一致" in "".join(one.text for one in Document(io.BytesIO(answer.data)).paragraphs))
    assert told == [True, False]


def test_readings_and_files_of_a_procurator_are_on_record(
    client: FlaskClient, undone: Engine, headers: dict[str, str]
) -> None:
    client.get(f"{URL}/audit", query_string=FEBRUARY, headers=headers)
    client.get(URL, query_string=FEBRUARY, headers=headers)
    client.get(f"{URL}/duties", query_string=FEBRUARY, headers=headers)
    wanted = {**FEBRUARY, "format": "csv_sums", "by": "item"}
    assert client.post(f"{URL}/audit/exports", json=wanted, headers=headers).status_code == 422
    answer = client.post(f"{URL}/audit/exports", json={**wanted, "purpose": "季度监督"}, headers=headers)
    assert answer.data.decode("utf-8-sig").splitlines()[-1].startswith("合计,2,1")
    with transaction(undone) as tx:
        told = tx.execute(text("SELECT action, reason FROM audit WHERE action LIKE 'compliance.%' ORDER BY id")).all()
    assert [tuple(row) for row in told] == [
        ("compliance.read", None),
        ("compliance.read", None),
        ("compliance.read", None),
        ("compliance.export", "季度监督"),
    ]

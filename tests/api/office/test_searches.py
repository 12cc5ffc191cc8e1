"""Searches through HTTP: from silence to a confirmed 脱管, with the papers read back; who may do what."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions.check_silence import check_silence, end_silence
from app.actions.judge_duties import judge_duties
from app.actions.open_duties import open_duties
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import api_up
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/searches"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, name="王干事")


@pytest.fixture
def county(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_STAFF, name="李科长")


@pytest.fixture
def procurator(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.PROCURATOR, name="周检察官")


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    """Registered a day and an hour ago; the phone was never heard."""
    with transaction(undone) as tx:
        api_up(tx, clock.now() - 30 * DAY, clock.now() + 30 * DAY)
        return a_subject(tx, officer, at=clock.now() - DAY).id


def run_jobs(undone: Engine, clock: TestClock) -> None:
    """What the worker would do by now, in its order."""
    with transaction(undone) as tx:
        open_duties(tx, now=clock.now())
        judge_duties(tx, now=clock.now())
        check_silence(tx, now=clock.now())
        open_duties(tx, now=clock.now())


def an_entry(kind: str, clock: TestClock, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": kind,
        "happened_at": clock.now().isoformat(),
        "with_whom": "本人和家属",
        "found": "无人接听",
        **changes,
    }


def the_search(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    items = client.get(URL, query_string={"open": True}, headers=headers).get_json()["items"]
    assert len(items) == 1, items
    found: dict[str, Any] = items[0]
    return found


def test_from_silence_to_a_confirmed_absence_with_its_papers(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    clock: TestClock,
    officer: Worker,
    county: Worker,
    procurator: Worker,
    subject_id: UUID,
) -> None:
    by_officer, by_county = logged_in(app, officer), logged_in(app, county)
    run_jobs(undone, clock)

    found = the_search(client, by_officer)
    assert (found["kind"], found["opened_by_name"], found["outcome"]) == ("lost_contact", None, None)
    url = f"{URL}/{found['id']}"
    detail = client.get(url, headers=by_officer).get_json()
    steps = {step["step"]: (step["due_at"], step["state"]) for step in detail["steps"]}
    assert steps == {
        "calls": ("2026-03-03T00:00:00+08:00", "open"),
        "procuratorate": ("2026-03-03T09:00:00+08:00", "open"),
        "visit": ("2026-03-04T09:00:00+08:00", "open"),
        "police": ("2026-03-04T09:00:00+08:00", "open"),
    }

    call = an_entry("call", clock)
    _once(client, f"{url}/entries", call, by_officer)
    notice = an_entry("procuratorate_notice", clock, with_whom="江山市人民检察院", document_no="江矫通〔2026〕3号")
    assert client.post(f"{url}/entries", json=notice, headers=by_officer).status_code == 201
    refused = client.post(f"{url}/entries", json=an_entry("police_notice", clock), headers=by_officer)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "supervisor_decides")
    thin = {"outcome": "lost_confirmed", "note": "查无下落"}
    answer = client.post(f"{url}/end", json=thin, headers=by_officer)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "search_record_thin")

    clock.advance(3 * DAY)
    run_jobs(undone, clock)
    late = {step["step"]: step["state"] for step in client.get(url, headers=by_officer).get_json()["steps"]}
    assert late == {"calls": "fulfilled", "procuratorate": "fulfilled", "visit": "missed", "police": "missed"}
    with undone.connect() as connection:
        told = connection.execute(text("SELECT kind, occurrences FROM alerts WHERE rule_code LIKE 'search.%'")).all()
    assert [tuple(row) for row in told] == [("handling_overdue", 2)]

    for kind, headers in (("visit", by_officer), ("police_notice", by_county)):
        entry = an_entry(kind, clock, found="家中无人,邻居称数日未见")
        assert client.post(f"{url}/entries", json=entry, headers=headers).status_code == 201
    clock.advance(9 * DAY)
    ended = client.post(f"{url}/end", json=thin, headers=by_officer).get_json()
    assert (ended["outcome"], ended["ended_by_name"], ended["days"]) == ("lost_confirmed", "王干事", 13)
    assert "第三十五条" in ended["band"]
    assert "系统不作处理" in ended["band"]
    again = client.post(f"{url}/end", json=thin, headers=by_officer)
    assert (again.status_code, again.get_json()["code"]) == (409, "search_ended")

    papers = {kind: _paper(client, url, kind, by_officer) for kind in ("police", "procuratorate", "record")}
    for kind, (name, words) in papers.items():
        assert name == f"attachment; filename=search-{kind}.docx"
        assert "第三十条" in words
        assert "确认脱管" in words
        assert "王干事" in words
    assert "协助查找" in papers["police"][1]
    assert "江矫通〔2026〕3号" in papers["record"][1]
    with undone.connect() as connection:
        made = connection.execute(
            text("SELECT details->>'paper', subject_id FROM audit WHERE action = 'searches.paper' ORDER BY id")
        ).all()
        assert [tuple(row) for row in made] == [(kind, subject_id) for kind in papers]

    seen = client.get(url, headers=logged_in(app, procurator))
    assert seen.status_code == 200
    assert client.post(f"{url}/entries", json=call, headers=logged_in(app, procurator)).status_code == 403
    with undone.connect() as connection:
        looked = connection.execute(
            text("SELECT count(*) FROM audit WHERE action = 'searches.read' AND actor_id = :id"), {"id": procurator.id}
        ).scalar_one()
    assert looked == 1


def _once(client: FlaskClient, url: str, body: dict[str, Any], headers: dict[str, str]) -> None:
    """First 201, again 200, with another body 409."""
    assert client.post(url, json=body, headers=headers).status_code == 201
    assert client.post(url, json=body, headers=headers).status_code == 200
    reused = client.post(url, json={**body, "found": "接通"}, headers=headers)
    assert (reused.status_code, reused.get_json()["code"]) == (409, "id_reused")


def _paper(client: FlaskClient, url: str, kind: str, headers: dict[str, str]) -> tuple[str, str]:
    """The name under which the paper is handed out, and all its words."""
    answer = client.get(f"{url}/paper", query_string={"kind": kind}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, DOCX)
    document = Document(BytesIO(answer.get_data()))
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    fonts = {
        run.element.xpath("string(w:rPr/w:rFonts/@w:eastAsia)")
        for paragraph in document.paragraphs
        for run in paragraph.runs
    }
    assert fonts == {"方正小标宋简体", "仿宋"}
    assert document.core_properties.author == ""
    return answer.headers["Content-Disposition"].replace('"', ""), "\n".join(words)


def test_whoever_is_heard_again_is_owed_nothing_but_a_look(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, officer: Worker, subject_id: UUID
) -> None:
    headers = logged_in(app, officer)
    run_jobs(undone, clock)
    found = the_search(client, headers)
    clock.advance(HOUR)
    with transaction(undone) as tx:
        tx.execute(
            text("UPDATE subject_states SET last_heard_at = :now, heard_again_at = :now WHERE subject_id = :id"),
            {"now": clock.now(), "id": subject_id},
        )
        end_silence(tx, now=clock.now())
    seen = the_search(client, headers)
    assert (seen["contact_back"], seen["days"]) == (True, 1)
    assert datetime.fromisoformat(seen["contact_back_at"]) == clock.now()
    words = _paper(client, f"{URL}/{found['id']}", "police", headers)[1]
    assert "恢复联系" in words
    assert "协助查找" not in words
    clock.advance(3 * DAY)
    run_jobs(undone, clock)

    detail = client.get(f"{URL}/{found['id']}", headers=headers).get_json()

    states = {step["step"]: step["state"] for step in detail["steps"]}
    assert states == {"calls": "cancelled", "visit": "cancelled", "police": "cancelled", "procuratorate": "missed"}


def test_an_officer_begins_one_with_an_id_of_their_own(
    client: FlaskClient, app: Flask, clock: TestClock, officer: Worker, subject_id: UUID
) -> None:
    headers = logged_in(app, officer)
    body = {"id": str(uuid4()), "subject_id": str(subject_id), "why": "家属说联系不上"}
    first = client.post(URL, json=body, headers=headers)
    again = client.post(URL, json=body, headers=headers)
    other = client.post(URL, json={**body, "id": str(uuid4())}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json()["opened_by_name"] == "王干事"
    assert (other.status_code, other.get_json()["code"]) == (409, "search_open")


def test_evidence_is_of_the_person_and_corrections_are_additions(
    client: FlaskClient, app: Flask, clock: TestClock, officer: Worker, subject_id: UUID
) -> None:
    headers = logged_in(app, officer)
    body = {"id": str(uuid4()), "subject_id": str(subject_id), "why": "家属说联系不上"}
    url = f"{URL}/{client.post(URL, json=body, headers=headers).get_json()['id']}/entries"
    for strange in ({"photo_id": str(uuid4())}, {"visit_id": str(uuid4())}, {"corrects_id": str(uuid4())}):
        assert client.post(url, json=an_entry("call", clock, **strange), headers=headers).status_code == 404

    wrong = an_entry("call", clock)
    client.post(url, json=wrong, headers=headers)
    right = an_entry("call", clock, found="接通,称在外地务工", corrects_id=wrong["id"])
    entries = client.post(url, json=right, headers=headers).get_json()["entries"]

    assert {entry["id"]: entry["corrected"] for entry in entries} == {wrong["id"]: True, right["id"]: False}


def test_a_minors_record_and_papers_open_above_the_office_with_a_reason_only(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, officer: Worker, county: Worker
) -> None:
    with transaction(undone) as tx:
        minor = a_subject(tx, officer, at=clock.now() - DAY, born=date(2010, 5, 17)).id
    by_officer, by_county = logged_in(app, officer), logged_in(app, county)
    body = {"id": str(uuid4()), "subject_id": str(minor), "why": "家属说联系不上"}
    url = f"{URL}/{client.post(URL, json=body, headers=by_officer).get_json()['id']}"
    client.post(f"{url}/entries", json=an_entry("call", clock), headers=by_officer)
    found = [
        client.get(url, query_string=query, headers=headers).get_json()["entries"][0]["found"]
        for headers, query in ((by_officer, {}), (by_county, {}), (by_county, {"reason": "决定是否通报公安"}))
    ]
    assert found == ["无人接听", None, "无人接听"]
    police = {"kind": "police"}
    closed = client.get(f"{url}/paper", query_string=police, headers=by_county)
    assert (closed.status_code, closed.get_json()["code"]) == (422, "reason_needed_for_minor")
    assert (
        client.get(f"{url}/paper", query_string={**police, "reason": "通报公安"}, headers=by_county).status_code == 200
    )
    with undone.connect() as connection:
        statement = text("SELECT action, reason FROM audit WHERE actor_id = :id AND reason IS NOT NULL ORDER BY id")
        said = [tuple(row) for row in connection.execute(statement, {"id": county.id})]
    assert said == [("searches.read", "决定是否通报公安"), ("searches.paper", "通报公安")]

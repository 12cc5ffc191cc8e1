"""The page of a search: its evidence is added and opened there; of a minor's, above the office, with a reason only."""

import re
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.actions.search_subject import begin_search
from app.rules.searches import Wanted
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.files import PDF
from tests.web.browsing import a_visitor
from tests.web.office import Office, a_person, an_office_at_nine


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


def a_search(engine: Engine, office: Office, *, minor: bool = False) -> UUID:
    wanted = Wanted(uuid4(), "家属说联系不上", b"")
    with transaction(engine) as tx:
        person = a_person(tx, office, "赵小明", minor=minor)
        begin_search(tx, office.officer.actor, person, wanted, now=MONDAY)
    return wanted.id


def test_evidence_is_added_to_a_search_and_opened_from_it(undone: Engine, app: Flask, office: Office) -> None:
    path = f"/searches/{a_search(undone, office)}"
    visitor = a_visitor(app, office.officer)
    form = {"id": str(uuid4()), "title": "通话清单", "file": (BytesIO(PDF), "a.pdf")}
    assert visitor.post(f"{path}/files", form).status_code == 303
    link = re.search(r'href="(/attachments/[^"]+)"[^>]*>通话清单', visitor.text(path))
    assert link
    assert visitor.get(link[1]).data == PDF


def test_a_minors_search_is_opened_above_the_office_with_a_reason_only(
    undone: Engine, app: Flask, office: Office
) -> None:
    path = f"/searches/{a_search(undone, office, minor=True)}"
    officer, county = a_visitor(app, office.officer), a_visitor(app, office.county)
    form = {"id": str(uuid4()), "title": "通话清单", "file": (BytesIO(PDF), "a.pdf")}
    officer.post(f"{path}/files", form)
    closed, opened = county.text(path), county.text(f"{path}?reason=决定是否通报公安")
    assert ("家属说联系不上" in closed, "家属说联系不上" in opened) == (False, True)
    assert ("/paper?" in closed, "/paper?" in opened) == (False, True)
    paper = re.search(r'href="(/searches/[^"]+kind=police[^"]*)"', opened)
    assert paper
    assert county.get(paper[1].replace("&amp;", "&")).status_code == 200
    file = re.search(r'action="(/attachments/[^"]+)"', closed)
    assert file
    assert (county.get(file[1]).status_code, county.get(f"{file[1]}?reason=复核").data) == (422, PDF)


def test_an_entry_is_put_right_by_one_that_names_it(undone: Engine, app: Flask, office: Office) -> None:
    path = f"/searches/{a_search(undone, office)}"
    visitor = a_visitor(app, office.officer)
    wrong = {
        "id": str(uuid4()),
        "kind": "call",
        "happened_at": "2026-03-02T09:00",
        "with_whom": "本人",
        "found": "接通",
    }
    assert visitor.post(f"{path}/entries", wrong).status_code == 303
    assert f'<option value="{wrong["id"]}">' in visitor.text(path)
    right = {**wrong, "id": str(uuid4()), "found": "无人接听", "corrects_id": wrong["id"]}
    other = visitor.post(f"{path}/entries", {**right, "kind": "visit"})
    assert (other.status_code, "同一类事项" in other.get_data(as_text=True)) == (422, True)
    assert visitor.post(f"{path}/entries", right).status_code == 303
    assert visitor.text(path).count("已被更正") == 1

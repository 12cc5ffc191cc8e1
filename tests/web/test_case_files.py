"""Papers on the page of one person: added, looked at, deleted with a reason; and patterns of records in a list."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.actions.record_visit import record_visit
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.files import PDF, a_paper
from tests.builders.users import a_user
from tests.builders.visits import a_new_record
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import Office, a_person, an_office_at_nine


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def county(app: Flask, undone: Engine, office: Office) -> Visitor:
    with transaction(undone) as tx:
        return a_visitor(app, a_user(tx, office.tree.county, Role.COUNTY_STAFF))


def test_a_paper_is_added_seen_and_deleted_with_its_reason(
    app: Flask, undone: Engine, office: Office, county: Visitor
) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
    visitor = a_visitor(app, office.officer)
    assert "还没有材料" in visitor.text(f"/subjects/{person}")
    form = {"id": str(uuid4()), "purpose": "document", "title": "<b>调查报告</b>" + "长" * 60}
    added = visitor.post(f"/subjects/{person}/files", {**form, "file": (BytesIO(PDF), "报告.pdf")})
    assert added.status_code == 303
    page = visitor.text(f"/subjects/{person}")
    assert ("&lt;b&gt;调查报告" in page, "<b>调查" in page, "提前删除" in page) == (True, False, False)
    link = re.search(r'href="(/attachments/[^"]+)"', page)
    assert link
    opened = visitor.get(link[1])
    assert (opened.data, opened.mimetype) == (PDF, "application/pdf")
    assert "提前删除" in county.text(f"/subjects/{person}")
    refused = county.post(f"{link[1]}/delete", {"reason": ""})
    assert refused.status_code == 422
    assert county.post(f"{link[1]}/delete", {"reason": "传错了人"}).status_code == 303
    page = visitor.text(f"/subjects/{person}")
    assert ("内容已删除" in page, "传错了人" in page) == (True, True)
    assert visitor.get(link[1]).status_code == 404
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action FROM audit WHERE action LIKE 'attachments.%' ORDER BY action")).scalars()
        assert list(acts) == ["attachments.delete", "attachments.keep", "attachments.read"]


def test_papers_of_a_minor_are_opened_above_the_office_with_a_reason_only(
    app: Flask, undone: Engine, office: Office, county: Visitor
) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office, minor=True)
        paper = a_paper(tx, office.officer, person, uuid4())
    visitor, address = a_visitor(app, office.officer), f"/attachments/{paper}"
    assert (visitor.get(address).status_code, county.get(address).status_code) == (200, 422)
    shown = county.text(f"/subjects/{person}")
    assert (f'href="{address}"' in shown, "查看理由" in shown) == (False, True)
    assert county.get(f"{address}?reason=复核").data.startswith(PDF)
    with transaction(undone) as tx:
        reasons = tx.execute(text("SELECT reason FROM audit WHERE action = 'attachments.read' ORDER BY id")).scalars()
        assert list(reasons) == [None, "复核"]


def test_a_file_of_the_wrong_kind_is_told(app: Flask, undone: Engine, office: Office) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
    visitor = a_visitor(app, office.officer)
    form = {"id": str(uuid4()), "purpose": "document", "file": (BytesIO(b"MZ program"), "报告.pdf")}
    answer = visitor.post(f"/subjects/{person}/files", form)
    assert (answer.status_code, "不能是这种格式" in answer.text) == (422, True)


def test_patterns_of_records_are_listed_and_answered(
    app: Flask, undone: Engine, office: Office, county: Visitor
) -> None:
    with transaction(undone) as tx:
        for n in range(4):
            person = a_person(tx, office)
            new = a_new_record(person, MONDAY - timedelta(minutes=n * 5), "访1")
            record_visit(tx, office.officer.actor, new, now=MONDAY)
    visitor = a_visitor(app, office.officer)
    own = visitor.text("/record-patterns")
    assert ("短时间内走访多人" in own, "4 名对象" in own, "说明情况" in own) == (True, True, True)
    form = {"id": str(uuid4()), "pattern": "many_in_minutes", "note": ""}
    path = f"/record-patterns/{office.officer.id}/notes"
    assert visitor.post(path, form).status_code == 422
    assert visitor.post(path, {**form, "note": "当天集中谈话"}).status_code == 303
    shown = county.text("/record-patterns")
    assert ("本人说明" in shown, "当天集中谈话" in shown, "写下核对的情况" in shown) == (True, True, True)
    assert "记录情况提示" in county.text("/compliance")

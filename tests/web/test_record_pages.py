"""The form of a record, the record as it was kept, its papers, and what is open without a log-in."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Engine, text

from app.access.table import ACTIONS
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from app.web.field import FILES
from app.web.static_files import STATIC
from tests.builders.app import MONDAY
from tests.builders.offices import whole_table
from tests.builders.record_papers import a_signature
from tests.builders.users import a_user
from tests.statements import counted
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import Office, a_person, a_visit_due, an_office_at_nine
from tests.web.typed_records import JSON, typed

HOUR = timedelta(hours=1)


def test_the_form_tells_which_duty_an_item_would_fulfil(
    undone: Engine, office: Office, person: UUID, visitor: Visitor
) -> None:
    with transaction(undone) as tx:
        duty = a_visit_due(tx, office, person)
    shown = visitor.text(f"/subjects/{person}/record?duty={duty}")
    assert "将完成期限为" in shown
    item = re.search(r'name="items" value="([^"]+)" checked', shown)
    assert item
    assert f'href="/subjects/{person}/record?duty={duty}"' in visitor.text(f"/duties/{duty}")


def test_a_record_is_kept_once_and_shown_with_both_clocks(undone: Engine, person: UUID, visitor: Visitor) -> None:
    path, form = f"/subjects/{person}/record", typed()
    first = visitor.post(path, form)
    assert (first.status_code, first.location) == (303, f"/records/{form['id']}")
    later = visitor.post(path, form | {"sent_at": "2026-03-02T03:00:00Z", "drafted_offline": "1"}, headers=JSON)
    assert later.get_json() == {"address": f"/records/{form['id']}", "first": False}
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM records")).scalar_one() == 1
    shown = visitor.text(first.location)
    for words in (
        "与母亲同住",
        "本人、母亲",
        "答:在找工作。\n想去木业厂。",
        "平稳",
        "没有签名:手受伤",
        "3月9日前",
        "08:30",
        "09:00",
    ):
        assert words in shown.replace("&#39;", "'"), words


REFUSED = [
    ({"items": ""}, "请至少选一个项目"),
    ({"lines": "没有开头"}, "要以“问:”或“答:”开头"),
    ({"note": " "}, "请"),
    ({"follow_up_on": ""}, "后续事项和日期要一起填写"),
    ({"why_not_signed": ""}, "请写明原因"),
    ({"kind": "talk"}, "谈话记录不能含走访项目"),
    ({"happened_at": "2026-03-02T10:30"}, "时间不能晚于现在"),
]


@pytest.mark.parametrize(("change", "told"), REFUSED)
def test_what_is_refused_keeps_what_was_typed(
    change: dict[str, str], told: str, person: UUID, visitor: Visitor
) -> None:
    form = {name: value for name, value in typed(**change).items() if value}
    answer = visitor.post(f"/subjects/{person}/record", form)
    assert (answer.status_code, told in answer.text) == (422, True), answer.text
    assert answer.status_code == visitor.post(f"/subjects/{person}/record", form, headers=JSON).status_code
    assert "本人、母亲" in answer.text
    assert form["id"] in answer.text


def test_something_is_added_and_the_record_stays(person: UUID, visitor: Visitor) -> None:
    form = typed()
    visitor.post(f"/subjects/{person}/record", form)
    path = f"/records/{form['id']}"
    bare = visitor.post(f"{path}/additions", {"id": str(uuid4()), "note": "母亲的电话是空号"})
    assert bare.status_code == 422
    added = visitor.post(f"{path}/additions", {"id": str(uuid4()), "note": "母亲的电话是空号", "why": "当天漏写"})
    assert (added.status_code, added.location) == (303, path)
    shown = visitor.text(path)
    for words in ("在家,情况平稳。", "母亲的电话是空号", "原因:当天漏写", "徐敏"):
        assert words in shown


def test_the_papers_are_made_and_that_is_recorded(undone: Engine, person: UUID, visitor: Visitor) -> None:
    form = typed(kind="talk", items="谈1", **{"finding.访1": "", "evidence.访1": ""})
    visitor.post(f"/subjects/{person}/record", form)
    pdf = visitor.get(f"/records/{form['id']}/paper?form=pdf")
    assert (pdf.mimetype, pdf.headers["Cache-Control"]) == ("application/pdf", "no-store")
    told = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages)
    docx = visitor.get(f"/records/{form['id']}/paper?form=docx")
    written = "\n".join(paragraph.text for paragraph in Document(BytesIO(docx.data)).paragraphs)
    for words in ("谈话笔录", "问:最近怎样?", "没有签名,原因:手受伤"):
        assert (words in told, words in written) == (True, True), words
    assert visitor.get(f"/records/{form['id']}/paper?form=html").status_code == 422
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT details FROM audit WHERE action = 'records.paper' ORDER BY id")).scalars()
        assert [act["form"] for act in acts] == ["pdf", "docx"]


def test_what_was_promised_is_a_duty_until_a_record_settles_it(
    undone: Engine, person: UUID, visitor: Visitor, clock: TestClock
) -> None:
    first = typed()
    visitor.post(f"/subjects/{person}/record", first)
    form = visitor.text(f"/subjects/{person}/record")
    duty = re.search(r'name="settles" value="([^"]+)"', form)
    assert duty
    assert "核实工作(3月9日" in form
    page = visitor.text(f"/duties/{duty[1]}")
    assert ("后续事项" in page, f"/records/{first['id']}" in page) == (True, True)
    clock.advance(hours=3)
    sent = typed(settles=duty[1], follow_up="", follow_up_on="", happened_at="2026-03-02T11:30", ended_at="")
    assert visitor.post(f"/subjects/{person}/record", sent).status_code == 303
    with transaction(undone) as tx:
        row = tx.execute(text("SELECT state, evidence_id FROM duties WHERE id = :id"), {"id": duty[1]}).one()
    assert (row.state, str(row.evidence_id)) == ("fulfilled", sent["id"])
    assert 'name="settles"' not in visitor.text(f"/subjects/{person}/record")


def test_signatures_come_before_their_record_and_stand_on_its_paper(
    undone: Engine, person: UUID, visitor: Visitor
) -> None:
    form = typed(signed_subject="on_screen", why_not_signed="", signed_officer="on_screen")
    for purpose, bend in (("signature_subject", 30), ("signature_officer", 90)):
        sent = {"id": str(uuid4()), "record_id": form["id"], "purpose": purpose}
        for first in (True, False):
            file = BytesIO(a_signature(bend)), "s.png"
            answer = visitor.post(f"/subjects/{person}/record/files", {**sent, "file": file}, headers=JSON)
            assert (answer.status_code, answer.get_json()) == (200, {"id": sent["id"], "first": first})
    visitor.post(f"/subjects/{person}/record", form)
    shown = visitor.text(f"/records/{form['id']}")
    assert ("对象签名" in shown, "工作人员签名" in shown) == (True, True)
    pdf = visitor.get(f"/records/{form['id']}/paper?form=pdf")
    assert sum(len(page.images) for page in PdfReader(BytesIO(pdf.data)).pages) == 2
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM audit WHERE action = 'attachments.read'")).scalar_one() == 2


@pytest.mark.parametrize(
    ("change", "status"), [({"purpose": "recording"}, 422), ({"record_id": "?"}, 422), ({"id": "?"}, 422)]
)
def test_a_file_that_does_not_fit_is_told_to_the_script(
    change: dict[str, str], status: int, person: UUID, visitor: Visitor
) -> None:
    sent = {"id": str(uuid4()), "record_id": str(uuid4()), "purpose": "photo", **change}
    file = BytesIO(a_signature()), "s.png"
    answer = visitor.post(f"/subjects/{person}/record/files", {**sent, "file": file}, headers=JSON)
    assert (answer.status_code, "fault" in answer.get_json()) == (status, True)


def test_the_record_tells_which_evidence_is_still_asked_for(undone: Engine, app: Flask) -> None:
    with transaction(undone) as tx:
        office = an_office_at_nine(tx, policy=whole_table())
        person = a_person(tx, office)
    visitor, form = a_visitor(app, office.officer), typed()
    assert "现场照片" in visitor.text(f"/subjects/{person}/record")
    refused = visitor.post(
        f"/subjects/{person}/record", {name: value for name, value in form.items() if name != "note"}
    )
    assert re.search(r'name="evidence.访1" value="place" checked', refused.text)
    visitor.post(f"/subjects/{person}/record", form)
    (told,) = re.findall(r"还没有的依据:(.*?)</p>", visitor.text(f"/records/{form['id']}"))
    assert ("现场照片" in told, "见到的人" in told) == (True, False)


def test_a_photo_is_added_later_without_scripts(person: UUID, visitor: Visitor) -> None:
    form = typed()
    visitor.post(f"/subjects/{person}/record", form)
    path = f"/records/{form['id']}"
    assert "没有附照片" in visitor.text(path)
    sent = {"id": str(uuid4()), "purpose": "photo", "file": (BytesIO(a_signature()), "p.png")}
    assert visitor.post(f"{path}/files", sent).location == path
    link = re.search(r'href="(/attachments/[^"]+)"', visitor.text(path))
    assert link
    assert visitor.get(link[1]).mimetype == "image/jpeg"


def test_the_verdict_on_a_record_is_shown_with_its_checks(undone: Engine, person: UUID, visitor: Visitor) -> None:
    form = typed()
    visitor.post(f"/subjects/{person}/record", form)
    with transaction(undone) as tx:
        checks = '[{"code": "place_not_given", "verdict": "unknown", "params": {}}]'
        added = (
            "INSERT INTO record_proofs (record_id, verdict, checks, judged_at) VALUES (:id, 'unknown', :checks, :at) "
            "ON CONFLICT (record_id) DO UPDATE SET verdict = 'unknown', checks = excluded.checks"
        )
        tx.execute(text(added), {"id": form["id"], "checks": checks, "at": MONDAY})
    shown = visitor.text(f"/records/{form['id']}")
    assert ("证据不足,无法判断" in shown, "没有附定位。" in shown) == (True, True)


def test_next_door_knows_of_none_of_it(app: Flask, office: Office, person: UUID, visitor: Visitor) -> None:
    form = typed()
    visitor.post(f"/subjects/{person}/record", form)
    neighbour = a_visitor(app, office.neighbour)
    for path in (f"/subjects/{person}/record", f"/records/{form['id']}", f"/records/{form['id']}/paper?form=pdf"):
        assert neighbour.get(path).status_code == 404, path
    assert neighbour.post(f"/subjects/{person}/record", typed(), headers=JSON).status_code == 404


def test_the_page_that_opens_without_a_network_holds_nobody(app: Flask, person: UUID, visitor: Visitor) -> None:
    stranger = Visitor(app)
    page = stranger.get("/field/")
    assert (page.status_code, "geolocation=(self)" in page.headers["Permissions-Policy"]) == (200, True)
    assert page.get_data() == visitor.get("/field/").get_data()
    assert "csrf" not in page.text
    worker = stranger.get("/field/worker.js")
    assert worker.mimetype == "text/javascript"
    assert [name for name in FILES if not (STATIC / name).exists()] == []
    assert [name for name in FILES if f"/static/{name}" not in worker.text] == []
    for path in ("/field/who", "/field/people"):
        assert stranger.get(path).status_code == 302, path


def test_people_are_taken_along_with_the_least_that_a_record_needs(
    app: Flask, undone: Engine, office: Office, person: UUID, visitor: Visitor
) -> None:
    with transaction(undone) as tx:
        a_visit_due(tx, office, person)
        a_visit_due(tx, office, a_person(tx, office, "李四"))
        for _ in range(3):
            a_person(tx, office, "没有到期的人")
    with counted(undone) as statements:
        (first, second) = visitor.get("/field/people").get_json()["people"]
    assert {first["name"], second["name"]} == {"王立新", "李四"}
    assert set(first) == {"id", "no", "name", "items", "promised"}
    assert any(item["due"] for item in first["items"])
    assert len(statements) < 16
    assert a_visitor(app, office.neighbour).get("/field/people").get_json()["people"] == []
    with transaction(undone) as tx:
        procurator = a_visitor(app, a_user(tx, office.tree.county, Role.PROCURATOR))
    assert procurator.get("/field/people").status_code == 403
    assert procurator.get("/field/who").get_json()["user"] != office.officer.id.hex  # and sees none of the officer's
    who = visitor.get("/field/who").get_json()
    assert (who["user"], len(who["csrf"]) > 20) == (office.officer.id.hex, True)
    with transaction(undone) as tx:
        act = tx.execute(text("SELECT details FROM audit WHERE action = 'records.take_along' ORDER BY id")).scalars()
        assert sorted(next(iter(act))["subjects"]) == sorted([first["id"], second["id"]])


def test_whoever_may_not_hold_talks_is_offered_none(app: Flask, undone: Engine, office: Office, person: UUID) -> None:
    assert Role.AIDE in ACTIONS["visits.record"] - ACTIONS["talks.record"]
    with transaction(undone) as tx:
        aide = a_user(tx, office.tree.office, Role.AIDE)
    shown = a_visitor(app, aide).text(f"/subjects/{person}/record")
    assert ('value="访1"' in shown, 'value="谈1"' in shown) == (True, False)
    assert a_visitor(app, aide).post(f"/subjects/{person}/record", typed(kind="talk", items="谈1")).status_code == 403


def test_a_log_out_takes_what_the_browser_kept(visitor: Visitor) -> None:
    assert visitor.post("/logout").headers["Clear-Site-Data"] == '"storage"'

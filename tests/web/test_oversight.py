"""The audit on pages: figures that open, lines that are not there, files without formulas, readings on record."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from app.jobs.snapshots import take
from app.rules.facts import DutyState, Role
from app.rules.oversight import Proof
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.duties import a_supervised
from tests.builders.oversight import audited
from tests.builders.users import a_user, logged_in
from tests.statements import counted
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import LONG_NAME, Office, a_person, an_office_at_nine

DAY = timedelta(days=1)
FEBRUARY = "span=month&day=2026-02-10"
IN_FEBRUARY = datetime(2026, 2, 20, 4, tzinfo=UTC)
FORM = {"span": "month", "day": "2026-02-10", "by": "item", "unit": "week", "purpose": "二月督查"}


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def worked(undone: Engine, office: Office) -> Office:
    """In February: a visit proven, one that is not, a talk missed, and one of a minor waived."""
    with transaction(undone) as tx:
        person, minor = a_person(tx, office, LONG_NAME), a_person(tx, office, "小明明", minor=True)
        of, done = office.tree.office, DutyState.FULFILLED
        for proof in (Proof.PROVEN, Proof.CONTRADICTED):
            audited(tx, office.tree, of, person, "访1", IN_FEBRUARY, state=done, by=office.officer, proof=proof)
        audited(tx, office.tree, of, person, "谈1", IN_FEBRUARY, state=DutyState.MISSED)
        waived = audited(tx, office.tree, of, minor, "访1", IN_FEBRUARY, state=DutyState.WAIVED)
        tx.execute(text("UPDATE duties SET waive_reason = '=1+1' WHERE id = :id"), {"id": waived})
    return office


def above(undone: Engine, app: Flask, office: Office, role: Role = Role.PROCURATOR) -> Visitor:
    with transaction(undone) as tx:
        return a_visitor(app, a_user(tx, office.tree.county, role, name="周检"))


def acts(undone: Engine, action: str) -> list[Any]:
    with transaction(undone) as tx:
        rows = tx.execute(text("SELECT details, reason FROM audit WHERE action = :a ORDER BY id"), {"a": action})
        return list(rows.all())


def test_each_figure_opens_to_as_many_rows(app: Flask, worked: Office) -> None:
    county = a_visitor(app, worked.county)
    shown = county.text(f"/compliance/audit?{FEBRUARY}&by=item")
    links = set(re.findall(r'href="(/compliance/audit/duties\?[^"]+)"[^>]*>(?:<strong>)?(\d+)', shown))
    assert len(links) > 8
    for link, number in links:
        rows = county.text(link.replace("&amp;", "&"))
        assert rows.count('<li class="card ') == int(number), link
    assert "走访家庭" in shown
    assert 'role="img"' in shown


@pytest.mark.parametrize("by", ["office", "officer", "item", "class", "period"])
@pytest.mark.parametrize("span", ["span=day&day=2026-02-20", "span=week", "span=quarter", "span=free&from=2026-01-01"])
def test_every_way_to_count_is_a_page(app: Flask, worked: Office, by: str, span: str) -> None:
    assert "任务督查" in a_visitor(app, worked.county).text(f"/compliance/audit?{span}&by={by}")


@pytest.mark.parametrize(
    "asked",
    [
        "span=year",
        "span=month&day=yesterday",
        "span=day&day=1999-01-01",
        "span=free&from=2026-03-02&to=2026-03-01",
        "span=free&from=2024-01-01&to=2026-03-01",
        "by=county",
        "unit=hour",
        "class=soft",
        "office=1",
        "officer=x",
    ],
)
def test_what_makes_no_sense_is_answered_with_a_sentence(app: Flask, office: Office, asked: str) -> None:
    answer = a_visitor(app, office.county).get(f"/compliance/audit?{asked}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_without_anything_due_there_is_one_thing_to_do(app: Flask, office: Office) -> None:
    county = a_visitor(app, office.county)
    assert "这段时间里没有到期的任务" in county.text("/compliance/audit")
    assert "还没有快照" in county.text("/compliance/snapshots")
    assert county.get("/compliance/snapshots?month=2026-02").status_code == 404


def test_what_a_procurator_opens_is_on_record_and_nobody_elses(undone: Engine, app: Flask, worked: Office) -> None:
    procurator, county = above(undone, app, worked), a_visitor(app, worked.county)
    for visitor in (county, procurator):
        visitor.text(f"/compliance/audit?{FEBRUARY}")
        visitor.text(f"/compliance/audit/duties?{FEBRUARY}&figure=unproven&item=访1")
        visitor.text("/compliance/snapshots")
        visitor.text("/compliance?from=2026-02-01&to=2026-02-28")
        visitor.text("/compliance/duties?figure=missed&from=2026-02-01&to=2026-02-28")
    told = [row.details for row in acts(undone, "compliance.read")]
    days = {"from": "2026-02-01", "to": "2026-02-28"}
    assert told == [
        {**days, "by": "office"},
        {**days, "by": "office", "item": "访1", "figure": "unproven"},
        {"snapshot": None},
        {**days, "by": "office"},
        {**days, "figure": "missed"},
    ]
    log = procurator.text("/audit-log?action=compliance.read")
    assert "查看任务完成情况" in log
    assert "2026-02-01 至 2026-02-28,司法所,其中未证实,访1" in log


def test_whatever_else_a_procurator_opens_is_on_record_too(undone: Engine, app: Flask, worked: Office) -> None:
    """By its address, on pages and over the interface; not a part that moves by itself, nor what was not shown."""
    with transaction(undone) as tx:
        duty = tx.execute(text("SELECT id FROM duties WHERE rule_code = '谈1' LIMIT 1")).scalar_one()
        of_county = a_user(tx, worked.tree.county, Role.PROCURATOR)
    procurator, county = above(undone, app, worked), a_visitor(app, worked.county)
    for visitor in (county, procurator):
        visitor.text("/")
        visitor.text("/today/alerts")
        visitor.text(f"/duties/{duty}")
        visitor.text("/subjects?name=王")
        visitor.text("/notices")
        assert visitor.get(f"/duties/{of_county.id}").status_code == 404
    headers = logged_in(app, of_county)
    assert procurator.client.get("/api/office/v1/duties?kind=visit", headers=headers).status_code == 200
    told = [row.details["path"] for row in acts(undone, "procurator.read")]
    assert told == ["/", f"/duties/{duty}", "/subjects", "/api/office/v1/duties"]
    assert f"/duties/{duty}" in procurator.text("/audit-log?action=procurator.read")
    assert procurator.get("/day").status_code == 403, "an officer's day is no matter of theirs"


def test_a_county_has_a_line_of_its_own_that_opens_to_its_own(undone: Engine, app: Flask, worked: Office) -> None:
    with transaction(undone) as tx:
        person = a_supervised(tx, worked.tree, worked.county, at=IN_FEBRUARY - 30 * DAY)
        audited(tx, worked.tree, worked.tree.county, person, "访1", IN_FEBRUARY, state=DutyState.MISSED)
    county = a_visitor(app, worked.county)
    shown = county.text(f"/compliance/audit?{FEBRUARY}")
    (link,) = re.findall(r'href="([^"]+)" aria-label="江山市社区矫正管理局 未完成 1"', shown)
    rows = county.text(link.replace("&amp;", "&"))
    assert rows.count('<li class="card ') == 1
    assert "江山市社区矫正管理局(本级,不含下属各所)" in rows
    report = county.post("/compliance/audit/export", {**FORM, "format": "docx", "by": "office"})
    assert Document(io.BytesIO(report.data)).paragraphs[-2].text.startswith("江山市社区矫正管理局")


def test_a_table_program_opens_it_and_runs_nothing(undone: Engine, app: Flask, worked: Office) -> None:
    answer = above(undone, app, worked).post("/compliance/audit/export", {**FORM, "format": "xlsx"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="compliance-20260201-20260228-audit.xlsx"'
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["汇总", "明细", "说明"]
    sums = [[cell.value for cell in row] for row in book["汇总"].iter_rows()]
    rows = [[cell.value for cell in row] for row in book["明细"].iter_rows()]
    assert sums[1] == ["访1 走访家庭", 3, 2, 0, 0, 1, 0, 0, 1, 1]
    assert sums[-1][:2] == ["合计", len(rows) - 1] == ["合计", 4]
    assert all(cell.data_type in {"s", "n"} for sheet in book for row in sheet.iter_rows() for cell in row)
    (minor,) = (row for row in rows if row[3] == "未成年人")
    assert (minor[2], minor[13]) == (None, None)
    (act,) = acts(undone, "compliance.export")
    assert (act.reason, act.details["rows"], act.details["format"]) == ("二月督查", 4, "xlsx")


def test_csv_has_its_mark_and_no_formula(undone: Engine, app: Flask, worked: Office) -> None:
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET name = '=HYPERLINK(1)' WHERE NOT minor_regime"))
    visitor = a_visitor(app, worked.county)
    answer = visitor.post("/compliance/audit/export", {**FORM, "format": "csv"})
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert {row[3] for row in rows[1:]} == {"'=HYPERLINK(1)", "未成年人"}
    sums = visitor.post("/compliance/audit/export", {**FORM, "format": "csv_sums"}).data.decode("utf-8-sig")
    assert sums.splitlines()[-1] == "合计,4,2,0,1,1,0,0,1,1"


def test_the_report_is_a_paper_with_the_sums(undone: Engine, app: Flask, worked: Office) -> None:
    take(deps_for_tests(undone, TestClock(MONDAY)), MONDAY + 3 * DAY)
    answer = a_visitor(app, worked.county).post("/compliance/audit/export", {**FORM, "format": "docx", "by": "office"})
    paper = Document(io.BytesIO(answer.data))
    told = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "2026年2月1日至2026年2月28日到期的走访、谈话" in told
    assert "合计:应完成 4,按期 2" in told
    assert "存下的月末快照一致" in told
    assert [cell.text for cell in paper.tables[0].rows[-1].cells][:3] == ["合计", "4", "2"]
    assert "小明明" not in told


@pytest.mark.parametrize("wrong", [{"purpose": " "}, {"format": "exe"}, {"span": "year"}])
def test_no_file_without_a_purpose(undone: Engine, app: Flask, worked: Office, wrong: dict[str, str]) -> None:
    visitor = a_visitor(app, worked.county)
    assert visitor.post("/compliance/audit/export", {**FORM, "format": "csv", **wrong}).status_code == 422
    assert acts(undone, "compliance.export") == []


def test_an_officer_reads_and_takes_no_file(app: Flask, worked: Office) -> None:
    officer = a_visitor(app, worked.officer)
    assert 'name="purpose"' not in officer.text(f"/compliance/audit?{FEBRUARY}")
    assert officer.post("/compliance/audit/export", {**FORM, "format": "csv"}).status_code == 403


def test_a_month_as_it_was_kept_stands_beside_now(undone: Engine, app: Flask, worked: Office) -> None:
    take(deps_for_tests(undone, TestClock(MONDAY)), MONDAY + 3 * DAY)
    county = a_visitor(app, worked.county)
    assert "数字与快照一致" in county.text("/compliance/snapshots?month=2026-02")
    with transaction(undone) as tx:
        tx.execute(text("UPDATE record_proofs SET verdict = 'proven', judged_at = :at"), {"at": MONDAY + 4 * DAY})
    shown = county.text("/compliance/snapshots")
    assert "(-1)" in shown
    links = re.findall(r'href="(/compliance/audit/duties[^"]+)"', shown)
    assert len(links) == 3, "all of it, the office, the item"
    for link in links:
        assert county.text(link.replace("&amp;", "&")).count('<li class="card ') == 2, link


def test_no_page_asks_once_for_each_line(undone: Engine, app: Flask, worked: Office) -> None:
    county = a_visitor(app, worked.county)
    costs = []
    for people in (0, 6):
        with transaction(undone) as tx:
            for n in range(people):
                officer = a_user(tx, worked.tree.office, login=f"more{n}")
                person = a_person(tx, worked)
                state = DutyState.FULFILLED
                audited(tx, worked.tree, worked.tree.office, person, "访1", IN_FEBRUARY, state=state, by=officer)
        with counted(undone) as sent:
            county.text(f"/compliance/audit?{FEBRUARY}&by=officer")
            county.text(f"/compliance/audit/duties?{FEBRUARY}")
        costs.append(len(sent))
    assert costs[0] == costs[1]

"""The pages of leave: the calendar tells who needs a decision and who is not back; a request is decided on its own."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.actions.decide_leave import decide_leave
from app.actions.request_leave import request_leave
from app.rules.leave import LeaveKind
from app.rules.leave.facts import Verdict
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.files import PDF
from tests.builders.leave import LONGYOU, wanted
from tests.statements import counted
from tests.web.browsing import a_visitor
from tests.web.office import Office, a_person, an_office_at_nine

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


def a_request_of(engine: Engine, office: Office, name: str, *, approved: bool = False, days: int = 2) -> UUID:
    """Somebody asks for leave from today on, some hours from now; gives the request."""
    with transaction(engine) as tx:
        person = a_person(tx, office, name)
        asked = wanted(MONDAY + HOUR, MONDAY + (days - 1) * DAY + 8 * HOUR, id=uuid4())
        request_leave(tx, office.officer.actor, person, asked, now=MONDAY)
        if approved:
            decide_leave(tx, office.officer.actor, asked.id, Verdict(approve=True), now=MONDAY)
    return asked.id


def test_the_calendar_answers_who_needs_what(undone: Engine, app: Flask, office: Office, clock: TestClock) -> None:
    a_request_of(undone, office, "王某某")
    a_request_of(undone, office, "李某某", approved=True, days=1)
    visitor = a_visitor(app, office.officer)
    text = visitor.text("/leave")
    for words in ("等待决定(1)", "今天应当返回(1)", "即将外出(1)", "由司法所决定", "龙游县"):
        assert words in text
    assert "还没有决定" not in text
    clock.advance(2 * DAY)
    later = a_visitor(app, office.officer).text("/leave")
    assert "到期未销假(1)" in later
    assert "申请的时间已到,还没有决定" in later
    assert "今天应当返回" not in later


def test_a_request_is_decided_on_its_page(undone: Engine, app: Flask, office: Office) -> None:
    leave_id = a_request_of(undone, office, "王某某")
    visitor = a_visitor(app, office.officer)
    path = f"/leave/{leave_id}"
    assert "有正当理由的,应当批准" in visitor.text(path)
    bare = visitor.post(f"{path}/decision", {"answer": "refuse"})
    assert (bare.status_code, "不批准须写明理由" in bare.text) == (422, True)
    done = visitor.post(f"{path}/decision", {"answer": "refuse", "reason": "预约在下月"})
    assert done.status_code == 303
    shown = visitor.text(path)
    assert "未批准" in shown
    assert "预约在下月" in shown
    assert "人民检察院" in shown


def test_what_was_told_on_the_way_is_noted_by_an_officer(
    undone: Engine, app: Flask, office: Office, clock: TestClock
) -> None:
    path = f"/leave/{a_request_of(undone, office, '王某某', approved=True)}"
    clock.advance(3 * HOUR)
    visitor = a_visitor(app, office.officer)
    late = {"id": str(uuid4()), "kind": "delay", "happened_at": f"{MONDAY + 11 * HOUR:%Y-%m-%dT%H:%M}"}
    refused = visitor.post(f"{path}/reports", late)
    assert refused.status_code == 422
    assert "请写明不能按时返回的原因" in refused.get_data(as_text=True)
    told = {**late, "told": "末班车取消", "back_by": f"{MONDAY + 40 * HOUR:%Y-%m-%dT%H:%M}"}
    assert visitor.post(f"{path}/reports", told).status_code == 303
    shown = visitor.text(path)
    for words in ("不能按时返回", "末班车取消", "由徐敏登记", "预计"):
        assert words in shown


def test_a_trip_under_a_permit_is_noted_by_its_place(
    undone: Engine, app: Flask, office: Office, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office, "王某某")
        asked = wanted(MONDAY, None, id=uuid4(), kind=LeaveKind.PERMIT, frequency="每周二送货")
        request_leave(tx, office.officer.actor, person, asked, now=MONDAY)
        decide_leave(tx, office.county.actor, asked.id, Verdict(approve=True), now=MONDAY)
    visitor, path = a_visitor(app, office.officer), f"/leave/{asked.id}"
    trip = {"id": str(uuid4()), "kind": "trip", "happened_at": "2026-03-02T09:00", "destination": LONGYOU}
    assert visitor.post(f"{path}/reports", trip).status_code == 303
    assert re.search("按许可外出.*龙游县", visitor.text(path))
    assert "已到期" not in visitor.text(path)
    clock.advance(185 * DAY)
    assert "已到期" in a_visitor(app, office.officer).text(path)


def test_an_officer_notes_that_a_request_is_taken_back(undone: Engine, app: Flask, office: Office) -> None:
    path = f"/leave/{a_request_of(undone, office, '王某某')}"
    visitor = a_visitor(app, office.officer)
    assert visitor.post(f"{path}/withdrawal", {"withdrawn_why": ""}).status_code == 422
    assert visitor.post(f"{path}/withdrawal", {"withdrawn_why": "改期"}).status_code == 303
    shown = visitor.text(path)
    assert ("已撤回" in shown, "改期" in shown, "/decision" in shown) == (True, True, False)


def test_whoever_saw_a_paper_adds_it_to_the_request(undone: Engine, app: Flask, office: Office) -> None:
    leave_id = a_request_of(undone, office, "王某某")
    visitor = a_visitor(app, office.officer)
    path = f"/leave/{leave_id}"
    form = {"id": str(uuid4()), "title": "住院证明", "file": (BytesIO(PDF), "a.pdf")}
    assert visitor.post(f"{path}/files", form).status_code == 303
    link = re.search(r'href="(/attachments/[^"]+)"[^>]*>住院证明', visitor.text(path))
    assert link
    assert visitor.get(link[1]).data == PDF


def test_the_county_sees_who_must_decide_and_the_office_no_form(undone: Engine, app: Flask, office: Office) -> None:
    leave_id = a_request_of(undone, office, "王某某", days=9)
    path = f"/leave/{leave_id}"
    assert "/decision" not in a_visitor(app, office.officer).text(path)
    county = a_visitor(app, office.county)
    assert "/decision" in county.text(path)
    assert county.post(f"{path}/decision", {"answer": "approve"}).status_code == 303


def test_an_officer_enters_a_request_by_the_names_of_places(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office, "王某某")
    visitor = a_visitor(app, office.officer)
    path = f"/subjects/{person}/leave"
    form = {
        "id": str(uuid4()),
        "kind": "leave",
        "ground": "medical",
        "reason": "复查",
        "destinations": "龙游县、330824",
        "place": "县医院",
        "from": "2026-03-06T08:00",
        "to": "2026-03-07T18:00",
        "travel": "大巴",
        "contact": "13800000002",
    }
    for destinations, words in (("鼓楼区", "有几个地方同名"), ("没有这个县", "没有"), ("", "")):
        refused = visitor.post(path, {**form, "destinations": destinations})
        assert refused.status_code == 422
        assert words in refused.text
        assert "县医院" in refused.text, "what was typed stays"
    assert visitor.post(path, form).status_code == 303
    shown = visitor.text(path)
    assert "龙游县、开化县" in shown
    assert "外出" in visitor.text(f"/subjects/{person}")


@pytest.mark.parametrize("people", [1, 6])
def test_the_calendar_costs_the_same_however_many(undone: Engine, app: Flask, office: Office, people: int) -> None:
    for number in range(people):
        a_request_of(undone, office, f"王某{number}")
    visitor = a_visitor(app, office.officer)
    visitor.text("/leave")
    with counted(undone) as sent:
        visitor.text("/leave")
    assert len(sent) == 4 + 7 + 2, "who asks and the frame; seven counts; rows and photos of the one part that has any"

"""Forms of the pages: what they change, what they refuse, and that what was typed stays."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.rules.facts import About, Channel, DutyKind, DutyState, Role
from app.store.session import transaction
from tests.builders.alerts import a_notice, alert_row, an_alert, notices_about
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, duty_row
from tests.builders.users import a_user
from tests.web.browsing import HTMX, Visitor, a_visitor
from tests.web.office import HOUR, Office, a_check_in_open, a_person, a_try_to_review, a_visit_due, an_office_at_nine


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


@pytest.fixture
def person(undone: Engine, office: Office) -> UUID:
    with transaction(undone) as tx:
        return a_person(tx, office)


@pytest.fixture
def alert(undone: Engine, office: Office, person: UUID) -> UUID:
    with transaction(undone) as tx:
        return an_alert(tx, office.tree, person, MONDAY)


def row_of(engine: Engine, read: Any, row_id: UUID) -> Any:
    with transaction(engine) as tx:
        return read(tx, row_id)


def duty_rule(engine: Engine, duty_id: UUID) -> str:
    """The code of the local rule that a duty comes from."""
    return str(row_of(engine, duty_row, duty_id).rule_code)


def a_record(**changes: str) -> dict[str, str]:
    return {"id": str(uuid4()), "happened_at": "2026-03-02T08:30", "note": "家中见到本人,情绪平稳。", **changes}


def test_an_alert_is_taken_on_and_closed(undone: Engine, officer: Visitor, office: Office, alert: UUID) -> None:
    taken = officer.post(f"/alerts/{alert}/acknowledge")
    assert (taken.status_code, taken.headers["Location"]) == (303, f"/alerts/{alert}")
    page = officer.text(f"/alerts/{alert}")
    assert "已由您处理" in page
    assert "已由您处理" not in officer.text(f"/alerts/{alert}")
    closed = officer.post(f"/alerts/{alert}/close", {"reason": "phone", "result": "手机没电,本人在家。"})
    assert closed.status_code == 303
    assert row_of(undone, alert_row, alert).handling == "closed"
    assert "手机没电,本人在家。" in officer.text("/alerts?handling=closed")
    assert officer.post(f"/alerts/{alert}/close", {"reason": "real", "result": "再次"}).status_code == 409
    assert officer.post(f"/alerts/{alert}/acknowledge").status_code == 409


@pytest.mark.parametrize(
    "form",
    [
        {"reason": "", "result": "已电话联系"},
        {"reason": "none", "result": "已电话联系"},
        {"reason": "phone", "result": " \r\n\0 "},
    ],
)
def test_a_close_that_is_refused_keeps_what_was_typed(form: dict[str, str], officer: Visitor, alert: UUID) -> None:
    answer = officer.post(f"/alerts/{alert}/close", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert (form["result"] if form["result"].strip(" \r\n\0") else '<option value="phone" selected>') in page


def test_two_who_take_an_alert_on_at_once_learn_of_each_other(
    undone: Engine, app: Flask, officer: Visitor, office: Office, alert: UUID
) -> None:
    officer.post(f"/alerts/{alert}/acknowledge")
    colleague = a_visitor(app, office.colleague)
    answer = colleague.post(f"/alerts/{alert}/acknowledge")
    assert answer.status_code == 409
    assert "徐敏刚刚已经受理了这条预警" in answer.get_data(as_text=True)
    assert row_of(undone, alert_row, alert).acknowledged_by == office.officer.id
    on_purpose = colleague.post(f"/alerts/{alert}/acknowledge", {"from": str(office.officer.id)})
    assert on_purpose.status_code == 303
    assert row_of(undone, alert_row, alert).acknowledged_by == office.colleague.id


def test_a_visit_is_written_once_however_often_it_is_sent(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        visit = a_visit_due(tx, office, person)
    form = a_record(met="母亲")
    assert [officer.post(f"/duties/{visit}/visit", form).status_code for _ in range(2)] == [303, 303]
    other = officer.post(f"/duties/{visit}/visit", {**form, "note": "另写的"})
    assert other.status_code == 409
    assert "已经保存过" in other.get_data(as_text=True)
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM records")).scalar_one() == 1
        assert duty_row(tx, visit).state == DutyState.FULFILLED
    page = officer.text(f"/duties/{visit}")
    assert "徐敏:" in page
    assert "记录走访" not in page


@pytest.mark.parametrize(
    "changes",
    [
        {"note": ""},
        {"happened_at": ""},
        {"happened_at": "yesterday"},
        {"happened_at": "0001-01-01T00:00"},
        {"happened_at": "2026-03-02T08:30+08:00"},
        {"happened_at": "2026-03-02T09:30"},
        {"id": "none"},
        {"id": ""},
    ],
)
def test_a_record_that_is_refused_keeps_what_was_typed(
    changes: dict[str, str], undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        visit = a_visit_due(tx, office, person)
    form = a_record(met="母亲", **changes)
    answer = officer.post(f"/duties/{visit}/visit", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="母亲"' in page
    assert form["note"] in page


def test_a_talk_is_for_those_who_may_hold_one(undone: Engine, app: Flask, office: Office, person: UUID) -> None:
    opened = MONDAY - 9 * HOUR
    with transaction(undone) as tx:
        aide = a_user(tx, office.tree.office, Role.AIDE, login="aide")
        talk = a_duty(tx, office.tree, person, opened, MONDAY + HOUR, kind=DutyKind.TALK, state=DutyState.OPEN)
    helper = a_visitor(app, aide)
    assert "记录谈话" not in helper.text(f"/duties/{talk}")
    assert helper.post(f"/duties/{talk}/talk", a_record()).status_code == 403
    officer = a_visitor(app, office.officer)
    assert officer.post(f"/duties/{talk}/visit", a_record()).status_code == 422
    assert officer.post(f"/duties/{talk}/talk", a_record()).status_code == 303


def test_a_visit_is_offered_to_those_whom_the_local_rule_names(
    undone: Engine, app: Flask, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        head = a_user(tx, office.tree.county, Role.COUNTY_HEAD, login="head")
        visit = a_visit_due(tx, office, person)
    item = office.tree.policy.item(duty_rule(undone, visit))
    assert item is not None
    for user in (head, office.officer):
        visitor = a_visitor(app, user)
        offered = "记录走访" in visitor.text(f"/duties/{visit}")
        assert offered is (user.role in item.by), user.role
        assert visitor.post(f"/duties/{visit}/visit", a_record()).status_code == (303 if offered else 403)
    assert Role.COUNTY_HEAD not in item.by


def test_those_above_read_whose_duty_it_is(undone: Engine, app: Flask, office: Office, person: UUID) -> None:
    with transaction(undone) as tx:
        a_visit_due(tx, office, person)
    assert "双塔司法所,期限" in a_visitor(app, office.county).text("/duties")
    assert "双塔司法所,期限" not in a_visitor(app, office.officer).text("/duties")


def test_a_check_in_face_to_face_gives_its_number(undone: Engine, officer: Visitor, office: Office) -> None:
    with transaction(undone) as tx:
        due = a_check_in_open(tx, office, a_person(tx, office, "吴奶奶", channel=Channel.NO_SMARTPHONE))
    assert "登记当面签到" in officer.text(f"/duties/{due}")
    assert officer.post(f"/duties/{due}/check-in", a_record(note="本人到所")).status_code == 303
    assert row_of(undone, duty_row, due).state == DutyState.FULFILLED
    page = officer.text(f"/duties/{due}")
    assert "凭证号 2026-" in page
    assert "工作人员已当面登记" in page


def test_a_check_in_at_another_time_is_kept_and_does_not_count(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        due = a_check_in_open(tx, office, person)
    answer = officer.post(f"/duties/{due}/check-in", a_record(happened_at="2026-03-01T08:30", note="昨天来过"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "没有计入" in page
    assert "昨天来过" in page
    assert row_of(undone, duty_row, due).state == DutyState.OPEN


@pytest.mark.parametrize(("answer", "state"), [("yes", DutyState.FULFILLED), ("no", DutyState.MISSED)])
def test_a_doubtful_check_in_is_answered_once(
    answer: str, state: DutyState, undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        duty = a_try_to_review(tx, office, person)
        tried = tx.execute(text("SELECT id FROM attempts")).scalar_one()
    page = officer.text("/check-ins")
    assert "手机时间无法核对" in page
    path = f"/check-ins/{person}/{tried}/review"
    assert officer.post(path, {"answer": answer, "note": ""}).status_code == 422
    assert officer.post(path, {"answer": "perhaps", "note": "x"}).status_code == 422
    assert officer.post(path, {"answer": answer, "note": "电话核实"}).status_code == 303
    assert row_of(undone, duty_row, duty).state == state
    assert officer.post(path, {"answer": answer, "note": "电话核实"}).status_code == 409
    assert "没有等待核实的签到" in officer.text("/check-ins")


def test_a_duty_is_waived_with_a_reason(undone: Engine, officer: Visitor, office: Office, person: UUID) -> None:
    with transaction(undone) as tx:
        due = a_check_in_open(tx, office, person)
    refused = officer.post(f"/duties/{due}/waive", {"reason": " "})
    assert refused.status_code == 422
    assert '<details class="card" open>' in refused.get_data(as_text=True)
    assert officer.post(f"/duties/{due}/waive", {"reason": "住院,已看诊断书"}).status_code == 303
    assert "住院,已看诊断书" in officer.text(f"/duties/{due}")


def test_whoever_opens_an_alert_has_read_its_notices(
    undone: Engine, officer: Visitor, office: Office, alert: UUID, person: UUID
) -> None:
    with transaction(undone) as tx:
        a_notice(tx, office.officer.id, MONDAY, about=About("alert", alert), subject_id=person)
        a_notice(tx, office.colleague.id, MONDAY, about=About("alert", alert), subject_id=person)
    assert "王立新:失去联系" in officer.text("/notices")
    officer.text(f"/alerts/{alert}")
    assert "没有未读的通知" in officer.text("/notices")
    with transaction(undone) as tx:
        read = {row.recipient_id: row.read_at for row in notices_about(tx, alert)}
    assert read == {office.officer.id: MONDAY, office.colleague.id: None}


def test_notices_are_marked_as_read(undone: Engine, officer: Visitor, office: Office, alert: UUID) -> None:
    with transaction(undone) as tx:
        a_notice(tx, office.officer.id, MONDAY)
        notice = tx.execute(text("SELECT id FROM notices")).scalar_one()
    assert officer.post("/notices/read", {"notice": str(notice)}).headers["Location"] == "/notices"
    assert "没有未读的通知" in officer.text("/notices")
    assert officer.post("/notices/read", {"notice": "none"}).status_code == 422


@pytest.mark.parametrize("token", [None, "", "stale"])
def test_a_form_without_the_pages_token_changes_nothing(
    token: str | None, undone: Engine, officer: Visitor, alert: UUID
) -> None:
    form = {} if token is None else {"csrf_token": token}
    referer = {"Referer": f"http://localhost/alerts/{alert}"}
    answer = officer.client.post(f"/alerts/{alert}/acknowledge", data=form, headers=referer)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'href="/alerts/{alert}"' in page
    assert row_of(undone, alert_row, alert).handling == "open"


def test_a_log_in_that_ended_leads_back_to_the_form(officer: Visitor, alert: UUID) -> None:
    token = officer.token("/")
    officer.post("/logout")
    page = f"http://localhost/alerts/{alert}"
    form = {"csrf_token": token, "reason": "phone", "result": "已联系"}
    plain = officer.client.post(f"/alerts/{alert}/close", data=form, headers={"Referer": page})
    assert plain.headers["Location"] == f"/login?next=/alerts/{alert}&ended=1"
    moved = officer.client.post(f"/alerts/{alert}/close", data=form, headers={**HTMX, "HX-Current-URL": page})
    assert moved.headers["HX-Redirect"] == plain.headers["Location"]
    foreign = officer.client.post(f"/alerts/{alert}/close", data=form, headers={"Referer": "http://evil.example/x"})
    assert foreign.headers["Location"] == "/login?next=/&ended=1"
    assert "登录已失效" in officer.text(plain.headers["Location"])


def test_a_form_that_htmx_sends_moves_the_whole_page(officer: Visitor, alert: UUID) -> None:
    answer = officer.post(f"/alerts/{alert}/acknowledge", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, f"/alerts/{alert}")
    refused = officer.post(f"/alerts/{alert}/close", {"reason": "", "result": "已联系"}, headers=HTMX)
    assert '<main id="main"' in refused.get_data(as_text=True)


def test_what_is_too_large_is_refused_with_a_page(officer: Visitor, alert: UUID) -> None:
    answer = officer.client.post(f"/alerts/{alert}/close", data={"result": "长" * 2_000_000})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_an_officer_notes_an_absence_and_takes_it_back(undone: Engine, officer: Visitor) -> None:
    form = {"id": str(uuid4()), "from_at": "2026-03-03T08:00", "to_at": "2026-03-04T08:00", "note": "培训"}
    assert officer.post("/absences", {**form, "to_at": "2026-03-03T07:00"}).status_code == 422
    assert [officer.post("/absences", form).status_code for _ in range(2)] == [303, 303]
    page = officer.text("/absences")
    assert page.count("培训") == 1
    assert officer.post(f"/absences/{form['id']}/withdraw").status_code == 303
    assert "没有登记的不在岗时间" in officer.text("/absences")

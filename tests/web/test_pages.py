"""Pages as they are read: empty, long, with wrong addresses; cookies, headers, the way through the log-in."""

import dataclasses
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from app.config import Mode
from app.main import create_app
from app.rules.facts import About, AlertKind, Cause, Channel, DutyKind, DutyState, Obligor, Reason
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.alerts import a_notice, an_alert, recover
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.duties import a_duty
from tests.web.browsing import HTMX, Visitor, a_visitor
from tests.web.office import (
    HOUR,
    LONG_NAME,
    Office,
    a_check_in_open,
    a_person,
    a_try_to_review,
    a_visit_due,
    an_office_at_nine,
)

ELSEWHERE = ["//evil.example/x", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/\n/evil.example", ""]


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


def test_an_office_without_anything_is_told_so(app: Flask, office: Office) -> None:
    officer = a_visitor(app, office.officer)
    today = officer.text("/")
    for told in ("目前没有需要处理的预警", "七天内没有要办的", "今天还没有开始的签到", "徐敏 · 双塔司法所"):
        assert told in today
    assert "没有这样的预警" in officer.text("/alerts")
    assert "没有这样的事项" in officer.text("/duties")
    assert "没有等待核实的签到" in officer.text("/check-ins")
    assert "没有未读的通知" in officer.text("/notices")
    assert "这里没有记录" in officer.text("/compliance/duties")


def test_the_first_screen_says_who_needs_somebody_and_why(undone: Engine, app: Flask, office: Office) -> None:
    why = Reason(
        "missed_check_in_low_battery",
        (("opens", "2026-03-02T06:00+08:00"), ("due", "08:00"), ("heard", "2026-03-01T23:10+08:00"), ("battery", "4")),
    )
    with transaction(undone) as tx:
        person = a_person(tx, office, LONG_NAME)
        kind = AlertKind.MISSED_CHECK_IN
        an_alert(tx, office.tree, person, MONDAY, kind=kind, event_at=MONDAY - HOUR, why=why, cause=Cause.PHONE)
        a_visit_due(tx, office, person)
        a_try_to_review(tx, office, a_person(tx, office))
    today = a_visitor(app, office.officer).text("/")
    told = f"{LONG_NAME}:今天 06:00 至 08:00 未收到签到,手机 昨天 23:10 之后没有联系,当时电量 4%。"
    assert told in today
    assert "还没有人处理(1)" in today
    assert 'href="tel:13800001234"' in today
    assert "今天到期(1)" in today
    assert "1 次签到等待核实" in today


def test_the_first_screen_tells_all_that_an_office_owes(undone: Engine, app: Flask, office: Office) -> None:
    """Not visits and talks alone; each with one tap to call and one to begin."""
    with transaction(undone) as tx:
        person = a_person(tx, office)
        due = {}
        for hours, kind in enumerate((DutyKind.VERIFICATION, DutyKind.FOLLOW_UP, DutyKind.CORRECTION_PLAN), start=1):
            at, rule, owes = MONDAY + hours * HOUR, f"{kind}.{uuid4()}", Obligor.OFFICE
            due[kind] = a_duty(
                *(tx, office.tree, person, at - 99 * HOUR, at),
                kind=kind,
                state=DutyState.OPEN,
                obligor=owes,
                rule_code=rule,
            )
    officer = a_visitor(app, office.officer)
    today = officer.text("/")
    assert "今天到期(3)" in today
    for kind in (DutyKind.VERIFICATION, DutyKind.FOLLOW_UP):
        assert f'href="/subjects/{person}/record?duty={due[kind]}"' in today
    assert f'href="/subjects/{person}/plan"' in today
    assert today.count('href="tel:13800001234"') == 3
    for kind, duty in due.items():
        assert str(duty) in officer.text(f"/duties?kind={kind}"), kind


def test_alerts_stand_in_three_groups(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        waiting, taken, over = (a_person(tx, office, name) for name in ("甲", "乙", "丙"))
        an_alert(tx, office.tree, over, MONDAY - 3 * HOUR)
        recover(tx, over, MONDAY - 2 * HOUR)
        taken_alert = an_alert(tx, office.tree, taken, MONDAY - 2 * HOUR)
        an_alert(tx, office.tree, waiting, MONDAY - HOUR, late=True)
    officer = a_visitor(app, office.officer)
    officer.post(f"/alerts/{taken_alert}/acknowledge")
    part = officer.text("/today/alerts")
    groups = ["还没有人处理(1)", "甲:", "事后得知", "已有人处理(1)", "乙:", "徐敏", "情况已恢复,待办结(1)", "丙:"]
    places = [part.index(told) for told in groups]
    assert places == sorted(places)
    assert 'data-waiting="1"' in part


def test_whoever_closes_what_still_goes_on_is_told_what_that_means(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        away, back = (a_person(tx, office, name) for name in ("甲", "乙"))
        goes_on, over = (
            an_alert(tx, office.tree, one, MONDAY - HOUR, kind=AlertKind.LEFT_AREA) for one in (away, back)
        )
        recover(tx, back, MONDAY, kind=AlertKind.LEFT_AREA)
    officer = a_visitor(app, office.officer)
    assert "在恢复之前不会为它再预警" in officer.text(f"/alerts/{goes_on}")
    assert "在恢复之前不会为它再预警" not in officer.text(f"/alerts/{over}")


def test_somebody_above_reads_no_name_of_a_minor(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        minor = a_person(tx, office, "小明明", minor=True)
        alert = an_alert(tx, office.tree, minor, MONDAY)
        duty = a_visit_due(tx, office, minor)
        a_try_to_review(tx, office, minor)
    paths = ("/", "/alerts", f"/alerts/{alert}", "/duties", f"/duties/{duty}", "/check-ins", "/compliance/duties")
    above, own = a_visitor(app, office.county), a_visitor(app, office.officer)
    for path in paths:
        told = above.text(path)
        assert "小明明" not in told, path
        assert "小某某" not in told, path
        assert path == "/compliance/duties" or "小明明" not in own.text(path), path
    assert "小某某" in own.text("/check-ins")
    assert "未成年人" in above.text("/check-ins")


def test_whoever_sees_many_offices_reads_which_stand_out(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
        overdue = MONDAY - 9 * HOUR
        visit, missed = DutyKind.VISIT, DutyState.MISSED
        a_duty(tx, office.tree, person, overdue - 200 * HOUR, overdue, kind=visit, state=missed)
        about = About("office", office.tree.office.id)
        gap = Reason("office_unstaffed", (("from", "2026-03-03T08:00+08:00"), ("until", "2026-03-04T08:00+08:00")))
        a_notice(tx, office.county.id, MONDAY, about=about, step="gap", wording=gap)
    county = a_visitor(app, office.county)
    today = county.text("/")
    assert "本月需要留意的司法所" in today
    assert "走访家庭有 1 项到期未完成。" in today
    assert "双塔司法所从 明天 08:00 到 3月4日 08:00 无人值班" in today
    assert "王立新" in county.text(f"/compliance/duties?figure=missed&item=访1&office={office.tree.office.id}")
    assert "本月需要留意的司法所" not in a_visitor(app, office.officer).text("/")


def test_long_lists_are_shown_in_pages(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        for number in range(55):
            person = a_person(tx, office, f"某{number:03d}")
            an_alert(tx, office.tree, person, MONDAY - timedelta(minutes=number))
            a_visit_due(tx, office, person)
    officer = a_visitor(app, office.officer)
    assert "只显示最紧急的 20 条" in officer.text("/")
    for path, marker in (("/alerts", 'id="why-'), ("/duties", '<li class="card soon">')):
        first = officer.text(path)
        more = first.partition('href="/')[2] and first.split("下一页")[0].rpartition('href="')[2].partition('"')[0]
        second = officer.text(more.replace("&amp;", "&"))
        assert (first.count(marker), second.count(marker), "下一页" in second) == (50, 5, False), path
        seen = [f"某{number:03d}" for number in range(55)]
        assert all((name in first) != (name in second) for name in seen), path


@pytest.mark.parametrize(
    "path",
    [
        "/alerts?handling=none",
        "/alerts?kind=x",
        "/alerts?cursor=%00",
        "/alerts?cursor=WzFd",
        "/alerts?cursor=WyJhIl0=",
        "/duties?state=planned",
        "/duties?kind=' or 1=1",
        "/duties?cursor=W1tbXV1d",
        "/check-ins?cursor=WyJhIiwiYiJd",
        "/compliance?from=yesterday",
        "/compliance?from=2026-03-02&to=2026-03-01",
        "/compliance?from=0001-01-01&to=2026-03-01",
        "/compliance?office=1",
        "/compliance?item=none",
        "/compliance/duties?figure=none",
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(path: str, app: Flask, office: Office) -> None:
    answer = a_visitor(app, office.officer).get(path)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "请" in answer.get_data(as_text=True)


def test_unknown_addresses_and_files_are_pages_too(app: Flask, office: Office) -> None:
    officer = a_visitor(app, office.officer)
    for path in (
        "/nowhere",
        "/alerts/1",
        "/static/none.js",
        "/static/../style.css",
        f"/alerts/{office.tree.office.id}",
    ):
        answer = officer.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), path


def test_a_part_that_may_not_be_read_is_one_line(undone: Engine, app: Flask, office: Office) -> None:
    officer = a_visitor(app, office.officer)
    answer = officer.get("/alerts?kind=x", headers=HTMX)
    assert answer.get_data(as_text=True).startswith("<p")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_the_log_in(target: str, app: Flask, office: Office) -> None:
    visitor = Visitor(app)
    assert visitor.log_in(office.officer, to=target).headers["Location"] == "/"
    assert visitor.get(f"/login?next={quote(target)}").headers["Location"] == "/"


def test_the_log_in_leads_back_to_the_page_that_was_asked_for(app: Flask, office: Office) -> None:
    visitor = Visitor(app)
    sent = visitor.get("/duties?kind=talk").headers["Location"]
    assert sent == "/login?next=/duties?kind%3Dtalk"
    assert visitor.log_in(office.officer, to="/duties?kind=talk").headers["Location"] == "/duties?kind=talk"


def test_a_wrong_password_keeps_the_log_in_that_was_typed(app: Flask, office: Office) -> None:
    answer = Visitor(app).log_in(office.officer, password="wrong")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert 'value="minjie"' in page
    assert "账号或密码不正确" in page
    assert "wrong" not in page


def test_guessing_is_told_to_wait(app: Flask, office: Office) -> None:
    visitor = Visitor(app)
    statuses = {visitor.log_in(office.officer, password="wrong").status_code for _ in range(11)}
    assert statuses == {401, 429}


def test_an_old_log_in_page_can_be_used_again(app: Flask, office: Office) -> None:
    answer = Visitor(app).client.post("/login", data={"login": "minjie", "password": "x", "csrf_token": "old"})
    assert answer.status_code == 400
    assert 'value="minjie"' in answer.get_data(as_text=True)


def test_after_the_log_out_the_cookie_counts_no_more(app: Flask, office: Office) -> None:
    officer, copy = a_visitor(app, office.officer), Visitor(app)
    kept = officer.client.get_cookie("zhifang")
    assert kept is not None
    copy.client.set_cookie("zhifang", kept.value)
    assert copy.get("/").status_code == 200
    officer.post("/logout")
    assert [visitor.get("/").status_code for visitor in (officer, copy)] == [302, 302]


def test_a_log_in_lasts_a_working_day(app: Flask, office: Office, clock: TestClock) -> None:
    officer = a_visitor(app, office.officer)
    clock.advance(hours=12)
    assert officer.get("/").status_code == 302


def test_the_session_cookie_is_for_the_service_alone(app: Flask, office: Office) -> None:
    cookies = Visitor(app).log_in(office.officer).headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["zhifang-device", "zhifang"]
    assert all("HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in cookies)
    assert ["SameSite=Strict" in cookie or "SameSite=Lax" in cookie for cookie in cookies] == [True, True]
    production = deps_for_tests(create_engine("postgresql+psycopg://"), TestClock(MONDAY))
    settings = dataclasses.replace(production.settings, mode=Mode.PRODUCTION)
    answer = create_app(dataclasses.replace(production, settings=settings)).test_client().get("/login")
    assert answer.headers["Set-Cookie"].startswith("__Host-zhifang=")
    assert "; Secure; HttpOnly" in answer.headers["Set-Cookie"]


def test_pages_load_nothing_from_elsewhere_and_are_kept_nowhere(app: Flask, office: Office) -> None:
    for path in ("/login", "/", "/nowhere"):
        answer = a_visitor(app, office.officer).get(path) if path != "/login" else Visitor(app).get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = answer.get_data(as_text=True)
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_people_without_a_smartphone_wait_on_the_first_screen(undone: Engine, app: Flask, office: Office) -> None:

    with transaction(undone) as tx:
        a_check_in_open(tx, office, a_person(tx, office, "吴奶奶", channel=Channel.NO_SMARTPHONE))
        a_check_in_open(tx, office, a_person(tx, office, "有手机"))
    today = a_visitor(app, office.officer).text("/")
    assert "等待当面签到" in today
    assert "吴奶奶" in today
    assert "有手机" not in today

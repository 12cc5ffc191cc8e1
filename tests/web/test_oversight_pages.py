"""Sampling, the red list and weekly meetings on pages: what is typed, what is kept, who sees what."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import Connection, Engine, text

from app.actions.record_visit import record_visit
from app.actions.sample_records import add_to_sampled, draw_sample, look_at_sampled
from app.rules.facts import DutyKind, DutyState
from app.rules.sampling import EntryKind, NewEntry, NewSample, Span
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty
from tests.builders.visits import a_new_record
from tests.web.browsing import Visitor, a_visitor
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, a_person, an_office_at_nine
from tests.web.test_walk import PHONE, check, log_in

DAY = timedelta(days=1)
SAMPLE = UUID(int=55)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def county(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.county)


def a_week(tx: Connection, office: Office, name: str = "王立新") -> tuple[UUID, UUID]:
    """Two missed check-ins of last week and a visit on record: the person and the record."""
    person = a_person(tx, office, name)
    for days in (2, 3):
        at = MONDAY - days * DAY
        a_duty(tx, office.tree, person, at - DAY / 24, at, state=DutyState.MISSED, rule_code=f"check_in.{days}")
    visit = a_new_record(person, MONDAY - 2 * DAY, kind=DutyKind.VISIT)
    record_visit(tx, office.officer.actor, visit, now=MONDAY)
    return person, visit.id


def a_question(tx: Connection, office: Office, record_id: UUID) -> None:
    day = MONDAY.date()
    new = NewSample(SAMPLE, office.tree.county.id, None, None, Span(day - 9 * DAY, day), 5, "抽检", b"web")
    draw_sample(tx, office.county.actor, new, b"key", now=MONDAY)
    look_at_sampled(tx, office.county.actor, SAMPLE, record_id, noted=True, now=MONDAY)
    asked = NewEntry(UUID(int=56), EntryKind.QUESTION, "为什么没有照片?", b"web")
    add_to_sampled(tx, office.county.actor, SAMPLE, record_id, asked, now=MONDAY)


def test_a_sample_is_drawn_looked_at_asked_about_and_answered(
    undone: Engine, app: Flask, county: Visitor, office: Office
) -> None:
    with transaction(undone) as tx:
        _, record = a_week(tx, office)
    form = {
        "id": str(SAMPLE),
        "office_id": str(office.tree.county.id),
        "from_day": "2026-02-20",
        "to_day": "2026-03-02",
        "size": "3",
        "why": "",
    }
    refused = county.post("/sampling", form)
    assert (refused.status_code, "2026-02-20" in refused.get_data(as_text=True)) == (422, True)
    nobodys = {**form, "id": str(uuid4()), "why": "月度抽检", "officer_id": str(office.colleague.id)}
    assert "没有记录" in county.post("/sampling", nobodys).get_data(as_text=True)
    assert county.post("/sampling", {**form, "why": "月度抽检"}).status_code == 303
    assert "从 1 份中抽取 1 份,已办结 0 份" in county.text("/sampling")
    page = f"/sampling/{SAMPLE}/{record}"
    blind = county.post(page, {"id": str(uuid4()), "kind": "closed", "note": "好"})
    assert (blind.status_code, "请先打开记录看过" in blind.get_data(as_text=True)) == (409, True)
    assert "已看过" in county.text(page)
    question = {"id": str(uuid4()), "kind": "question", "note": "为什么没有照片?"}
    assert county.post(page, question).status_code == 303

    officer = a_visitor(app, office.officer)
    assert "有问题需要答复" in officer.text("/notices")
    asked = officer.text("/sampling/questions")
    assert "为什么没有照片?" in asked
    empty = officer.post(f"{page}/answer", {"id": str(uuid4()), "note": " "})
    assert empty.status_code == 422
    assert officer.post(f"{page}/answer", {"id": str(uuid4()), "note": "手机没电。"}).status_code == 303
    assert "没有等待答复的提问" in officer.text("/sampling/questions")
    assert county.post(page, {"id": str(uuid4()), "kind": "closed", "note": "属实"}).status_code == 303
    assert "已办结 1 份" in county.text(f"/sampling/{SAMPLE}")
    assert officer.get("/sampling").status_code == 403


def test_a_meeting_about_the_red_list(undone: Engine, county: Visitor, office: Office) -> None:
    with transaction(undone) as tx:
        person, _ = a_week(tx, office)
        a_person(tx, office, "毛建国")
    page = county.text("/red-list")
    assert "2026-02-23 至 2026-03-01" in page
    assert "2 次没有收到签到。" in page
    assert "毛建国" not in page
    form = {
        "id": str(uuid4()),
        "week": "2026-02-23",
        "person": str(person),
        f"decision-{person}": "本周走访家庭",
        f"until-{person}": "2026-03-06",
        "held_on": "2026-03-02",
        "attended": "姜文静、徐敏",
        "summary": "讨论红名单",
    }
    nobody = county.post("/weekly-reviews", {**form, f"decision-{person}": ""})
    assert (nobody.status_code, "姜文静、徐敏" in nobody.get_data(as_text=True)) == (422, True)
    kept = county.post("/weekly-reviews", form)
    assert kept.status_code == 303
    shown = county.text(kept.headers["Location"])
    assert all(words in shown for words in ("本周走访家庭", "2026-03-06", "2 次没有收到签到。", "讨论红名单"))
    assert "讨论 1 人" in county.text("/weekly-reviews")
    assert "没有需要特别留意的人" in county.text("/red-list?week=2026-03-02")
    assert [county.get(f"/red-list?week={week}").status_code for week in ("x", "9999-12-31", "0001-01-01")] == [422] * 3
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM weekly_review_people")).scalar_one() == 1


@pytest.mark.browser
def test_the_pages_on_a_phone(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        _, record = a_week(tx, office, LONG_NAME)
        a_question(tx, office, record)
    opened = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = opened.new_page()
    log_in(page, site, office.county)
    for path in (
        "/sampling",
        f"/sampling/{SAMPLE}",
        f"/sampling/{SAMPLE}/{record}",
        "/sampling/questions",
        "/red-list",
    ):
        page.goto(f"{site.base}{path}")
        check(page)
    opened.close()

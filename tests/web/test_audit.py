"""The log and the sheet on pages: what they say, how they fit a phone and a desk, and that a screen reader follows."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import Engine

from app.actions.note_reading import note_reading
from app.actions.reveal_identity import reveal_identity
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import PASSWORD, Worker, a_user
from tests.web.browsing import a_visitor
from tests.web.conftest import Site
from tests.web.office import LONG_NAME
from tests.web.test_walk import TOO_SMALL_TO_TOUCH

PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)


def a_watched_subject(engine: Engine, readings: int = 3) -> tuple[Worker, UUID]:
    """Somebody with a long name whose file was opened that often and whose number was shown once, and a procurator."""
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, login="minjie", name="徐敏")
        procurator = a_user(tx, tree.county, Role.PROCURATOR, login="jian", name="周检")
        subject_id = a_subject(tx, officer, name=LONG_NAME, id_number=an_id_number(serial=219)).id
        for n in range(readings):
            at = MONDAY - timedelta(minutes=readings - n)
            note_reading(tx, officer.actor, "subjects.read", subject_id, now=at)
        reveal_identity(tx, officer.actor, subject_id, "=1+1 核对文书", settings_for_tests(), now=MONDAY)
    return procurator, subject_id


@pytest.fixture
def app(undone: Engine) -> Flask:
    return make_test_app(undone, a_clock())


def test_the_sheet_names_who_what_and_why(app: Flask, undone: Engine) -> None:
    procurator, subject_id = a_watched_subject(undone)
    shown = a_visitor(app, procurator).text(f"/subjects/{subject_id}/access-log")
    assert "本月共查看 <strong>4</strong> 次,<strong>1</strong> 人。" in shown
    for words in (LONG_NAME, "查看完整身份证号", "徐敏", "双塔司法所", "=1+1 核对文书", "2026年3月"):
        assert words in shown


def test_an_empty_month_says_so_and_offers_another(app: Flask, undone: Engine) -> None:
    procurator, subject_id = a_watched_subject(undone)
    shown = a_visitor(app, procurator).text(f"/subjects/{subject_id}/access-log?month=2025-11")
    assert "这个月没有人查看过" in shown
    assert "month=2025-10" in shown
    assert "month=2025-12" in shown


def test_the_file_holds_every_reading_and_no_formula(app: Flask, undone: Engine) -> None:
    procurator, subject_id = a_watched_subject(undone, readings=120)
    answer = a_visitor(app, procurator).get(f"/subjects/{subject_id}/access-log.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    head, newest, *rest = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert head == ["时间", "姓名", "机构与岗位", "查看了什么", "具体内容", "理由"]
    assert newest == [
        "2026-03-02 09:00:00",
        "徐敏",
        "双塔司法所 司法所工作人员",
        "查看完整身份证号",
        "",
        "'=1+1 核对文书",
    ]
    assert len(rest) == 120


def test_a_long_log_goes_on_and_filters_stay(app: Flask, undone: Engine) -> None:
    procurator, _ = a_watched_subject(undone, readings=60)
    visitor = a_visitor(app, procurator)
    first = visitor.text("/audit-log?action=subjects.read")
    assert first.count('<li class="card">') == 50
    assert "下一页" in first
    assert "没有这样的记录" in visitor.text("/audit-log?from=2025-01-01&to=2025-01-31")


@pytest.mark.parametrize("query", ["from=2026-03-02&to=2026-03-01", "from=x", "subject=1", "action=everything"])
def test_an_address_that_makes_no_sense_is_refused(app: Flask, undone: Engine, query: str) -> None:
    procurator, _ = a_watched_subject(undone)
    assert a_visitor(app, procurator).get(f"/audit-log?{query}").status_code == 422


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def browsing(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a_procurator_reads_the_log_and_the_sheet(site: Site, browsing: Page) -> None:
    procurator, _ = a_watched_subject(site.engine, readings=70)
    browsing.goto(f"{site.base}/login?next=/audit-log")
    browsing.get_by_label("账号").fill(procurator.login)
    browsing.get_by_label("密码").fill(PASSWORD)
    browsing.get_by_role("button", name="登录").click()
    expect(browsing.get_by_role("heading", name="操作记录")).to_be_visible()
    check(browsing)
    browsing.get_by_label("操作").select_option("identity.reveal")
    browsing.get_by_role("button", name="查看").click()
    expect(browsing.locator("main li")).to_have_count(1)
    browsing.get_by_role("link", name="谁看过").click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text(LONG_NAME)
    expect(browsing.locator("main")).to_contain_text("本月共查看 71 次")
    check(browsing)
    browsing.get_by_role("link", name="下一页").or_(browsing.get_by_role("link", name="上个月")).first.click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text(LONG_NAME)
    check(browsing)


def check(page: Page) -> None:
    """Nothing shuts anybody out, it fits the screen, and every link can be touched."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url

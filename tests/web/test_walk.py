"""Walks in a real browser: an officer takes an alert on, closes it, writes a visit down; the network comes and goes."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from app.jobs import sweeps
from app.rules.facts import DutyKind, Role
from app.store.session import transaction
from tests.builders.app import deps_for_tests
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import a_tree
from tests.builders.users import PASSWORD, Worker, a_user
from tests.web.conftest import Site
from tests.web.looking import still

HOUR = timedelta(hours=1)
DRAFTS = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))"
PHONE = ViewportSize(width=360, height=740)

TOO_SMALL_TO_TOUCH = """
[...document.querySelectorAll("a:not(.skip), button, input:not([type=hidden]), select, summary")]
  .filter((element) => { const { width, height } = element.getBoundingClientRect(); return width > 1 && height < 44; })
  .map((element) => element.outerHTML)
"""


def a_morning_with_trouble(site: Site) -> Worker:
    """Somebody missed a check-in, the alert was told, and a home visit is due."""
    now = site.clock.now()
    with transaction(site.engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER, login="minjie")
        person = a_supervised(tx, tree, officer, at=now - 90 * HOUR, planned_until=now + 80 * HOUR)
        api_up(tx, now - 99 * HOUR, now)
        a_duty(tx, tree, person, now - 4 * HOUR, now - 2 * HOUR)
        a_duty(tx, tree, person, now - 24 * HOUR, now + 5 * HOUR, kind=DutyKind.VISIT)
    deps = deps_for_tests(site.engine, site.clock)
    for sweep in (sweeps.open_windows, sweeps.judge, sweeps.ladder):
        sweep(deps, now)
    return officer


def log_in(page: Page, site: Site, officer: Worker) -> None:
    page.goto(f"{site.base}/")
    expect(page).to_have_url(f"{site.base}/login?next=/")
    page.get_by_label("账号").fill(officer.login)
    page.get_by_label("密码").fill("not the password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("账号")).to_have_value(officer.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()


def check(page: Page) -> None:
    """Nothing of the page shuts anybody out, and it fits a narrow phone."""
    with still(page):
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
        assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url


@pytest.fixture(params=["light", "dark"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport=PHONE, locale="zh-CN", color_scheme=request.param)
    yield opened
    opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("context", ["light"], indirect=True)
def test_an_officer_deals_with_a_missed_check_in_and_a_visit(site: Site, context: BrowserContext) -> None:
    officer = a_morning_with_trouble(site)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, site, officer)
    faults.clear()  # the refused log-in is a 401, which the browser notes
    check(page)

    alerts = page.locator("#alerts")
    expect(alerts).to_contain_text("未收到签到")
    expect(page).to_have_title("(1) 今日 · 知访")
    alerts.get_by_role("button", name="我来处理").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("未收到签到")
    expect(page.get_by_role("status")).to_contain_text("已由您处理")
    check(page)

    page.get_by_label("原因").select_option("phone")
    page.get_by_label("怎样处理的,结果如何").fill("已电话联系,手机没电,本人在家。")
    page.get_by_role("button", name="办结这条预警").click()
    expect(page.locator("main")).to_contain_text("已办结")
    expect(page.get_by_role("button", name="办结这条预警")).to_have_count(0)

    page.get_by_role("link", name="今日", exact=True).click()
    expect(page.locator("#alerts")).to_contain_text("目前没有需要处理的预警")
    page.get_by_role("link", name=re.compile("^查看.*走访家庭")).click()
    expect(page.get_by_label("情况")).to_be_visible()
    check(page)
    page.get_by_label("情况").fill("家中见到本人和母亲,情绪平稳,正在找工作。")
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("main")).to_contain_text("记录已保存")
    expect(page.locator("main")).to_contain_text("已完成")

    page.get_by_role("link", name="各所", exact=True).click()
    expect(page).to_have_url(re.compile("/compliance"))
    check(page)
    page.locator("section, main").get_by_role("link", name="1 按期").click()
    expect(page.locator("main")).to_contain_text("已完成")
    check(page)

    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    page.goto(f"{site.base}/compliance")
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    check(page)
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("context", ["dark"], indirect=True)
def test_what_is_typed_outlives_the_network_and_the_log_in(site: Site, context: BrowserContext) -> None:
    officer = a_morning_with_trouble(site)
    page = context.new_page()
    log_in(page, site, officer)
    check(page)
    with page.expect_response(lambda answer: "/today/alerts" in answer.url) as refreshed:
        refresh(page)
    refreshed.value.finished()
    expect(page.locator("#alerts:not(.htmx-request)")).to_have_count(1)

    context.set_offline(offline=True)
    refresh(page)
    expect(page.locator("#net")).to_contain_text("网络暂时连不上,正在重试。下面是 09:00 的内容")
    context.set_offline(offline=False)
    expect(page.locator("#net")).to_be_hidden()

    page.get_by_role("link", name=re.compile("^查看.*走访家庭")).click()
    page.get_by_label("情况").fill("家中见到本人。")
    page.reload()
    expect(page.get_by_label("情况")).to_have_value("家中见到本人。")
    expect(page.get_by_text("已恢复您上次没有提交的内容").first).to_be_visible()
    visit = page.url

    site.clock.advance(hours=12)
    page.get_by_role("button", name="保存记录").click()
    expect(page.get_by_text("登录已失效")).to_be_visible()
    check(page)
    page.get_by_label("账号").fill(officer.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(visit)
    expect(page.get_by_label("情况")).to_have_value("家中见到本人。")

    context.set_offline(offline=True)
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("#net")).to_contain_text("还没有发出去")
    expect(page.get_by_label("情况")).to_have_value("家中见到本人。")
    context.set_offline(offline=False)
    expect(page.locator("main")).to_contain_text("记录已保存")
    page.wait_for_function(f"{DRAFTS}.length === 0")
    page.goto(visit)
    assert page.evaluate(DRAFTS) == []
    assert page.evaluate("Object.keys(localStorage)") == []


def refresh(page: Page) -> None:
    """What the list does by itself every fifteen seconds."""
    page.evaluate("htmx.trigger('#alerts', 'again')")

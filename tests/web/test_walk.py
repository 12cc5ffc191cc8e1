"""One walk in a real browser: an officer takes an alert on, closes it, writes a visit down, reads the table."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.jobs import sweeps
from app.rules.facts import DutyKind, Role
from app.store.session import transaction
from tests.builders.app import deps_for_tests
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import a_tree
from tests.builders.users import PASSWORD, Worker, a_user
from tests.web.conftest import Site

HOUR = timedelta(hours=1)
PHONE = ViewportSize(width=360, height=740)


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


@pytest.mark.browser
def test_an_officer_deals_with_a_missed_check_in_and_a_visit(site: Site, browser: Browser) -> None:
    officer = a_morning_with_trouble(site)
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, site, officer)
    faults.clear()  # the refused log-in is a 401, which the browser notes

    alerts = page.locator("#alerts")
    expect(alerts).to_contain_text("未收到签到")
    alerts.get_by_role("button", name="受理").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("未收到签到")
    expect(page.locator("main")).to_contain_text("已受理")

    page.get_by_label("原因").select_option("phone")
    page.get_by_label("怎样处理的,结果如何").fill("已电话联系,手机没电,本人在家。")
    page.get_by_role("button", name="办结这条预警").click()
    expect(page.locator("main")).to_contain_text("已办结")
    expect(page.get_by_role("button", name="办结这条预警")).to_have_count(0)

    page.get_by_role("link", name="今日", exact=True).click()
    expect(page.locator("#alerts")).to_contain_text("目前没有需要处理的预警")
    page.get_by_role("link", name="走访家庭").click()
    page.get_by_label("情况").fill("家中见到本人和母亲,情绪平稳,正在找工作。")
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("main")).to_contain_text("已完成")

    page.get_by_role("link", name="各所情况").click()
    page.get_by_role("link", name="双塔司法所走访家庭按时 1").click()
    expect(page.locator("table")).to_contain_text("已完成")

    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.goto(f"{site.base}/compliance")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    assert faults == []
    context.close()


@pytest.mark.browser
def test_the_list_refreshes_by_itself_and_fits_a_narrow_phone(site: Site, browser: Browser) -> None:
    officer = a_morning_with_trouble(site)
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    log_in(page, site, officer)
    with page.expect_response(lambda answer: "/today/alerts" in answer.url, timeout=20_000) as refreshed:
        pass
    assert refreshed.value.status == 200
    expect(page.locator("#alerts")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()

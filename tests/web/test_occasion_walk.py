"""A walk in a real browser: what gives rise to visits and talks, a period announced, a duty let go by two people."""

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from app.actions.write_occasion import write_occasion
from app.rules.facts import OccasionKind
from app.rules.occasions import Written
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.guards.occasion_things import a_period, a_waiver
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, a_person, a_visit_due, an_office_at_nine
from tests.web.test_walk import TOO_SMALL_TO_TOUCH, log_in
from tests.web.test_walk_checks import SIZES, look


def seen(page: Page) -> None:
    look(page)
    assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url


@pytest.mark.browser
def test_what_gives_rise_to_visits_and_what_is_let_go(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        person, quiet = a_person(tx, office, LONG_NAME), a_person(tx, office)
        for n in range(25):
            new = Written(UUID(int=n), OccasionKind.COMPLAINT, "邻居反映深夜有人喧哗" * 20, b"body")
            write_occasion(tx, office.officer.actor, person, new, now=MONDAY)
        a_period(tx, office.county, office.tree.office.id)
        a_waiver(tx, office.tree, office.officer, person)
        visit = a_visit_due(tx, office, quiet)
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, office.officer)
    for path in (f"/subjects/{person}/occasions", f"/subjects/{quiet}/occasions", "/waivers", "/periods"):
        page.goto(f"{site.base}{path}")
        seen(page)

    page.goto(f"{site.base}/subjects/{quiet}/occasions")
    page.get_by_label("种类").focus()
    for _ in range(3):  # Tab reaches every field up to the button
        page.keyboard.press("Tab")
    page.get_by_label("情况").fill("母亲住院,需要陪护")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("status")).to_contain_text("已登记")
    expect(page.locator("main")).to_contain_text("母亲住院,需要陪护")

    page.goto(f"{site.base}/duties/{visit}")
    page.get_by_text("免除这一项").click()
    page.get_by_label("理由(会记在您名下)").fill("本人住院")
    page.get_by_role("button", name="确认免除").click()
    expect(page.get_by_role("status")).to_contain_text("等待县级机构的另一人确认")
    seen(page)
    context.close()

    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, office.county)
    page.get_by_role("link", name="免除的确认").click()
    expect(page.get_by_text("答复", exact=True).first).to_be_visible()
    look(page)
    page.get_by_text("答复", exact=True).first.click()
    page.get_by_role("button", name="确认免除").first.click()
    expect(page.get_by_role("status")).to_contain_text("已确认免除")
    page.set_viewport_size(SIZES["phone"])
    seen(page)

    page.get_by_role("link", name="敏感时期和重大活动").click()
    page.get_by_label("名称").fill("重要会议")
    page.get_by_label("从哪一天").fill("2026-03-20")
    page.get_by_label("到哪一天(含)").fill("2026-03-22")
    page.get_by_label("依据").fill("县委通知")
    page.get_by_role("button", name="宣布").click()
    expect(page.get_by_role("status")).to_contain_text("已宣布")
    seen(page)
    page.set_viewport_size(SIZES["desk"])
    look(page)
    context.close()

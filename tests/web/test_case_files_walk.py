"""A walk in a real browser, at a desk and on a phone: a paper is added to somebody's file, a pattern is answered."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.actions.record_visit import record_visit
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.files import PDF
from tests.builders.offices import a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user
from tests.builders.visits import a_new_record
from tests.web.conftest import Site
from tests.web.test_walk import log_in
from tests.web.test_walk_checks import SIZES, look

LONG = "阿卜杜热西提·买买提吐尔逊·" * 3


def look_twice(page: Page) -> None:
    for size in SIZES.values():
        page.set_viewport_size(size)
        look(page)


def reach(page: Page, name: str) -> None:
    """Tab leads to the button of that name, and the focus is on it then."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"no way to {name} by the keyboard")


@pytest.mark.browser
def test_a_paper_is_added_and_a_pattern_is_answered(site: Site, browser: Browser, tmp_path: Path) -> None:
    with transaction(site.engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, name=LONG, login="filing")
        county = a_user(tx, tree.county, Role.COUNTY_STAFF, login="reading")
        people = [a_subject(tx, officer).id for _ in range(4)]
        for n, person in enumerate(people):
            new = a_new_record(person, MONDAY - timedelta(minutes=n * 5), "访1")
            record_visit(tx, officer.actor, new, now=MONDAY)
    paper = tmp_path / "调查报告.pdf"
    paper.write_bytes(PDF)
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, officer)
    page.goto(f"{site.base}/subjects/{people[0]}")
    page.get_by_text("加入一份材料").click()
    page.get_by_label("名称(可不填,不写他人姓名)").fill("调查报告" * 20)
    page.get_by_label("选择文件(文书用 PDF、Word 或图片,不超过 20 MB)").set_input_files(paper)
    reach(page, "加入")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.locator("main")).to_contain_text("材料已加入档案")
    look_twice(page)

    page.goto(f"{site.base}/record-patterns")
    expect(page.locator("main")).to_contain_text("短时间内走访多人")
    page.get_by_text("说明情况").click()
    look_twice(page)
    page.get_by_label("怎样的情况").fill("当天在村委会集中谈话。")
    reach(page, "保存")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("本人说明")
    context.close()

    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, county)
    page.goto(f"{site.base}/record-patterns")
    expect(page.locator("main")).to_contain_text("当天在村委会集中谈话。")
    look_twice(page)
    context.close()

"""A walk in a real browser, at a desk and on a phone, by keyboard: the audit, its rows, a month as kept."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from app.jobs.snapshots import take
from app.rules.facts import DutyState, Role
from app.rules.oversight import Proof
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.oversight import audited
from tests.builders.users import Worker, a_user
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, a_person, an_office_at_nine
from tests.web.test_walk import TOO_SMALL_TO_TOUCH, log_in
from tests.web.test_walk_checks import SIZES, look

DAY = timedelta(days=1)
OFFICES = """
    INSERT INTO offices (id, code, level, name, parent_id, path, created_at)
    SELECT gen_random_uuid(), 'W' || n, 'justice_office', '第' || n || '司法所', o.id, o.path || '.W' || n, o.created_at
    FROM offices o, generate_series(1, 1000) n WHERE o.id = :county
"""
ACTIONS = 'main a[href], main button, main input:not([type="hidden"]), main select, main summary, main [tabindex="0"]'
"""What can be acted on."""

SHOWN = f"[...document.querySelectorAll('{ACTIONS}')].filter((one) => one.checkVisibility()).length"
AT = "document.activeElement.closest('main') ? document.activeElement.outerHTML.slice(0, 200) : ''"


def a_month_of_work(site: Site) -> Worker:
    """Duties of every kind in February, long names, a snapshot; gives a procurator of the county."""
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        tx.execute(text("UPDATE users SET name = :name WHERE login = 'li'"), {"name": LONG_NAME})
        first, second = a_person(tx, office, LONG_NAME), a_person(tx, office, "小明明", minor=True)
        of = office.tree.office
        for n, state in enumerate(DutyState):
            at = MONDAY - (4 + n) * DAY
            audited(tx, office.tree, of, first, "访1", at, state=state)
            done = DutyState.FULFILLED
            audited(tx, office.tree, of, second, "谈1", at, state=done, by=office.officer, proof=Proof.UNKNOWN)
        procurator = a_user(tx, office.tree.county, Role.PROCURATOR, login="zhou", name=LONG_NAME)
    deps = deps_for_tests(site.engine, site.clock)
    take(deps, MONDAY + 3 * DAY)
    with transaction(site.engine) as tx:
        tx.execute(text("UPDATE record_proofs SET verdict = 'contradicted', judged_at = :at"), {"at": MONDAY + 4 * DAY})
    return procurator


def by_keyboard(page: Page) -> None:
    """Tab reaches everything that can be acted on."""
    page.evaluate("document.querySelector('main').focus()")
    wanted, seen = page.evaluate(SHOWN), 0
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        if not page.evaluate(AT):
            break
        seen += 1
    assert seen >= wanted, (page.url, seen, wanted)


def both(page: Page) -> None:
    """At a desk and on a phone."""
    for size in SIZES.values():
        page.set_viewport_size(size)
        look(page)
    assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url


@pytest.mark.browser
def test_a_procurator_looks_at_a_month(site: Site, browser: Browser) -> None:
    procurator = a_month_of_work(site)
    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    log_in(page, site, procurator)
    page.on("console", lambda told: faults.append(told.text) if told.type in {"error", "warning"} else None)
    page.get_by_role("link", name="各所", exact=True).click()
    page.get_by_role("link", name="任务督查").click()
    expect(page.locator("main")).to_contain_text("这段时间里没有到期的任务")
    both(page)
    page.get_by_role("link", name="前一段").click()
    page.set_viewport_size(SIZES["desk"])
    page.get_by_label("时间", exact=True).select_option("month")
    page.goto(f"{site.base}/compliance/audit?span=month&day=2026-02-10&by=officer")
    expect(page.get_by_role("img")).to_be_visible()
    page.get_by_text("看数字").click()
    page.get_by_text("这些数字怎样计").click()
    both(page)
    by_keyboard(page)
    page.emulate_media(color_scheme="dark")
    look(page)
    page.get_by_role("link", name="9 其中有矛盾").click()
    expect(page.locator("main")).to_contain_text("有矛盾")
    both(page)
    by_keyboard(page)
    page.goto(f"{site.base}/compliance/snapshots")
    expect(page.locator("main")).to_contain_text("(+9)")
    both(page)
    by_keyboard(page)
    with transaction(site.engine) as tx:
        tx.execute(text(OFFICES), {"county": procurator.office.id})
    page.goto(f"{site.base}/compliance/audit?span=month&day=2026-02-10")
    expect(page.locator("main")).to_contain_text(re.compile(r"这里是第 1 至 \d+ 行,共 10\d\d 行"))
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"这里是第 \d\d+ 至 \d+ 行"))
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert faults == []
    context.close()

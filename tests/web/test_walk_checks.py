"""A walk in a real browser, at a desk and on a phone: the list of patterns, a note, a spot check, a photo."""

from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from app.actions.take_photo import TakePhoto, take_photo
from app.clients.images import read_picture
from app.models.audit import Audit
from app.rules.checkins import Try, judge
from app.rules.devices import Device
from app.rules.facts import Actor
from app.rules.timing import Proof, Timed
from app.store import checkins, devices, effects, photos
from app.store.session import transaction
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.checkins import a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import a_tree
from tests.builders.patterns import Manner, weeks_of_check_ins
from tests.builders.photos import a_photo, with_photos
from tests.builders.users import Worker, a_user
from tests.web.conftest import Site
from tests.web.looking import still
from tests.web.test_walk import log_in

HOUR = timedelta(hours=1)
SIZES = {"desk": ViewportSize(width=1280, height=900), "phone": ViewportSize(width=360, height=740)}


def an_office_with_habits(site: Site) -> Worker:
    """One person who always checks in in the first minutes, from one spot; and a check-in with a photo to review."""
    with transaction(site.engine) as tx:
        tree = a_tree(tx, policy=with_photos("allowed"))
        officer = a_user(tx, tree.office, login="minjie")
        resident = a_resident(tx, tree, officer)
        devices.bind(tx, resident, Device(uuid4(), "android"), now=MONDAY - 9 * HOUR)
        weeks_of_check_ins(tx, tree, [resident], Manner(after_s=2, spread_s=200, jitter=0), last=MONDAY - 20 * HOUR)
        a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
        phone, photo_id = Actor("subject", resident), uuid4()
        take_photo(tx, phone, TakePhoto(photo_id, read_picture(a_photo())), settings_for_tests(), now=MONDAY)
        tried = Try(
            uuid4(),
            resident,
            phone,
            b"h",
            MONDAY,
            Timed(MONDAY, Proof.ARRIVAL),
            photo=photos.facts(tx, resident, photo_id),
        )
        effects.apply(tx, [judge(checkins.facts(tx, resident, at=MONDAY, now=MONDAY), tried, now=MONDAY)])
    return officer


def look(page: Page) -> None:
    """Nothing of the page shuts anybody out, and it fits its screen."""
    with still(page):
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
        size = page.viewport_size
        assert size is not None
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


@pytest.mark.browser
def test_an_officer_looks_at_a_pattern_and_orders_a_spot_check(site: Site, browser: Browser) -> None:
    officer = an_office_with_habits(site)
    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, officer)
    page.get_by_role("link", name="核实", exact=True).click()
    expect(page.get_by_role("button", name="查看照片")).to_be_visible()
    look(page)
    page.set_viewport_size(SIZES["phone"])
    look(page)
    with context.expect_page() as opened:
        page.get_by_role("button", name="查看照片").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("document.contentType") == "image/jpeg"
    opened.value.close()

    page.get_by_role("link", name="签到情况提示").click()
    expect(page.locator("main")).to_contain_text("不是认定")
    expect(page.locator("main")).to_contain_text("坐标每一位都相同")
    page.get_by_text("写下核对的情况").click()
    look(page)
    page.set_viewport_size(SIZES["desk"])
    look(page)
    page.get_by_label("怎样核对的,结果如何").fill("电话核对,本人在家,手机省电模式会缓存定位。")
    page.get_by_label("本人怎么说").fill("一直在家里签到。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("本人说:一直在家里签到。")

    page.get_by_role("link", name="抽查一次").click()
    expect(page.get_by_label("限时")).to_be_visible()
    look(page)
    page.set_viewport_size(SIZES["phone"])
    look(page)
    page.get_by_label("限时").fill("20")
    page.get_by_label("为什么(会告诉本人)").select_option("to_confirm")
    page.get_by_label("同时要一张本人照片").check()
    page.get_by_label("理由").fill("签到时间总在开始几分钟内")
    page.get_by_role("button", name="现在抽查").click()
    expect(page.locator("main")).to_contain_text("抽查已经开始")
    expect(page.locator("main")).to_contain_text("登记当面签到")
    look(page)
    context.close()
    with transaction(site.engine) as tx:
        acts = set(tx.execute(select(Audit.action)).scalars())
    assert {"photos.read", "patterns.note", "spot_checks.order"} <= acts

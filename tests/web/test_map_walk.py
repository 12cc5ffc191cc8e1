"""Maps in a real browser that draws them: an office, a track by keyboard, a zone; and what is left without WebGL."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from app.models.zone import Zone
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.offices import a_tree
from tests.builders.positions import JIANGSHAN, a_power, a_report, report
from tests.builders.users import Worker, a_user
from tests.web.conftest import SWITCHES, Site, chromium
from tests.web.test_walk import TOO_SMALL_TO_TOUCH, log_in
from tests.web.test_walk_checks import SIZES, look

HOUR = timedelta(hours=1)
DRAWN_BY_SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that draws with the processor."""
    switches = [switch for switch in SWITCHES if switch != "--disable-gpu"] + DRAWN_BY_SOFTWARE
    with chromium(switches) as launched:
        yield launched


def a_morning_on_the_move(site: Site) -> tuple[Worker, UUID]:
    """Somebody whose phone reported from 06:00 to 08:40 under a power, with an hour's gap and one fix of an app."""
    lon, lat = JIANGSHAN
    with transaction(site.engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, login="minjie")
        person = a_resident(tx, tree, officer, area="330881")
        a_power(tx, person, MONDAY - 9 * HOUR, MONDAY + 9 * HOUR, kind="order")
        minutes = [*range(0, 60, 5), *range(120, 161, 5)]
        fixes = [
            a_report(MONDAY - 3 * HOUR + timedelta(minutes=m), lon=lon + m * 2e-4, lat=lat + m * 1e-4, mock=m == 30)
            for m in minutes
        ]
        report(tx, person, *fixes, now=MONDAY - timedelta(minutes=10))
    return officer, person


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport=SIZES["desk"], locale="zh-CN", color_scheme="dark")
    yield opened
    opened.close()


class Noted:
    """What a browser complains of, and whom it asks."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda told: self.faults.append(told.text) if told.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def nothing_wrong(self, site: Site) -> None:
        assert self.faults == []
        assert [url for url in self.asked if not url.startswith((site.base, "blob:"))] == []


def drawn(page: Page, host: str) -> None:
    """The map of the page has loaded and holds its data."""
    expect(page.locator(f"#{host}[data-ready]")).to_have_count(1)


def seen(page: Page) -> None:
    """By whoever sees nothing of it too, and with fingers."""
    look(page)
    assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url


def seen_everywhere(page: Page) -> None:
    """On a phone and at a desk."""
    for size in ("phone", "desk"):
        page.set_viewport_size(SIZES[size])
        seen(page)


@pytest.mark.browser
def test_maps_are_drawn_without_the_internet_and_used_by_keyboard(site: Site, context: BrowserContext) -> None:
    officer, _ = a_morning_on_the_move(site)
    page = context.new_page()
    log_in(page, site, officer)
    noted = Noted(page)
    page.get_by_role("link", name="地图", exact=True).click()
    drawn(page, "office-map")
    page.locator("#people").get_by_role("button").click()
    expect(page.locator("#told")).to_contain_text("今天 08:40(20 分钟前),误差约 20 米")
    seen_everywhere(page)

    page.locator("#told").get_by_role("link").click()
    page.get_by_role("link", name="地图和轨迹").click()
    drawn(page, "track-map")
    expect(page.locator("main")).not_to_contain_text("06:30")
    page.get_by_label("查看的理由").fill("核对预警")
    page.get_by_role("button", name="查看轨迹").click()
    drawn(page, "track-map")
    slider, told = page.get_by_role("slider", name="时间"), page.locator("#told")
    expect(told).to_contain_text("今天 08:40 的位置,误差约 20 米,电子定位决定")
    slider.focus()
    page.keyboard.press("Home")
    expect(told).to_contain_text("00:00:没有位置,应当有而没有收到")
    page.get_by_role("button", name="下一个位置").press("Enter")
    expect(told).to_contain_text("今天 06:00 的位置")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("06:01:今天 06:00 的位置"))
    for _ in range(6):
        page.get_by_role("button", name="下一个位置").press("Enter")
    expect(told).to_contain_text("标有模拟定位")
    page.get_by_label("显示存疑的位置").uncheck()
    expect(told).not_to_contain_text("标有模拟定位")
    expect(page.locator("#lines")).to_contain_text("标有模拟定位")
    expect(page.locator("#lines")).to_contain_text("今天 06:55 至 08:00 应当有位置,没有收到")
    seen_everywhere(page)
    noted.nothing_wrong(site)


@pytest.mark.browser
def test_a_zone_is_drawn_and_set(site: Site, context: BrowserContext) -> None:
    officer, _ = a_morning_on_the_move(site)
    page = context.new_page()
    log_in(page, site, officer)
    noted = Noted(page)
    page.set_viewport_size(SIZES["phone"])
    page.get_by_role("link", name="对象", exact=True).click()
    expect(page.get_by_role("link", name="王某")).to_be_visible()
    seen(page)
    page.get_by_role("link", name="王某").click()
    expect(page.get_by_role("link", name="画一处区域")).to_be_visible()
    seen(page)
    page.set_viewport_size(SIZES["desk"])
    page.get_by_role("link", name="画一处区域").click()
    drawn(page, "zone-draw")
    page.locator("#map canvas").click(position={"x": 300, "y": 200})
    expect(page.locator("#draw-told")).to_contain_text("圆心已定,半径 200 米")
    page.locator("#map canvas").click(position={"x": 420, "y": 260})
    page.get_by_role("button", name="撤销一步").click()
    seen_everywhere(page)
    page.get_by_label("名称").fill("夜间住处")
    page.get_by_label("要求").select_option("stay_inside")
    page.get_by_label("理由").fill("夜间居家")
    page.get_by_role("button", name="设置这处区域").click()
    drawn(page, "track-map")
    expect(page.get_by_role("status").first).to_contain_text("区域已设置")
    expect(page.locator("main")).to_contain_text("夜间住处")
    with transaction(site.engine) as tx:
        (zone,) = tx.execute(select(Zone.name, Zone.radius_m, Zone.given)).all()
    assert (zone.name, zone.radius_m, zone.given["datum"]) == ("夜间住处", 200, "wgs84")
    noted.nothing_wrong(site)


@pytest.mark.browser
def test_without_webgl_the_map_leads_to_words_and_a_plain_drawing(site: Site, context: BrowserContext) -> None:
    officer, person = a_morning_on_the_move(site)
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    log_in(page, site, officer)
    page.goto(f"{site.base}/map")
    expect(page).to_have_url(f"{site.base}/map?view=text")
    expect(page.get_by_role("img")).to_be_visible()
    expect(page.locator("main")).to_contain_text("误差约 20 米")
    page.goto(f"{site.base}/subjects/{person}/map?reason=x")
    expect(page.locator("main")).to_contain_text("今天 06:55 至 08:00")
    expect(page.get_by_role("img")).to_be_visible()
    seen_everywhere(page)

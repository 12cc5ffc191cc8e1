"""Every page in a real browser, on a phone and on a desk, with names as long as names get: nothing shuts anybody out,
nothing is wider than the screen, and Tab reaches whatever can be done.
"""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import text

from app.access.table import ACTIONS
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.users import PASSWORD, Worker
from tests.guards.world import World, a_world
from tests.web.conftest import Site
from tests.web.looking import still
from tests.web.page_examples import PAGES
from tests.web.test_every_page import ACCESS
from tests.web.test_walk import TOO_SMALL_TO_TOUCH

PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """
async (rules) => (await axe.run({ runOnly: rules, resultTypes: ["violations"] })).violations
  .map((one) => `${one.id} ${one.nodes[0].html.slice(0, 200)}`)
"""

WALKERS = (Role.OFFICER, Role.COUNTY_STAFF, Role.COUNTY_HEAD)
LONG = "买买提吐尔逊·阿卜杜热合曼·伊斯坎达尔江"
LONG_NAMES = (
    f"UPDATE subjects SET name = '{LONG}' || right(name, 1)",
    f"UPDATE users SET name = '{LONG}' || right(name, 1)",
    "UPDATE offices SET name = name || '（积石山保安族东乡族撒拉族自治县人民政府委托）'",
)

TO_BE_REACHED = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0)
  .filter((one) => one.type !== "radio" || one.checked || !document.querySelector(`[name="${one.name}"]:checked`))
  .map((one, n) => { one.dataset.walk = n; return one.outerHTML.slice(0, 160); })
"""
"""What can be done on the page. One of a group of choices is enough: the arrow keys lead to the others."""

STEPS = """
() => {
  window.reached = [];
  document.addEventListener("focusin", (event) => window.reached.push(event.target.dataset.walk));
}
"""
REACHED = "() => window.reached"
PARTS = {"GET /today/alerts", "GET /policies/drafts/<draft_id>/trials"}
"""Parts of pages, fetched into them and looked at there."""

MOST_STOPS, STOPS_OF_A_TIME = 40, 7
"""Further stops of a long list are like those before them; days and hours are entered part by part."""


class Walker:
    """One role at one size, and what was wrong on the pages that it saw."""

    def __init__(self, page: Page, site: Site, user: Worker) -> None:
        self.page, self.site, self.faults = page, site, list[str]()
        page.goto(f"{site.base}/login")
        page.get_by_label("账号").fill(user.login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{site.base}/")

    def look(self, path: str) -> None:
        """Open one page on a phone, look at it, make the screen wide, look again; note what is wrong with it."""
        self.page.set_viewport_size(PHONE)
        answer = self.page.goto(f"{self.site.base}{path}")
        if answer is None or answer.status != 200:
            self.faults.append(f"{path}: {answer and answer.status}")
            return
        with still(self.page):
            self.page.evaluate(AXE_SCRIPT)
            self._look_at(path, PHONE)
            self.faults += [f"{path}: small {one[:160]}" for one in self.page.evaluate(TOO_SMALL_TO_TOUCH)]
            self.page.set_viewport_size(DESK)
            self._look_at(path, DESK)
            self.faults += [f"{path}: Tab misses {one}" for one in self._missed()]

    def _look_at(self, path: str, size: ViewportSize) -> None:
        where = f"{path} at {size['width']}"
        self.faults += [f"{where}: {one}" for one in self.page.evaluate(VIOLATIONS, RULES)]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            self.faults.append(f"{where}: {width} wide")

    def _missed(self) -> list[str]:
        """What Tab does not come to. A field for a day or an hour has stops of its own within it."""
        wanted = self.page.evaluate(TO_BE_REACHED)
        left = {str(n) for n in range(min(len(wanted), MOST_STOPS))}
        stops = len(left) + STOPS_OF_A_TIME * sum('type="date' in one or 'type="time' in one for one in wanted)
        self.page.evaluate(STEPS)
        while left and stops >= 0:
            for _ in range(len(left)):
                self.page.keyboard.press("Tab")
            stops -= max(len(left), 1)
            left -= set(self.page.evaluate(REACHED))
        return [wanted[int(n)] for n in sorted(left)]


def address(rule: str, world: World) -> str:
    """The address of a page about the own things of the world."""
    return re.sub(r"<(\w+)>", lambda of: str(world.own.id_of(of[1])), rule)


def paths(role: Role, world: World) -> list[str]:
    """The pages that this role is the first to be allowed to see."""
    found = []
    for name, example in sorted(PAGES.items()):
        method, _, rule = name.partition(" ")
        permitted = ACTIONS[(ACCESS[name] or "").removeprefix("office:")] - example.refuses
        first = next(one for one in (Role.OFFICER, Role.COUNTY_STAFF, *Role) if one in permitted)
        if name not in PARTS and (method, example.status, example.mimetype, first) == ("GET", 200, "text/html", role):
            path = address(rule, world)
            query = "&".join(f"{key}={value}" for key, value in example.query.items())
            found.append(f"{path}?{query}" if query else path)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("role", WALKERS)
def test_every_page_of(role: Role, site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        world = a_world(tx)
        for statement in LONG_NAMES:
            tx.execute(text(statement))
    context = browser.new_context(locale="zh-CN", color_scheme="light")
    walker = Walker(context.new_page(), site, world.users[role])
    seen = paths(role, world)
    assert seen
    for path in seen:
        walker.look(path)
    context.close()
    assert walker.faults == [], "\n".join(walker.faults)


def test_no_page_is_left_out() -> None:
    """Pages whose first reader is none of the walkers would not be looked at."""
    left = [
        name
        for name, example in PAGES.items()
        if name.startswith("GET ")
        and not set(WALKERS) & (ACTIONS[(ACCESS[name] or "").removeprefix("office:")] - example.refuses)
    ]
    assert left == []

"""Every page where a thousand stand in each list: it is cut and says how to go on, it stays small and asks the database
no more often; the fullest ones in a browser, on a phone and on a desk.
"""

import html
import re
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser

from app.rules.facts import Role
from tests import database
from tests.statements import counted
from tests.web.browsing import Visitor, a_visitor
from tests.web.test_every_page_walk import Walker, address
from tests.web.thousands import County, a_served_county

MOST_BYTES, MOST_STATEMENTS = 300_000, 36
NEXT, FIRST = "下一页", "这里是第 1 至"

OFFICERS: Mapping[str, str] = {
    "/": "查看全部",
    "/absences": NEXT,
    "/alerts": NEXT,
    "/alerts/<alert_id>": "更早的证据、通知和经过",
    "/alerts/<alert_id>/evidence": "这里只画出最近的 50 处区域",
    "/check-ins": NEXT,
    "/compliance/audit/duties": NEXT,
    "/compliance/duties": NEXT,
    "/correction-gaps": NEXT,
    "/day": NEXT,
    "/duties?kind=&state=missed": NEXT,
    "/facts/contradictions": NEXT,
    "/leave": "等待决定的全部 1002 份",
    "/leave?show=waiting": NEXT,
    "/notices": "条更早的,标为已读后显示",
    "/periods": NEXT,
    "/policies": NEXT,
    "/red-list": FIRST,
    "/sampling/questions": NEXT,
    "/searches": NEXT,
    "/security": NEXT,
    "/subjects": NEXT,
    "/subjects/<subject_id>": "只列出最近的 8 份",
    "/subjects/<subject_id>/facts/history": NEXT,
    "/subjects/<subject_id>/leave": NEXT,
    "/subjects/<subject_id>/map": "这里只画出最近的 50 处区域",
    "/subjects/<subject_id>/occasions": NEXT,
    "/subjects/<subject_id>/orders": NEXT,
    "/subjects/<subject_id>/timeline": NEXT,
    "/subjects/<subject_id>/zones": NEXT,
    "/subjects/<subject_id>/zones/draw": "这里只画出最近的 50 处区域",
    "/visit-points": FIRST,
    "/waivers": NEXT,
    "/weekly-reviews": NEXT,
}
"""By the address of a page that lists something: what on it tells that there is more."""

SUPERVISORS: Mapping[str, str] = {
    "/": "查看全部",
    "/audit-log": NEXT,
    "/compliance": FIRST,
    "/compliance/audit": FIRST,
    "/day": NEXT,
    "/orders/sheet": FIRST,
    "/sampling": NEXT,
    "/subjects/<subject_id>/access-log": NEXT,
    "/workload": FIRST,
}
FULLEST = {
    Role.OFFICER: ("/", "/leave"),
    Role.COUNTY_HEAD: ("/workload",),
}


@pytest.fixture(scope="module")
def county(database_server: database.Server) -> Iterator[County]:
    with a_served_county(database_server) as served:
        yield served


def _looked_at(county: County, visitor: Visitor, path: str, told: str) -> list[str]:
    """What is wrong with a page, and with the one that it leads on to."""
    with counted(county.site.engine) as sent:
        answer = visitor.get(path)
    shown = answer.get_data(as_text=True)
    faults = [f"{path}: {answer.status_code}"] if answer.status_code != 200 else []
    faults += [f"{path}: {len(answer.data)} bytes"] if len(answer.data) > MOST_BYTES else []
    faults += [f"{path}: {len(sent)} statements"] if len(sent) > MOST_STATEMENTS else []
    faults += [f"{path}: does not tell {told!r}"] if told not in shown else []
    following = re.search(rf'href="([^"]+)">{NEXT}<', shown)
    if following:
        after = visitor.get(html.unescape(following[1]))
        same = after.status_code == 200 and _main(after.get_data(as_text=True)) == _main(shown)
        faults += [f"{following[1]}: {after.status_code}"] if after.status_code != 200 or same else []
    return faults


def _main(page: str) -> str:
    return page[page.index("<main") :]


@pytest.mark.parametrize(("role", "pages"), [(Role.OFFICER, OFFICERS), (Role.COUNTY_HEAD, SUPERVISORS)])
def test_long_lists_say_how_to_go_on(county: County, role: Role, pages: Mapping[str, str]) -> None:
    visitor = a_visitor(county.app, county.world.users[role])
    faults = [
        fault
        for path, told in pages.items()
        for fault in _looked_at(county, visitor, address(path, county.world), told)
    ]
    assert faults == [], "\n".join(faults)


@pytest.mark.browser
@pytest.mark.parametrize("role", FULLEST)
def test_the_fullest_pages_of(role: Role, county: County, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", color_scheme="light")
    walker = Walker(context.new_page(), county.site, county.world.users[role])
    for path in FULLEST[role]:
        walker.look(path)
    context.close()
    assert walker.faults == [], "\n".join(walker.faults)

"""A walk in a real browser: an officer's day and way, a person's group and plan, at a desk and on a phone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from app.actions.set_office_place import set_office_place
from app.models.subject import Subject
from app.rules.absences import Away
from app.rules.correction import MemberKind
from app.rules.facts import GivenPlace
from app.store import absences
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.correction import a_member, a_plan
from tests.builders.subjects import a_subject
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, a_person, a_visit_due, an_office_at_nine
from tests.web.test_walk import TOO_SMALL_TO_TOUCH, log_in
from tests.web.test_walk_checks import SIZES, look

DAY = timedelta(days=1)


def an_office_with_much_to_do(site: Site) -> tuple[Office, str]:
    """Somebody with a long name, a group that lacks a woman and a plan that waits; others to go to."""
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        first = a_subject(tx, office.officer, at=MONDAY - 8 * DAY, name=LONG_NAME).id
        values = {"sex": "female", "home_address": "江山市贺村镇礼贤村12号", "phone": "13800001234"}
        tx.execute(update(Subject).where(Subject.id == first).values(**values))
        a_member(tx, office.officer, first, MemberKind.JUSTICE_OFFICE, at=MONDAY, name=LONG_NAME)
        a_member(tx, office.officer, first, at=MONDAY, name=LONG_NAME, phone="13900001234")
        a_plan(tx, office.officer, first, at=MONDAY, approved_by=office.county)
        a_plan(tx, office.colleague, first, at=MONDAY, because="表现稳定" * 20)
        for n in range(4):
            person = a_person(tx, office, f"王小{n}", minor=n == 0)
            a_visit_due(tx, office, person, 5 + 24 * n)
            point = f"SRID=4326;POINT({118.60 + n / 100} 28.73)"
            tx.execute(update(Subject).where(Subject.id == person).values(home=point))
        place = GivenPlace(118.62, 28.73, 118.62, 28.73, "wgs84")
        set_office_place(tx, office.officer.actor, office.tree.office.id, place, now=MONDAY)
        away = Away(uuid4(), office.colleague.id, MONDAY, MONDAY + 5 * DAY, None)
        absences.add(tx, away, created_by=office.colleague.id, now=MONDAY)
    return office, str(first)


@pytest.mark.browser
def test_a_day_is_planned_and_a_group_completed(site: Site, browser: Browser) -> None:
    office, person = an_office_with_much_to_do(site)
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, office.officer)
    own = office.tree.office.id
    pages = (
        *("/day", "/day?by=place", "/day?by=distance", "/day/way", "/workload", f"/offices/{own}/forecast"),
        *("/correction-gaps", f"/subjects/{person}/group", f"/subjects/{person}/plan"),
    )
    for address in pages:
        page.goto(f"{site.base}{address}")
        look(page)
        assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url
    page.set_viewport_size(SIZES["desk"])
    page.goto(f"{site.base}/day")
    look(page)
    page.get_by_role("link", name="安排走访路线").click()
    expect(page.locator("main ol > li").first).to_contain_text("1.")
    look(page)

    page.goto(f"{site.base}/subjects/{person}/group")
    expect(page.get_by_label("是否齐全")).to_contain_text("缺女性成员")
    page.get_by_label("来自").select_option(label="村(居)民委员会")
    page.get_by_label("姓名").fill("周主任")
    page.get_by_label("性别").select_option(label="女")
    page.get_by_label("已经签订矫正责任书").check()
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("status").filter(has_text="成员已登记")).to_be_visible()
    page.get_by_role("button", name=f"已签责任书:{LONG_NAME}").click()
    expect(page.get_by_label("是否齐全")).to_contain_text("齐全")
    page.goto(f"{site.base}/subjects/{person}/plan")
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("status").filter(has_text="方案已批准")).to_be_visible()
    context.close()


@pytest.mark.browser
def test_an_office_with_nothing_to_do(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, office.officer)
    for address in ("/day", "/day/way", "/workload", f"/offices/{office.tree.office.id}/forecast", "/correction-gaps"):
        page.goto(f"{site.base}{address}")
        look(page)
    context.close()

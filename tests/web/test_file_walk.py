"""A walk in a real browser: one person's file, at a desk and on a phone, with much in it and with nothing."""

from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import insert

from app.models.subject import SubjectContact
from app.rules.effects.known_facts import Source
from app.store.session import transaction
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY
from tests.builders.files import a_portrait
from tests.builders.known_facts import kept_facts
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, a_person, a_visit_due, an_office_at_nine
from tests.web.test_walk import TOO_SMALL_TO_TOUCH, log_in
from tests.web.test_walk_checks import SIZES, look


def two_people(site: Site) -> tuple[Office, UUID, UUID]:
    """Somebody with a long name of whom much is known, some of it told in two ways; and somebody quite unknown."""
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        known, unknown = a_person(tx, office, LONG_NAME), a_person(tx, office)
        actor = office.officer.actor
        for n in range(2):
            contact = {
                "id": UUID(int=n),
                "subject_id": known,
                "name": LONG_NAME,
                "relation": "家属",
                "phone": f"139{n}",
            }
            tx.execute(insert(SubjectContact), contact)
        kept_facts(tx, actor, known, {"identity": None, "case": "盗窃罪" * 60, "occupation": "employed"}, key="1")
        kept_facts(tx, actor, known, {"occupation": "farming"}, key="2", source=Source.COMMUNITY, said_by=LONG_NAME)
        kept_facts(tx, actor, known, {"mood": "low", "health": "高血压"}, key="3")
        an_alert(tx, office.tree, known, MONDAY)
        a_visit_due(tx, office, known)
        a_portrait(tx, office.officer, known, UUID(int=9))
    return office, known, unknown


@pytest.mark.browser
def test_a_persons_file_is_read_and_an_item_checked(site: Site, browser: Browser) -> None:
    office, known, unknown = two_people(site)
    context = browser.new_context(viewport=SIZES["phone"], locale="zh-CN")
    page = context.new_page()
    log_in(page, site, office.officer)
    for subject_id in (known, unknown):
        for rest in ("", "/facts", "/facts/check?item=知2", "/facts/check?item=知4", "/facts/history", "/timeline"):
            page.goto(f"{site.base}/subjects/{subject_id}{rest}")
            look(page)
            assert page.evaluate(TOO_SMALL_TO_TOUCH) == [], page.url
    page.goto(f"{site.base}/facts/contradictions")
    look(page)
    page.set_viewport_size(SIZES["desk"])
    page.goto(f"{site.base}/subjects/{known}")
    look(page)
    expect(page.get_by_role("img", name=LONG_NAME)).to_be_visible()

    page.get_by_role("link", name="四知道的全部内容").click()
    expect(page.get_by_text("确定以哪种说法为准")).to_be_visible()
    look(page)
    page.get_by_text("确定以哪种说法为准").click()
    page.get_by_label("务农").check()
    page.get_by_label("理由(其他说法仍会保留)").fill("村委会证明")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("status")).to_contain_text("其他说法仍保留")
    expect(page.locator("main")).not_to_contain_text("说法不一")

    page.get_by_role("link", name="核实知4").click()
    page.get_by_label("怎样核实的").select_option("talk")
    page.get_by_label("谁说的").select_option("subject")
    page.get_by_label("内容(没有核实的不填)").first.focus()
    page.keyboard.type("找一份离家近的工作")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("找一份离家近的工作")
    look(page)
    context.close()

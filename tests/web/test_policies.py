"""The local system on pages: read by everybody, written in a form or as text, put in force by a second person."""

import re
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select, update

from app.actions.draft_policy import NewDraft, begin_draft, write_draft
from app.models.policy_draft import PolicyDraft
from app.rules.facts import Role
from app.store.session import transaction
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.web.browsing import Visitor, a_visitor
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, an_office_at_nine
from tests.web.test_walk import PHONE, check, log_in


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def writer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.county)


@pytest.fixture
def head(app: Flask, undone: Engine, office: Office) -> Visitor:
    with transaction(undone) as tx:
        return a_visitor(app, a_user(tx, office.tree.county, Role.COUNTY_HEAD, login="head", name="毛敏"))


@pytest.fixture
def draft(undone: Engine, office: Office) -> str:
    """Where the page of a draft is that has just been begun."""
    with transaction(undone) as tx:
        new = NewDraft(UUID(int=77), office.tree.county.id, b"draft")
        begin_draft(tx, office.county.actor, new, now=MONDAY)
    return f"/policies/drafts/{new.id}"


def kept(engine: Engine, draft: str) -> dict[str, object]:
    with transaction(engine) as tx:
        row = tx.execute(select(PolicyDraft.content).where(PolicyDraft.id == UUID(draft[-36:]))).scalar_one()
    found: dict[str, object] = row["items"]
    return found


def the_form(visitor: Visitor, path: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form of an item, as it stands: every field with its value."""
    page = visitor.text(path)
    begun = page[page.index("<form") :]
    begun = begun[: begun.index("</form>")]
    form: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", begun):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name is not None
        if 'type="checkbox"' not in tag:
            form[name[1]] = value[1] if value else ""
        elif " checked" in tag and value:
            listed = form.setdefault(name[1], [])
            assert isinstance(listed, list)
            listed.append(value[1])
    for name_, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', begun, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name_] = chosen[1] if chosen else (re.findall(r'value="([^"]*)"', options) or [""])[0]
    return form


def test_everybody_reads_what_holds(app: Flask, office: Office) -> None:
    page = a_visitor(app, office.officer).text("/policies")
    assert "访1 走访家庭" in page
    assert "每 严管 1 个月、普管 2 个月、宽管 3 个月" in page
    assert "入矫后 3 天内" in page
    assert "拟定,待确认" in page
    assert "正在执行" in page
    assert "修改现行制度" not in page


def test_an_item_saved_as_it_stands_changes_nothing(undone: Engine, writer: Visitor, draft: str) -> None:
    before = kept(undone, draft)
    form = the_form(writer, f"{draft}/item?code=访1")
    assert writer.post(f"{draft}/item", form).status_code == 303
    assert kept(undone, draft) == before
    assert "没有不同" in writer.text(draft)


def test_an_item_is_changed_added_and_taken_out(undone: Engine, writer: Visitor, draft: str) -> None:
    form = the_form(writer, f"{draft}/item?code=访1")
    form |= {
        "repeat_strict": "2 周",
        "trigger1_on": "family_event",
        "trigger1_strict": "3天",
        "trigger1_normal": "5 日",
    }
    assert writer.post(f"{draft}/item", form).status_code == 303
    item = kept(undone, draft)["访1"]
    assert isinstance(item, dict)
    assert item["repeat"]["strict"] == {"weeks": 2}
    assert item["triggers"][1] == {"on": "family_event", "due": {"strict": {"days": 3}, "normal": {"days": 5}}}
    page = writer.text(draft)
    assert "项目“访1” · 多久重复一次 · 严管:由 1 个月 改为 2 周。" in page
    assert "家庭变故之后:严管 3 天、普管 5 天、宽管 不要求" in page

    form |= {"before": "", "code": "访9", "title": "走访学校", "revision": "2"}
    assert writer.post(f"{draft}/item", form).status_code == 303
    assert sorted(kept(undone, draft)) == ["访1", "访9", "谈1"]
    taken = writer.post(f"{draft}/item", {"before": "谈1", "remove": "1", "revision": "3"})
    assert taken.status_code == 303
    assert sorted(kept(undone, draft)) == ["访1", "访9"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"repeat_strict": "很久"}, 422, "“很久”看不懂"),
        ({"by": ""}, 422, "有 1 处需要修改,还没有保存"),
        ({"code": "谈1"}, 409, "制度里已有这个编号的项目"),
        ({"trigger0_when": "before"}, 422, "还没有保存"),
        ({"revision": "9"}, 409, "刚刚被别人改过"),
        ({"revision": "x"}, 422, "role=\"alert\""),
    ],
)  # fmt: skip
def test_an_item_that_is_refused_keeps_what_was_typed(
    undone: Engine, writer: Visitor, draft: str, change: dict[str, str], status: int, words: str
) -> None:
    before = kept(undone, draft)
    form = the_form(writer, f"{draft}/item?code=访1") | {"title": "走访家里"} | change
    answer = writer.post(f"{draft}/item", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in page
    assert "走访家里" in page
    assert kept(undone, draft) == before


def test_the_text_tells_its_faults_with_lines(writer: Visitor, draft: str) -> None:
    faulty = shipped("jiangshan").replace("silence_h = 24", "silence_h = -1")
    line = next(n for n, row in enumerate(faulty.splitlines(), 1) if row.startswith("silence_h"))
    answer = writer.post(f"{draft}/text", {"revision": "1", "text": faulty})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"第 {line} 行" in page
    assert "silence_h = -1" in page
    mended = faulty.replace("silence_h = -1", "silence_h = 12")
    assert writer.post(f"{draft}/text", {"revision": "1", "text": mended}).status_code == 303
    assert "失联时限(小时):由 24 改为 12。" in writer.text(draft)


def test_a_draft_that_nobody_may_approve_says_so(
    undone: Engine, app: Flask, writer: Visitor, office: Office, draft: str
) -> None:
    assert "现在没有人可以核准" in writer.text(draft)
    with transaction(undone) as tx:
        a_user(tx, office.tree.county, Role.COUNTY_HEAD, login="head")
    assert "现在没有人可以核准" not in writer.text(draft)


def test_from_the_form_to_a_new_version(writer: Visitor, head: Visitor, office: Office, app: Flask) -> None:
    begun = writer.post("/policies/drafts", {"id": str(UUID(int=78))})
    draft = begun.headers["Location"]
    text = shipped("jiangshan").replace("silence_h = 24", "silence_h = 12")
    writer.post(f"{draft}/text", {"revision": "1", "text": text})
    unsaid = writer.post(f"{draft}/submit", {"revision": "2", "why": " ", "from_day": "2026-03-10"})
    assert (unsaid.status_code, "2026-03-10" in unsaid.get_data(as_text=True)) == (422, True)
    assert writer.post(f"{draft}/submit", {"revision": "2", "why": "联动", "from_day": "2026-03-10"}).status_code == 303
    assert "修改稿已提交" in head.text("/notices")
    page = head.text(draft)
    assert "希望自 <time" in page
    assert head.post(f"{draft}/return", {"revision": "3", "note": ""}).status_code == 422
    assert head.post(f"{draft}/approve", {"revision": "3"}).status_code == 303
    assert "已成为新的版本" in head.text(draft)
    listed = a_visitor(app, office.officer).text("/policies")
    assert "经第二人核准" in listed
    assert "还没有开始" in listed


@pytest.mark.browser
def test_the_pages_on_a_phone(site: Site, browser: Browser) -> None:
    """Long names, a draft with changes, the form of an item: nothing shuts anybody out, and Tab reaches what acts."""
    with transaction(site.engine) as tx:
        tree = a_tree(tx)
        writer = a_user(tx, tree.county, Role.COUNTY_STAFF, login="writer", name=LONG_NAME)
        new = NewDraft(UUID(int=79), tree.county.id, b"draft", shipped("demo"))
        begin_draft(tx, writer.actor, new, now=MONDAY)
        tx.execute(update(PolicyDraft).values(why=LONG_NAME * 5))
    opened = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = opened.new_page()
    log_in(page, site, writer)
    for path in ("/policies", f"/policies/drafts/{new.id}", f"/policies/drafts/{new.id}/item?code=访1"):
        page.goto(f"{site.base}{path}")
        check(page)
    reached = 0
    page.locator("main").focus()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('main') === null"):
            break
        reached += 1
    acting = page.locator("main").locator("a, button, input, select, textarea").filter(visible=True).count()
    assert reached >= acting
    page.set_viewport_size({"width": 1280, "height": 900})
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()
    opened.close()


@pytest.mark.browser
def test_what_was_typed_comes_back_to_its_own_item_and_overwrites_nobody(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        tree = a_tree(tx)
        writer, other = (a_user(tx, tree.county, Role.COUNTY_STAFF, login=login) for login in ("writer", "other"))
        new = NewDraft(UUID(int=80), tree.county.id, b"draft", shipped("demo"))
        begin_draft(tx, writer.actor, new, now=MONDAY)
    opened = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = opened.new_page()
    log_in(page, site, writer)
    base = f"{site.base}/policies/drafts/{new.id}/item"
    page.goto(f"{base}?code=访1")
    page.get_by_label("名称").fill("走访家里")
    page.get_by_label("照片").first.set_checked(not page.get_by_label("照片").first.is_checked())
    ticked = page.get_by_label("照片").first.is_checked()
    page.goto(f"{base}?code=谈1")
    expect(page.get_by_label("名称")).not_to_have_value("走访家里")
    page.goto(f"{base}?code=访1")
    expect(page.get_by_label("名称")).to_have_value("走访家里")
    expect(page.get_by_label("照片").first).to_be_checked(checked=ticked)

    page.goto(f"{base}?code=谈1")
    page.get_by_label("名称").fill("入矫谈话")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已保存到修改稿")
    unsent = page.evaluate(
        "Object.keys(sessionStorage).filter((key) => key.startsWith('draft:')).map(decodeURIComponent)"
    )
    assert [one[-2:] for one in unsent] == ["访1"], "what was saved is kept no longer, what was not is"
    with transaction(site.engine) as tx:
        write_draft(tx, other.actor, new.id, 2, shipped("jiangshan"), now=MONDAY)
    page.goto(f"{base}?code=访1")
    expect(page.get_by_label("名称")).not_to_have_value("走访家里")
    page.get_by_text("没有放回去").click()
    expect(page.locator(".outdated pre")).to_contain_text("名称:走访家里")
    opened.close()

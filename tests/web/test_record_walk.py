"""An officer's phone in a real browser: a record written where there is no network, sent once when it is back."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, ViewportSize, expect
from sqlalchemy import text

from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.photos import a_photo
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, a_person, a_visit_due, an_office_at_nine
from tests.web.test_walk import check, log_in
from tests.web.test_walk_checks import SIZES, look

PHONE = ViewportSize(width=360, height=740)
PHOTO = a_photo((2400, 1200), taken="2026:03:02 08:40:00", offset="+08:00", model="Pixel 7", turned=6)
"""As a phone held upright writes it: lying, with a note that says so."""
READY = """async () => {
  for (;;) {
    const found = await navigator.serviceWorker.getRegistration("/field/");
    if (found?.active) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
KEPT = """async (store) => {
  const told = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const opened = await told(indexedDB.open("zhifang-records", 1));
  const count = await told(opened.transaction(store).objectStore(store).count());
  opened.close();
  return count;
}"""


HERE = """async (user) => {
  const told = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  for (;;) {
    const opened = await told(indexedDB.open("zhifang-records", 1));
    const who = await told(opened.transaction("who").objectStore("who").get("last"));
    opened.close();
    if (who?.user === user) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport=PHONE,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation={"longitude": 118.6275, "latitude": 28.738, "accuracy": 12},
        permissions=["geolocation"],
    )
    yield opened
    opened.close()


def a_visit_to_make(site: Site) -> tuple[Office, UUID]:
    with transaction(site.engine) as tx:
        office = an_office_at_nine(tx)
        person = a_person(tx, office, LONG_NAME)
        a_visit_due(tx, office, person)
    return office, person


def in_the_past(page: Page) -> None:
    """The service's clock stands on a Monday in March; the phone's own goes on, and would tell of the future."""
    page.clock.set_system_time(MONDAY - timedelta(minutes=10))


def sign(page: Page, who: str) -> None:
    """Two strokes on the pad."""
    canvas = page.locator(f".pad[data-who={who}] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20, steps=3)
    page.mouse.move(box["x"] + 200, box["y"] + 80, steps=3)
    page.mouse.up()


def save_what_was_signed_as_another_text(page: Page) -> None:
    """The signature goes, and is asked for anew."""
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("#draft-told")).to_contain_text("请看过内容后重新签名")
    sign(page, "officer")
    page.get_by_role("button", name="保存记录").click()


def assert_all_was_kept(site: Site, context: BrowserContext) -> None:
    """The record once; the photo upright and smaller, with what the camera told of it."""
    with transaction(site.engine) as tx:
        kept = tx.execute(text("SELECT drafted_offline, client_started_at, accuracy_m FROM records")).one()
        files = tx.execute(text("SELECT id, purpose, taken_at, device_model FROM attachments ORDER BY purpose")).all()
    assert (kept.drafted_offline, kept.client_started_at is not None, kept.accuracy_m) == (True, True, 12)
    assert [file.purpose for file in files] == ["photo", "signature_officer"]
    assert (files[0].taken_at, files[0].device_model) == (MONDAY - timedelta(minutes=20), "Pixel 7")
    seen = context.request.get(f"{site.base}/attachments/{files[0].id}")
    with Image.open(BytesIO(seen.body())) as picture:
        assert picture.size == (800, 1600)
        assert min(picture.convert("L").crop((760, 10, 790, 40)).tobytes()) > 200  # the white corner, turned


@pytest.mark.browser
def test_a_record_is_written_without_a_network_and_sent_once(site: Site, context: BrowserContext) -> None:
    office, person = a_visit_to_make(site)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    log_in(page, site, office.officer)
    in_the_past(page)
    page.goto(f"{site.base}/subjects/{person}/record")
    check(page)
    page.set_viewport_size(SIZES["desk"])
    look(page)
    page.set_viewport_size(PHONE)
    page.evaluate(READY)

    page.get_by_role("checkbox", name="走访家庭").check()
    page.get_by_role("button", name="开始:记下现在的时间和位置").click()
    expect(page.locator("#place")).to_have_text("已取得位置,误差约 12 米。")
    page.get_by_label("总的情况").fill("在家,情况平稳。")
    page.get_by_role("group", name="工作人员签名").get_by_label("在屏幕上签名").check()
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("#draft-told")).to_contain_text("请先签名")
    sign(page, "officer")
    page.get_by_role("group", name="本人签名").get_by_label("本人没有签名").check()
    page.get_by_label("没有签名的原因").fill("手受伤")
    page.get_by_label("拍照或选择照片").set_input_files({"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    expect(page.locator("#taken")).to_contain_text("门口.jpg")
    check(page)

    context.set_offline(offline=True)
    page.get_by_role("button", name="保存记录").click()
    expect(page.locator("#draft-told")).to_contain_text("联网后会自动发送")
    page.goto(f"{site.base}/field/")
    expect(page.locator("#drafts")).to_contain_text(LONG_NAME[:4])
    expect(page.locator("#drafts")).to_contain_text("等待发送")
    check(page)
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_label("总的情况")).to_have_value("在家,情况平稳。")
    expect(page.get_by_role("checkbox", name="走访家庭")).to_be_checked()
    expect(page.locator("#taken")).to_contain_text("门口.jpg")
    check(page)
    page.get_by_label("总的情况").fill("在家,情况平稳。母亲也在。")
    save_what_was_signed_as_another_text(page)
    expect(page.locator("#draft-told")).to_contain_text("联网后会自动发送")

    context.set_offline(offline=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("走访记录")
    expect(page.locator("main")).to_contain_text("母亲也在。")
    expect(page.locator("main")).to_contain_text("在没有网络的地方写成")
    check(page)
    assert page.evaluate(KEPT, "drafts") == 0
    assert_all_was_kept(site, context)
    assert faults == []


def assert_another_begins_empty_and_goes(page: Page) -> None:
    """A second record about the same person: without the place and the start of the first; deleted, it stays away."""
    page.get_by_role("button", name="写记录").click()
    expect(page.locator("#place")).to_contain_text("未取得位置")
    for hidden in ("lon", "lat", "accuracy_m", "started_at"):
        expect(page.locator(f"[name={hidden}]")).to_have_value("")
    page.get_by_label("总的情况").fill("第二份。")
    page.get_by_role("button", name="返回列表").click()
    expect(page.locator("#drafts li")).to_have_count(2)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="删除").nth(1).click()
    expect(page.locator("#drafts li")).to_have_count(1)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate(KEPT, "drafts") == 1


@pytest.mark.browser
def test_nobody_else_on_the_same_phone_sees_what_was_not_sent(site: Site, context: BrowserContext) -> None:
    """The session ended by itself, and a colleague logs in; nothing of the first officer is shown, with or without
    a network, and it is there again for the first.
    """
    office, person = a_visit_to_make(site)
    page = context.new_page()
    log_in(page, site, office.officer)
    in_the_past(page)
    page.goto(f"{site.base}/subjects/{person}/record")
    page.evaluate(READY)
    page.goto(f"{site.base}/")
    expect(page.locator("#unsent")).to_be_hidden()  # who only looked at the form has written nothing
    assert page.evaluate(KEPT, "drafts") == 0
    page.goto(f"{site.base}/subjects/{person}/record")
    page.get_by_label("总的情况").fill("在家,情况平稳。")
    expect(page.locator("#draft-told")).to_contain_text("草稿已保存")
    page.evaluate(READY)
    context.clear_cookies()
    log_in(page, site, office.colleague)
    expect(page.locator("#unsent")).to_be_hidden()
    page.evaluate(HERE, office.colleague.id.hex)
    context.set_offline(offline=True)
    page.goto(f"{site.base}/field/")
    expect(page.locator("#drafts")).to_contain_text("没有。")
    context.set_offline(offline=False)
    context.clear_cookies()
    log_in(page, site, office.officer)
    expect(page.locator("#unsent")).to_contain_text("1 份")


@pytest.mark.browser
def test_people_are_taken_along_and_left_at_the_log_out(site: Site, context: BrowserContext) -> None:
    office, _ = a_visit_to_make(site)
    page = context.new_page()
    log_in(page, site, office.officer)
    in_the_past(page)
    page.get_by_role("link", name="现场记录").click()
    expect(page.get_by_role("button", name="带上七天内到期的人")).to_be_visible()
    check(page)
    page.get_by_role("button", name="带上七天内到期的人").click()
    expect(page.locator("#people")).to_contain_text(LONG_NAME[:4])
    page.evaluate(READY)
    context.set_offline(offline=True)
    page.goto(f"{site.base}/field/")
    page.get_by_role("button", name="写记录").click()
    page.get_by_role("checkbox", name="走访家庭").check()
    page.get_by_label("总的情况").fill("没有见到人。")
    page.get_by_role("button", name="开始:记下现在的时间和位置").click()
    expect(page.locator("#place")).to_contain_text("误差约 12 米")
    page.get_by_role("button", name="返回列表").click()
    expect(page.locator("#drafts")).to_contain_text("草稿")
    assert_another_begins_empty_and_goes(page)
    context.set_offline(offline=False)
    page.goto(f"{site.base}/")
    expect(page.locator("#unsent")).to_have_text("这台手机上有 1 份没有发送的现场记录,点这里查看和发送。")
    check(page)
    asked: list[str] = []
    stay = [True, False]

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        (dialog.dismiss if stay.pop(0) else dialog.accept)()

    page.on("dialog", answer)
    with page.expect_event("dialog"):
        page.get_by_role("button", name="退出登录").click()
    assert page.evaluate(KEPT, "drafts") == 1
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    page.goto(f"{site.base}/field/")
    expect(page.locator("#people")).to_contain_text("还没有带上人")
    expect(page.locator("#drafts")).to_contain_text("没有。")
    assert asked == ["这台手机上还有 1 份没有发送的现场记录,退出登录会删除。仍要退出吗?"] * 2

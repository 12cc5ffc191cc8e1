"""Importing a roster on the page: looked through first, imported as seen, in a browser on a phone and at a desk."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from sqlalchemy import Engine, text
from urllib3 import encode_multipart_formdata

from app.clients import roster_file
from app.store.session import transaction
from tests.builders.offices import a_tree
from tests.builders.rosters import a_line, a_roster
from tests.builders.users import a_user
from tests.web.browsing import Visitor, a_visitor
from tests.web.conftest import Site
from tests.web.office import LONG_NAME, Office, an_office_at_nine
from tests.web.test_walk import PHONE, check, log_in

DESK = ViewportSize(width=1280, height=900)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


def people(engine: Engine) -> int:
    with transaction(engine) as tx:
        return int(tx.execute(text("SELECT count(*) FROM subjects")).scalar_one())


def send(visitor: Visitor, content: bytes | None, **form: Any) -> Any:
    sent = {"csrf_token": visitor.token("/roster"), "id": str(uuid4()), "step": "check", **form}
    if content is not None:
        sent["file"] = ("名册.xlsx", content)
    body, kind = encode_multipart_formdata(sent)
    return visitor.client.post("/roster", data=body, content_type=kind)


def seen_in(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_a_file_is_imported_only_as_it_was_seen(undone: Engine, officer: Visitor) -> None:
    content = a_roster(a_line(1), a_line(2))
    blind = send(officer, content, step="import")
    assert "预检结果" in blind.get_data(as_text=True)
    page = send(officer, content).get_data(as_text=True)
    assert "登记这 2 人" in page
    other = send(officer, a_roster(a_line(3)), step="import", seen=seen_in(page))
    assert "登记这 1 人" in other.get_data(as_text=True), "another file is looked through first"
    assert people(undone) == 0
    done = send(officer, content, step="import", seen=seen_in(page))
    assert (done.status_code, done.headers["Location"]) == (303, "/roster")
    assert people(undone) == 2
    assert "已登记 2 人" in officer.text("/roster")
    again = send(officer, content).get_data(as_text=True)
    assert "名册里的人都已在册" in again
    assert 'value="import"' not in again


def test_faults_are_told_by_row_and_column_and_nothing_is_offered(undone: Engine, officer: Visitor) -> None:
    page = send(officer, a_roster(a_line(1, 类别="缓", 罪名="盗窃"), a_line(2))).get_data(as_text=True)
    assert "第 2 行 C 列(矫正类别):只能填" in page
    assert "没有读取的栏目:罪名" in page
    assert 'value="import"' not in page
    forced = send(officer, a_roster(a_line(1, 类别="缓")), step="import", seen=seen_in(page))
    assert forced.status_code == 200
    assert people(undone) == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "请选择名册文件"),
        (b"", "请选择名册文件"),
        (b"nothing", "没有找到同时有“姓名”和“证件号码”的标题行"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 .xlsx"),
        (b"x" * (roster_file.LARGEST_FILE + 1), "文件太大"),
    ],
    ids=["none", "empty", "text", "xls", "large"],
)
def test_a_file_that_is_refused_is_told_in_one_sentence(officer: Visitor, content: bytes | None, told: str) -> None:
    answer = send(officer, content)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_a_thousand_faults_are_counted_and_not_all_listed(officer: Visitor) -> None:
    page = send(officer, a_roster(*(a_line(n, 类别="缓") for n in range(1000)))).get_data(as_text=True)
    assert "<strong>1000</strong> 处要改" in page
    assert "还有 800 处" in page
    assert page.count("只能填") == 200


def test_the_template_is_downloaded(officer: Visitor) -> None:
    answer = officer.get("/roster/template")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="roster.xlsx"'
    assert answer.data.startswith(b"PK")


def choose(page: Page, content: bytes) -> None:
    payload = FilePayload(name="名册.xlsx", mimeType=roster_file.TEMPLATE_TYPE, buffer=content)
    page.get_by_label("名册文件").set_input_files(payload)


@pytest.mark.browser
def test_in_a_browser_the_file_stays_chosen_from_the_look_to_the_import(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        officer = a_user(tx, a_tree(tx).office, login="minjie")
    page = browser.new_page(viewport=PHONE, locale="zh-CN", color_scheme="dark")
    log_in(page, site, officer)
    page.get_by_role("link", name="名册导入").click()
    check(page)
    broken = [a_line(n, 姓名=LONG_NAME, 类别="缓", 这一列的名字特别特别特别特别特别特别长="x") for n in range(300)]
    choose(page, a_roster(*broken))
    page.get_by_role("button", name="预检").click()
    expect(page.get_by_role("heading", name="预检结果")).to_be_visible()
    expect(page.locator("main")).to_contain_text("还有 100 处")
    check(page)
    page.set_viewport_size(DESK)
    check_at_desk = page.evaluate("document.documentElement.scrollWidth")
    assert check_at_desk <= DESK["width"]
    page.set_viewport_size(PHONE)

    choose(page, a_roster(a_line(1, 姓名=LONG_NAME), a_line(2)))
    page.get_by_role("button", name="重新预检").click()
    confirm = page.get_by_role("button", name="登记这 2 人")
    expect(confirm).to_be_visible()
    check(page)
    confirm.click()
    expect(page.get_by_role("status").filter(has_text="已登记 2 人")).to_be_visible()
    check(page)
    choose(page, a_roster(a_line(1, 姓名="另一个名字"), a_line(2)))
    page.get_by_role("button", name="预检").click()
    expect(page.locator("main")).to_contain_text("没有要登记的")
    page.get_by_text("已在册的 2 人").click()
    expect(page.locator("main")).to_contain_text("姓名与在册的不同")
    check(page)
    page.close()

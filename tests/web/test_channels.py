"""The user's own channel on the page, on a phone in a real browser too."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from app.store import channels
from app.store.session import transaction
from tests.builders.app import settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.web.browsing import Visitor, a_visitor
from tests.web.conftest import Site
from tests.web.office import Office, an_office_at_nine
from tests.web.test_walk import PHONE, check, log_in

WEBHOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=69-aa-bb-cc-dd"


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


def code_of_the_channel(engine: Engine) -> str:
    with transaction(engine) as tx:
        channel_id: UUID = tx.execute(text("SELECT id FROM user_channels WHERE retired_at IS NULL")).scalar_one()
    return channels.code(settings_for_tests(), channel_id, 1)


def test_it_is_set_tried_out_proved_changed_and_removed(undone: Engine, officer: Visitor) -> None:
    assert "通知设置" in officer.text("/notices")
    form = {"id": str(uuid4()), "address": WEBHOOK, "wait_min": "10"}
    assert officer.post("/channel", form).status_code == 303
    page = officer.text("/channel")
    assert "企业微信机器人 …c-dd" in page
    assert "69-aa-bb" not in page
    assert officer.post("/channel/test").status_code == 303
    wrong = officer.post("/channel/verify", {"code": "12"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.get_data(as_text=True)
    assert officer.post("/channel/verify", {"code": code_of_the_channel(undone)}).status_code == 303
    assert "使用中" in officer.text("/channel")
    assert officer.post("/channel/wait", {"wait_min": "30"}).status_code == 303
    assert '<option value="30" selected>' in officer.text("/channel")
    assert officer.post("/channel/remove").status_code == 303
    assert "使用中" not in officer.text("/channel")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"address": "file:///etc/passwd"}, "看不懂这个地址"),
        ({"address": ""}, "看不懂这个地址"),
        ({"address": WEBHOOK, "wait_min": "31"}, "等待时间应在"),
        ({"address": WEBHOOK, "wait_min": "x"}, "等待时间应在"),
    ],
)
def test_a_form_that_is_refused_keeps_what_was_typed(officer: Visitor, form: dict[str, str], told: str) -> None:
    answer = officer.post("/channel", {"id": str(uuid4()), **form})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    assert f'value="{form["address"]}"' in page


@pytest.mark.browser
def test_on_a_phone(site: Site, browser: Browser) -> None:
    with transaction(site.engine) as tx:
        officer = a_user(tx, a_tree(tx).office, login="minjie")
    page = browser.new_page(viewport=PHONE, locale="zh-CN")
    log_in(page, site, officer)
    page.goto(f"{site.base}/channel")
    check(page)
    page.get_by_label("机器人的 Webhook 地址,或邮箱").fill(WEBHOOK)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="企业微信机器人 …c-dd")).to_be_visible()
    check(page)
    page.get_by_role("button", name="发送测试消息").click()
    page.get_by_label("收到的 6 位验证码").fill(code_of_the_channel(site.engine))
    check(page)
    page.get_by_role("button", name="启用").click()
    expect(page.locator("main")).to_contain_text("使用中")
    check(page)
    page.close()

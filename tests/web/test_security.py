"""One's own account at the pages: the second step of a log-in, the second factor, the password, log-ins elsewhere."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.deps import Deps
from app.main import create_app
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from app.web.browsers import browser_name
from tests.builders.app import settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.second_factor import a_code, a_totp
from tests.builders.users import PASSWORD, Worker, a_user
from tests.web.browsing import Visitor, a_visitor
from tests.web.conftest import Site

NEW = "七月的 river 与晚风"
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)


@pytest.fixture
def officer(undone: Engine) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, a_tree(tx).office, login="minjie")


@pytest.fixture
def enrolled(undone: Engine, officer: Worker) -> Worker:
    with transaction(undone) as tx:
        a_totp(tx, officer.id)
    return officer


def second_step(visitor: Visitor, code: str, to: str = "/") -> TestResponse:
    token = visitor.token()
    return visitor.client.post("/login/code", data={"csrf_token": token, "totp": code, "next": to})


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_the_code_is_the_second_step(app: Flask, enrolled: Worker) -> None:
    visitor = Visitor(app)
    asked = visitor.log_in(enrolled, to="/notices")
    assert asked.status_code == 200
    assert "动态验证码" in text_of(asked)
    assert visitor.get("/").status_code == 302, "half a log-in opens nothing"
    form = {"totp": "000000", "next": "/notices", "csrf_token": re_token(asked)}
    wrong = visitor.client.post("/login/code", data=form)
    assert (wrong.status_code, "动态验证码不正确" in text_of(wrong)) == (401, True)
    right = visitor.client.post("/login/code", data={**form, "totp": a_code()})
    assert (right.status_code, right.headers["Location"]) == (302, "/notices")
    assert visitor.get("/").status_code == 200


def re_token(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text_of(answer))
    assert found
    return found[1]


def test_the_second_step_needs_the_first_and_not_long_ago(app: Flask, enrolled: Worker, clock: TestClock) -> None:
    assert second_step(Visitor(app), a_code()).status_code == 401
    visitor = Visitor(app)
    visitor.log_in(enrolled)
    clock.advance(minutes=5)
    late = second_step(visitor, a_code(clock.now()))
    assert (late.status_code, "请重新输入账号和密码" in text_of(late)) == (401, True)


def test_a_browser_that_logged_in_before_is_not_delayed_by_others(app: Flask, officer: Worker) -> None:
    known = a_visitor(app, officer)
    known.post("/logout")
    stranger = Visitor(app)
    for _ in range(5):
        stranger.log_in(officer, password="wrong")
    refused = stranger.log_in(officer)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert "请在 5 秒后再试" in text_of(refused)
    assert known.log_in(officer).status_code == 302


def test_a_password_longer_than_any_is_not_cut_to_a_right_one(app: Flask, officer: Worker, undone: Engine) -> None:
    visitor = a_visitor(app, officer)
    longest = "".join(chr(0x4E00 + 37 * n) for n in range(128))
    changed = visitor.post("/security/password", {"password": PASSWORD, "new_password": longest})
    assert changed.status_code == 303
    assert Visitor(app).log_in(officer, password=longest + "x").status_code == 401
    assert Visitor(app).log_in(officer, password=longest).status_code == 302


def test_a_new_password_logs_out_everywhere_and_says_so(app: Flask, officer: Worker) -> None:
    here, there = a_visitor(app, officer), a_visitor(app, officer)
    weak = here.post("/security/password", {"password": PASSWORD, "new_password": "password1234"})
    assert (weak.status_code, "太常见" in text_of(weak)) == (422, True)
    done = here.post("/security/password", {"password": PASSWORD, "new_password": NEW})
    assert (done.status_code, done.headers["Location"]) == (303, "/login")
    assert [visitor.get("/").status_code for visitor in (here, there)] == [302, 302]
    assert Visitor(app).log_in(officer, password=NEW).status_code == 302


def test_log_ins_elsewhere_are_seen_and_ended(app: Flask, officer: Worker, undone: Engine) -> None:
    there, elsewhere = a_visitor(app, officer), a_visitor(app, officer)
    here = Visitor(app)
    here.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36"
    here.log_in(officer)
    page = here.text("/security")
    assert page.count("退出这一处") == 2
    assert "Chrome, Windows" in page
    path = re.findall(r'action="(/security/sessions/[0-9a-f-]{36}/end)"', page)[0]
    assert here.post(path, at="/security").status_code == 303
    assert "已退出那一处登录" in here.text("/security")
    assert sorted([there.get("/").status_code, elsewhere.get("/").status_code]) == [200, 302]
    here.post("/security/sessions/end-others", at="/security")
    assert [there.get("/").status_code, elsewhere.get("/").status_code, here.get("/").status_code] == [302, 302, 200]


def test_a_role_that_needs_a_second_factor_is_led_to_it(undone: Engine, clock: TestClock) -> None:
    settings = replace(settings_for_tests(), totp_required_roles=(Role.COUNTY_HEAD,))
    app = create_app(Deps(settings, undone, clock))
    with transaction(undone) as tx:
        head = a_user(tx, a_tree(tx).county, Role.COUNTY_HEAD, login="head")
    visitor = Visitor(app)
    visitor.log_in(head)
    for path in ("/", "/alerts", "/compliance"):
        assert visitor.get(path).headers["Location"] == "/security/totp"
    part = visitor.get("/today/alerts", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/security/totp"
    page = visitor.text("/security/totp")
    assert "您的岗位登录时需要动态验证码" in page
    assert 'href="/alerts"' not in page
    shown = visitor.post("/security/totp", {"password": PASSWORD}, at="/security/totp")
    secret = re.sub(r"\s", "", re.findall(r'id="key">([^<]+)<', text_of(shown))[0])
    confirmed = visitor.post(
        "/security/totp/confirm", {"totp": pyotp.TOTP(secret).at(clock.now())}, at="/security/totp"
    )
    assert (confirmed.status_code, "备用码只显示这一次" in text_of(confirmed)) == (200, True)
    assert visitor.get("/alerts").status_code == 200


def test_a_wrong_first_code_shows_the_same_picture_again(app: Flask, officer: Worker) -> None:
    visitor = a_visitor(app, officer)
    shown = visitor.post("/security/totp", {"password": PASSWORD})
    again = visitor.post("/security/totp/confirm", {"totp": "000000"})
    assert again.status_code == 422
    assert re.findall(r"<svg.*</svg>", text_of(shown), re.DOTALL) == re.findall(
        r"<svg.*</svg>", text_of(again), re.DOTALL
    )
    assert visitor.post("/security/totp", {"password": "wrong"}).status_code == 422
    with_none = a_visitor(app, officer)
    assert with_none.post("/security/totp", {"password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/119 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605.1", "Safari, macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0", "Firefox, Linux"),
        ("curl/8.0", None),
        ("", None),
    ],
)
def test_by_what_a_browser_is_known(header: str, name: str | None) -> None:
    assert browser_name(header) == name


def check(page: Page, size: ViewportSize) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def test_an_officer_sets_up_a_second_factor_and_logs_in_with_it(
    site: Site, browser: Browser, size: ViewportSize, scheme: str
) -> None:
    with transaction(site.engine) as tx:
        officer = a_user(tx, a_tree(tx).office, login="minjie")
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    enter(page, site, officer)
    page.get_by_role("link", name="账号安全").click()
    check(page, size)
    page.get_by_role("link", name="启用动态验证码").click()
    check(page, size)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("img", name="方块码")).to_be_visible()
    check(page, size)
    secret = re.sub(r"\s", "", page.locator("#key").inner_text())
    page.get_by_label("6 位数字").fill(pyotp.TOTP(secret).at(site.clock.now()))
    page.get_by_role("button", name="启用").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    check(page, size)
    spare = page.locator("ol.codes li").first.inner_text()
    page.get_by_role("link", name="已经保管好").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()

    site.clock.advance(timedelta(seconds=30))
    enter(page, site, officer)
    expect(page.get_by_role("heading", name="动态验证码")).to_be_visible()
    check(page, size)
    page.get_by_label("6 位数字").fill("000000")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("alert")).to_contain_text("备用码")
    page.get_by_label("6 位数字").fill(spare)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    page.get_by_role("link", name="账号安全").click()
    expect(page.locator("main")).to_contain_text("还有 9 条备用码可用")
    check(page, size)
    kept = page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert not [shown for shown in (secret, spare, PASSWORD) if shown in kept]
    assert faults == []
    context.close()


def enter(page: Page, site: Site, officer: Worker) -> None:
    page.goto(f"{site.base}/login")
    page.get_by_label("账号").fill(officer.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

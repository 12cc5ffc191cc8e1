"""Addresses of channels: read strictly, shown in part, proved before they are used."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import CHANNELS
from app.rules.channels import (
    CODE_LASTS,
    MOST_TESTS,
    MOST_WRONG_CODES,
    TEST_PAUSE,
    Address,
    Schema,
    Standing,
    address,
    opened,
    ref,
    refuse_code,
    refuse_test,
    refuse_wait,
)
from app.rules.errors import Conflict, Refused, TooOften
from app.rules.wording.channels import NAMES
from tests.builders.app import MONDAY

HOSTS = frozenset({"bot.jiangshan.lan:8443"})
SECOND = timedelta(seconds=1)


def test_settings_rules_and_words_know_the_same_channels() -> None:
    assert set(CHANNELS) == {str(schema) for schema in Schema} == set(NAMES)


@pytest.mark.parametrize(
    ("written", "url", "hint"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=0a1b2c3d4e5f", "dingtalk://0a1b2c3d4e5f", "…4e5f"),
        (" dingtalk://SEC0001122@0a1b2c3d4e5f/ ", "dingtalk://SEC0001122@0a1b2c3d4e5f", "…4e5f"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=69-aa-bb-cc", "wecombot://69-aa-bb-cc", "…b-cc"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/ab-cd-ef-01", "feishu://ab-cd-ef-01", "…f-01"),
        ("xu.min@jiangshan.gov.cn", "mail://xu.min@jiangshan.gov.cn", "x…@jiangshan.gov.cn"),
        ("mailto:xu@jiangshan.gov.cn", "mail://xu@jiangshan.gov.cn", "x…@jiangshan.gov.cn"),
        ("jsons://Bot.jiangshan.lan:8443/in", "jsons://Bot.jiangshan.lan:8443/in", "bot.jiangshan.lan:8443"),
    ],
)
def test_addresses_as_vendors_and_apprise_write_them(written: str, url: str, hint: str) -> None:
    found = address(written, None, offered=CHANNELS, hosts=HOSTS)
    assert (found.url, found.hint) == (url, hint)
    assert opened(found.url) == found
    assert url.rpartition("/")[2] not in repr(found)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "channel_unreadable"),
        ("file:///etc/passwd", "channel_unreadable"),
        ("syslog://", "channel_unreadable"),
        ("macosx://", "channel_unreadable"),
        ("windows://", "channel_unreadable"),
        ("dbus://", "channel_unreadable"),
        ("apprise://10.0.0.1/token", "channel_unreadable"),
        ("https://10.0.0.1/hook", "channel_unreadable"),
        ("https://oapi.dingtalk.com.evil.cn/robot/send?access_token=0a1b2c3d4e5f", "channel_unreadable"),
        ("https://oapi.dingtalk.com@evil.cn/robot/send?access_token=0a1b2c3d4e5f", "channel_unreadable"),
        ("http://oapi.dingtalk.com/robot/send?access_token=0a1b2c3d4e5f", "channel_unreadable"),
        ("dingtalk://0a1b2c3d4e5f?verify=no", "channel_unreadable"),
        ("dingtalk://0a1b2c3d4e5f/13800000001", "channel_unreadable"),
        ("wecombot://69-aa-bb-cc\nx", "channel_unreadable"),
        ("mailto://user:password@smtp.evil.cn?to=a@b.cn", "channel_unreadable"),
        ("a@b.cn,c@d.cn", "channel_unreadable"),
        ("a@b.cn?smtp=10.0.0.1", "channel_unreadable"),
        ("json://169.254.169.254/latest/meta-data", "channel_host_refused"),
        ("json://bot.jiangshan.lan/in", "channel_host_refused"),
        ("jsons://bot.jiangshan.lan:8443@evil.cn/", "channel_unreadable"),
        ("dingtalk://" + "a" * 600, "channel_unreadable"),
    ],
)
def test_everything_else_is_refused(written: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        address(written, None, offered=CHANNELS, hosts=HOSTS)
    assert refused.value.code == code


def test_only_what_the_settings_offer() -> None:
    with pytest.raises(Refused, match="channel_not_offered"):
        address("wecombot://69-aa-bb-cc", None, offered=frozenset({"dingtalk"}))


def test_a_secret_belongs_to_dingtalk_alone() -> None:
    assert address("dingtalk://0a1b2c3d4e5f", "SEC0001122", offered=CHANNELS).secret == "SEC0001122"
    for written, secret in (("wecombot://69-aa-bb-cc", "SEC0001122"), ("dingtalk://0a1b2c3d4e5f", "no good")):
        with pytest.raises(Refused, match="channel_unreadable"):
            address(written, secret, offered=CHANNELS)


@given(st.text(max_size=60))
def test_whatever_is_read_is_one_of_the_known(written: str) -> None:
    found = opened(written)
    assert found is None or opened(found.url) == found


FRESH = Standing(UUID(int=1), Schema.DINGTALK, 1, MONDAY, 0, None)


def test_a_code_counts_for_a_quarter_of_an_hour_and_five_tries() -> None:
    refuse_code(FRESH, now=MONDAY + CODE_LASTS - SECOND)
    refuse_code(replace(FRESH, wrong_codes=MOST_WRONG_CODES - 1), now=MONDAY)
    for over, now in (
        (FRESH, MONDAY + CODE_LASTS),
        (replace(FRESH, wrong_codes=MOST_WRONG_CODES), MONDAY),
        (replace(FRESH, tests=0, tested_at=None), MONDAY),
    ):
        with pytest.raises(Refused, match="channel_code_over"):
            refuse_code(over, now=now)
    with pytest.raises(Conflict, match="channel_verified_already"):
        refuse_code(replace(FRESH, verified_at=MONDAY), now=MONDAY)


def test_a_test_is_sent_once_a_minute_and_ten_times() -> None:
    refuse_test(FRESH, now=MONDAY + TEST_PAUSE)
    refuse_test(replace(FRESH, tests=0, tested_at=None), now=MONDAY)
    with pytest.raises(TooOften, match="channel_tested_just_now"):
        refuse_test(FRESH, now=MONDAY + TEST_PAUSE - SECOND)
    with pytest.raises(TooOften, match="channel_too_many_tests"):
        refuse_test(replace(FRESH, tests=MOST_TESTS), now=MONDAY + timedelta(days=1))


@pytest.mark.parametrize(("minutes", "fits"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_wait_is_half_of_what_the_ladder_leaves_at_most(minutes: int, *, fits: bool) -> None:
    if fits:
        refuse_wait(minutes)
    else:
        with pytest.raises(Refused, match="channel_wait_unfit"):
            refuse_wait(minutes)


def test_a_repeat_is_told_by_a_short_number() -> None:
    assert ref(UUID("a1b2c3d4-0000-0000-0000-000000000000")) == "A1B2C3"


def test_an_address_does_not_show_itself() -> None:
    assert "0a1b2c3d4e5f" not in repr(Address(Schema.DINGTALK, "0a1b2c3d4e5f", "SEC0001122"))

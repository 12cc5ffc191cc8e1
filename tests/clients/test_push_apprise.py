"""The door to Apprise against robots and a mail server that speak the real protocols."""

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from io import StringIO

import pytest

from app.clients.push import PushOutcome, Rejected, Retry, Sent, Unregistered
from app.clients.push_apprise import POSTING, AppriseChannel
from app.clients.push_apprise_post import _GuardedAdapter
from app.config import CHANNELS, ChannelSettings
from app.rules.channels import Address, Schema
from tests.builders.robots import DINGTALK, FEISHU, WECOM, Reply, Robots, Said, a_mail_server, the_robots

TEXT = "知访有一条待处理的预警,请登录查看。"
DING = Address(Schema.DINGTALK, "ding0token0001")
WE = Address(Schema.WECOM, "we-key-0001")
FEI = Address(Schema.FEISHU, "fei-token-0001")


@pytest.fixture(scope="module")
def running() -> Iterator[Robots]:
    with the_robots() as robots:
        yield robots


@pytest.fixture
def robots(running: Robots) -> Iterator[Robots]:
    yield running
    running.outage = None
    running.taken.clear()


@pytest.fixture
def channel(robots: Robots) -> AppriseChannel:
    return AppriseChannel(ChannelSettings(CHANNELS, origin=robots.origin), timeout_s=60.0)


@pytest.mark.parametrize(("address", "vendor"), [(DING, DINGTALK), (WE, WECOM), (FEI, FEISHU)])
def test_each_vendor_is_written_to_in_its_own_words(
    channel: AppriseChannel, robots: Robots, address: Address, vendor: str
) -> None:
    assert channel.send(address, TEXT) == Sent("taken")
    assert robots.taken == [Said(vendor, address.target, TEXT)]


def test_a_signed_message_is_signed_as_the_vendor_checks_it(channel: AppriseChannel, robots: Robots) -> None:
    """Apprise quotes the signature once too often; what goes out has to be what DingTalk computes itself."""
    robots.secrets["ding0signed0001"] = "SEC0123456789abcdef"
    signed = Address(Schema.DINGTALK, "ding0signed0001", "SEC0123456789abcdef")
    for _ in range(5):
        assert channel.send(signed, TEXT) == Sent("taken")
    assert channel.send(Address(Schema.DINGTALK, "ding0signed0001", "SECanotherone0"), TEXT) == Rejected(
        "keyword_or_sign"
    )
    assert channel.send(Address(Schema.DINGTALK, "ding0signed0001"), TEXT) == Rejected("keyword_or_sign")


ANSWERS: list[tuple[Address, Reply, PushOutcome]] = [
    (DING, Reply(body={"errcode": 310000, "errmsg": "keywords not in content"}), Rejected("keyword_or_sign")),
    (DING, Reply(body={"errcode": 400101, "errmsg": "access_token"}), Unregistered()),
    (DING, Reply(body={"errcode": 130101, "errmsg": "send too fast"}), Retry(60.0, "quota")),
    (DING, Reply(body={"errcode": -1, "errmsg": "busy"}), Retry(None, "vendor_error")),
    (DING, Reply(body={"errcode": 430102}), Rejected("refused_by_vendor")),
    (WE, Reply(body={"errcode": 93000, "errmsg": "invalid webhook url"}), Unregistered()),
    (WE, Reply(body={"errcode": 45009}), Retry(60.0, "quota")),
    (FEI, Reply(body={"code": 19001, "msg": "token invalid"}), Unregistered()),
    (FEI, Reply(body={"code": 19024, "msg": "Key Words Not Found"}), Rejected("keyword_or_sign")),
    (FEI, Reply(body={"StatusCode": 0, "StatusMessage": "success"}), Sent("taken")),
    (FEI, Reply(400, {"code": 9499, "msg": "Bad Request"}), Rejected("refused_by_vendor")),
    (WE, Reply(429, {}, {"Retry-After": "7"}), Retry(7.0, "quota")),
    (WE, Reply(503, {}), Retry(None, "unavailable")),
    (WE, Reply(500, b"oops"), Retry(None, "server_error")),
    (WE, Reply(200, b"<html>log in to this network</html>"), Retry(None, "foreign_answer")),
    (WE, Reply(200, [1]), Retry(None, "foreign_answer")),
    (WE, Reply(302, {}, {"Location": "http://127.0.0.1:1/"}), Retry(None, "foreign_answer")),
    (WE, Reply(0), Retry(None, "connection")),
]


@pytest.mark.parametrize(("address", "reply", "outcome"), ANSWERS, ids=lambda value: str(value)[-60:])
def test_what_answers_mean(
    channel: AppriseChannel, robots: Robots, address: Address, reply: Reply, outcome: PushOutcome
) -> None:
    robots.outage = reply
    assert channel.send(address, TEXT) == outcome


def test_a_vendor_that_says_nothing_is_left_in_time(robots: Robots) -> None:
    channel = AppriseChannel(ChannelSettings(CHANNELS, origin=robots.origin), timeout_s=1.0)
    robots.outage = Reply(-1)
    assert channel.send(DING, TEXT) == Retry(None, "timeout")


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}"
        channel = AppriseChannel(ChannelSettings(CHANNELS, origin=origin), timeout_s=60.0)
        assert channel.send(DING, TEXT) == Retry(None, "connection")


def test_what_is_not_offered_is_not_written_to(robots: Robots) -> None:
    channel = AppriseChannel(ChannelSettings(frozenset({"feishu"}), origin=robots.origin))
    assert channel.send(DING, TEXT) == Rejected("channel_not_offered")
    assert robots.taken == []


# -------------------------------------------------------------------------------------------------- within the house


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_addresses_within_the_house_are_not_written_to(robots: Robots, host: str) -> None:
    """Robots whose host the settings do not name: the connection is given up before a byte is sent."""
    port = robots.host.rpartition(":")[2]
    channel = AppriseChannel(ChannelSettings(CHANNELS), timeout_s=60.0)
    before = len(robots.asked)
    assert channel.send(Address(Schema.JSON, f"{host}:{port}/bot"), TEXT) == Rejected("address_refused")
    assert len(robots.asked) == before


def test_a_robot_that_the_settings_name_is_written_to_wherever_it_is(robots: Robots) -> None:
    channel = AppriseChannel(ChannelSettings(CHANNELS, hosts=frozenset({robots.host})), timeout_s=60.0)
    assert channel.send(Address(Schema.JSON, f"{robots.host}/bot"), TEXT) == Sent("taken")
    assert robots.texts_to("/bot") == [TEXT]
    robots.outage = Reply(410, {})
    assert channel.send(Address(Schema.JSON, f"{robots.host}/bot"), TEXT) == Unregistered()


def test_vendors_own_addresses_are_guarded_too() -> None:
    """Where a name leads is looked at once the connection stands, whatever was resolved before."""
    adapter = _GuardedAdapter()
    pool = adapter.poolmanager.connection_from_url("https://oapi.dingtalk.com")
    assert pool.ConnectionCls.__mro__[1].__name__ == "_Guarded"


def test_a_fake_lies_on_this_machine_or_nowhere() -> None:
    with pytest.raises(ValueError, match="this machine"):
        AppriseChannel(ChannelSettings(CHANNELS, origin="http://192.0.2.1"))


# --------------------------------------------------------------------------------------------------------------- mail


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # by Python's own mail package, as Apprise imports it
def test_mail_goes_by_the_relay_of_the_settings_to_the_user_alone() -> None:
    with a_mail_server() as (mailbox, relay):
        channel = AppriseChannel(ChannelSettings(CHANNELS, mail=relay), timeout_s=60.0)
        assert channel.send(Address(Schema.MAIL, "xu@jiangshan.gov.cn"), TEXT) == Sent("mail")
        ((to, subject, text),) = mailbox.received
        assert (to, subject) == ("xu@jiangshan.gov.cn", "知访")
        assert TEXT in text
        mailbox.refuse = "452 full"
        assert channel.send(Address(Schema.MAIL, "xu@jiangshan.gov.cn"), TEXT) == Retry(None, "mail")
    assert channel.send(Address(Schema.MAIL, "xu@jiangshan.gov.cn"), TEXT) == Retry(None, "mail")


# ------------------------------------------------------------------------------------------- what the door relies on


def test_the_plug_ins_post_by_the_name_that_is_replaced(channel: AppriseChannel) -> None:
    """A release that moves it would post past the guard: the door refuses to open then, and this test says so first."""
    channel.send(DING, TEXT)
    for name in POSTING:
        assert type(import_module(f"apprise.plugins.{name}").requests).__name__ == "_InPlaceOfRequests"


def test_nothing_of_an_address_gets_into_the_logs(channel: AppriseChannel, robots: Robots) -> None:
    root, written = logging.getLogger(), StringIO()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        channel.send(Address(Schema.DINGTALK, "ding-unfit-secret!"), TEXT)
        channel.send(DING, TEXT)
        robots.outage = Reply(500, b"oops")
        channel.send(DING, TEXT)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    told = written.getvalue()
    assert [secret for secret in ("ding-unfit-secret", DING.target, TEXT) if secret in told] == []


def test_a_process_that_does_not_send_never_loads_apprise() -> None:
    script = (
        "import sys; import app.worker; from app.config import *; from app.clients.push_apprise import *;"
        " AppriseChannel(ChannelSettings(CHANNELS));"
        " sys.exit(any(name.partition('.')[0] in {'apprise', 'openpyxl'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

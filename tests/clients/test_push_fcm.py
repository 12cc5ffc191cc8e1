"""The channel with the real firebase-admin against the fake FCM over loopback."""

import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
import requests
from firebase_admin import _apps, messaging

from app.clients.push import PushChannel, PushMessage, PushOutcome, PushTarget, Rejected, Retry, Sent, Unregistered
from app.clients.push_fcm import FCM_ORIGIN, FcmChannel
from app.clients.push_fcm_login import SingleTryLogin
from app.simulation.fake_fcm import FakeFcm
from app.simulation.fake_fcm_account import PROJECT
from app.simulation.fake_fcm_answers import CUT, DEAD, OK, UNAVAILABLE, Answer, quota, slow, unavailable
from app.simulation.ports import free_ports
from tests.patience import LONG_S, eventually

NOTICE = UUID("6f0d1c9a-2f6e-4f0e-9d62-0a4b5c6d7e8f")
MESSAGE = PushMessage(NOTICE, "alert-17-step-1")
LATER = "Thu, 01 Jan 2026 00:02:00 GMT"

BY_ADDRESS: list[tuple[str, PushOutcome]] = [
    ("unregistered-a", Unregistered()),
    ("invalid-a", Rejected("invalid_argument")),
    ("mismatch-a", Rejected("sender_mismatch")),
    ("quota-a", Retry(None, "quota")),
    ("quota2-a", Retry(2.0, "quota")),
    ("unavailable-a", Retry(None, "unavailable")),
    ("unavailable7-a", Retry(7.0, "unavailable")),
    ("cut-a", Retry(None, "connection")),
    ("dead-a", Retry(None, "connection")),
]
SCRIPTED: list[tuple[str, Answer, PushOutcome]] = [
    ("quota until a date", quota(LATER), Retry(120.0, "quota")),
    ("quota until a date, no Date", Answer(429, retry_after=LATER, date=None), Retry(None, "quota")),
    ("quota with a wish nobody can read", quota("soon"), Retry(None, "quota")),
    ("a fault inside FCM", Answer(500, "INTERNAL"), Retry(None, "server_error")),
    ("a bad gateway in HTML", Answer(502, body=b"<html>bad gateway</html>"), Retry(None, "server_error")),
    ("a proxy's 403", Answer(403, body=b"<html>not from here</html>"), Retry(None, "foreign_answer")),
    ("an error of another shape", Answer(503, body=b'{"error": "busy"}'), Retry(None, "foreign_answer")),
    ("an error that is no text", Answer(503, body=b"\xff\xfe"), Retry(None, "foreign_answer")),
    ("success in HTML", Answer(body=b"<html>welcome</html>"), Retry(None, "foreign_answer")),
    ("success without a name", Answer(body=b"{}"), Retry(None, "foreign_answer")),
    ("success of another shape", Answer(body=b"[]"), Retry(None, "foreign_answer")),
    ("a redirect elsewhere", Answer(302, location="http://192.0.2.1/"), Retry(None, "unexpected_status")),
]


def token(address: str) -> PushTarget:
    return PushTarget("token", address)


def test_a_push_carries_the_notice_id_and_nothing_else(fcm: FakeFcm, channel: PushChannel) -> None:
    assert channel.send(token("a-phone"), MESSAGE) == Sent(f"projects/{PROJECT}/messages/1")
    assert [dict(one.message) for one in fcm.received] == [
        {
            "token": "a-phone",
            "data": {"n": str(NOTICE)},
            "android": {"collapse_key": "alert-17-step-1", "priority": "high"},
        }
    ]


def test_an_installation_id_is_addressed_as_such(fcm: FakeFcm, channel: FcmChannel) -> None:
    assert channel.send(PushTarget("fid", "an-installation"), MESSAGE) == Sent(f"projects/{PROJECT}/messages/1")
    assert [(one.kind, one.address) for one in fcm.received] == [("fid", "an-installation")]
    assert "token" not in fcm.received[0].message


@pytest.mark.parametrize(("address", "expected"), BY_ADDRESS, ids=[case[0] for case in BY_ADDRESS])
def test_every_answer_is_one_try_and_returns_at_once(
    fcm: FakeFcm, channel: FcmChannel, address: str, expected: PushOutcome, slept: list[float]
) -> None:
    assert channel.send(token(address), MESSAGE) == expected
    assert slept == []
    assert len(fcm.received) == 1


@pytest.mark.parametrize(("answer", "expected"), [case[1:] for case in SCRIPTED], ids=[case[0] for case in SCRIPTED])
def test_odd_answers_are_outcomes_too(fcm: FakeFcm, channel: FcmChannel, answer: Answer, expected: PushOutcome) -> None:
    fcm.script("a-phone", answer)
    assert channel.send(token("a-phone"), MESSAGE) == expected
    assert len(fcm.received) == 1


def test_a_wish_to_wait_is_handed_on_and_not_slept(fcm: FakeFcm, channel: FcmChannel, slept: list[float]) -> None:
    assert channel.send(token("quota2-a"), MESSAGE) == Retry(2.0, "quota")
    assert channel.send(token("unavailable2-a"), MESSAGE) == Retry(2.0, "unavailable")
    assert slept == []


def test_a_slow_answer_is_a_timeout_although_fcm_took_the_message(fcm: FakeFcm) -> None:
    with FcmChannel(fcm.credentials_path, fcm.base_url, timeout_s=1.5) as channel:
        eventually(lambda: isinstance(channel.send(token("a-phone"), MESSAGE), Sent))  # it is logged in from here on
        assert channel.send(token("slow600-a"), MESSAGE) == Retry(None, "timeout")
    eventually(lambda: fcm.received[-1].address == "slow600-a")
    assert [one.shown for one in fcm.received if one.address == "slow600-a"] == [True]


def test_an_answer_within_the_timeout_counts(fcm: FakeFcm, channel: FcmChannel) -> None:
    fcm.script("a-phone", slow(0.1))
    assert isinstance(channel.send(token("a-phone"), MESSAGE), Sent)


def test_flaky_fails_each_second_call(channel: FcmChannel) -> None:
    kinds = [type(channel.send(token("flaky-a"), MESSAGE)) for _ in range(4)]
    assert kinds == [Sent, Retry, Sent, Retry]


def test_the_next_try_repeats_the_collapse_key(fcm: FakeFcm, channel: FcmChannel) -> None:
    fcm.script("a-phone", CUT, DEAD, UNAVAILABLE, OK)
    outcomes = [channel.send(token("a-phone"), MESSAGE) for _ in range(4)]
    assert [type(outcome) for outcome in outcomes] == [Retry, Retry, Retry, Sent]
    assert {one.collapse_key for one in fcm.received} == {MESSAGE.collapse_key}
    assert [one.shown for one in fcm.received] == [True, False, False, True]


def test_a_service_that_is_away_is_tried_again_when_it_is_back(account_directory: Path) -> None:
    (port,) = free_ports(1)
    with (
        FakeFcm(port, account_directory) as fcm,
        FcmChannel(fcm.credentials_path, fcm.base_url, LONG_S) as channel,
    ):
        assert isinstance(channel.send(token("a-phone"), MESSAGE), Sent)
        fcm.stop()
        assert channel.send(token("a-phone"), MESSAGE) == Retry(None, "connection")
        fcm.start()
        assert isinstance(channel.send(token("a-phone"), MESSAGE), Sent)


def test_an_outage_ends_for_every_phone(fcm: FakeFcm, channel: FcmChannel) -> None:
    fcm.set_outage(unavailable("3"))
    assert [channel.send(token(name), MESSAGE) for name in ("a", "b")] == [Retry(3.0, "unavailable")] * 2
    fcm.set_outage(None)
    assert isinstance(channel.send(token("a"), MESSAGE), Sent)


def test_threads_share_a_channel(fcm: FakeFcm, channel: FcmChannel) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda number: channel.send(token(f"phone-{number}"), MESSAGE), range(40)))
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert {one.address for one in fcm.received} == {f"phone-{number}" for number in range(40)}


def test_channels_in_one_process_do_not_mix(tmp_path: Path, fcm: FakeFcm, channel: FcmChannel) -> None:
    with FakeFcm(directory=tmp_path) as other, FcmChannel(other.credentials_path, other.base_url, LONG_S) as second:
        assert isinstance(second.send(token("other"), MESSAGE), Sent)
        assert isinstance(channel.send(token("first"), MESSAGE), Sent)
        assert [one.address for one in other.received] == ["other"]
    assert [one.address for one in fcm.received] == ["first"]
    assert isinstance(channel.send(token("still-open"), MESSAGE), Sent)


def test_closing_gives_back_the_name_of_the_app(fcm: FakeFcm) -> None:
    before = set(_apps)
    with FcmChannel(fcm.credentials_path, fcm.base_url):
        assert len(set(_apps) - before) == 1
    assert set(_apps) == before


def test_nothing_secret_is_written_down(
    fcm: FakeFcm,
    channel: FcmChannel,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="google")
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")  # which the second channel silences
    monkeypatch.setattr(logging.getLogger("google"), "propagate", True)
    fcm.script("secret-phone", *[case[1] for case in SCRIPTED])
    outcomes = [channel.send(token("secret-phone"), MESSAGE) for _ in SCRIPTED]
    fcm.forget_tokens()
    outcomes += [
        channel.send(token(f"{name}secret-phone"), MESSAGE) for name in ("cut-", "dead-", "invalid-", "quota-")
    ]
    told = "\n".join([*[str(vars(record)) for record in caplog.records], *capfd.readouterr(), repr(outcomes)])
    key = json.loads(fcm.credentials_path.read_text())["private_key"].splitlines()[1]
    assert fcm.logins == 2
    assert {"google.auth.transport.requests", "urllib3.connectionpool"} <= {record.name for record in caplog.records}
    assert [word for word in ("secret-phone", "fake-access", "assertion", key) if word in told] == []


def test_nobody_but_the_two_addresses_of_the_account_is_called(
    fcm: FakeFcm, channel: FcmChannel, hosts_asked: list[str]
) -> None:
    assert isinstance(channel.send(token("a-phone"), MESSAGE), Sent)
    assert hosts_asked == ["127.0.0.1", "127.0.0.1"]


def test_a_proxy_of_the_environment_does_not_see_loopback(fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with FcmChannel(fcm.credentials_path, fcm.base_url, LONG_S) as channel:
        assert isinstance(channel.send(token("a-phone"), MESSAGE), Sent)


def test_the_inner_parts_of_firebase_admin_that_are_used_exist(fcm: FakeFcm) -> None:
    assert callable(messaging._get_messaging_service)
    assert messaging._MessagingService.FCM_URL.startswith(f"{FCM_ORIGIN}/v1/projects/")
    with FcmChannel(fcm.credentials_path, fcm.base_url) as channel:
        service = messaging._get_messaging_service(channel._app)
    assert service._fcm_url.startswith("http://127.0.0.1:")
    session = service._client.session
    assert isinstance(session, requests.Session)
    assert isinstance(vars(session)["credentials"], SingleTryLogin)
    assert service._client.timeout == 5.0


def test_every_way_out_of_the_session_is_tried_once(channel: FcmChannel) -> None:
    adapters = channel._session.adapters
    assert {"https://", "http://", FCM_ORIGIN} <= set(adapters)
    for adapter in adapters.values():
        assert isinstance(adapter, requests.adapters.HTTPAdapter)
        assert adapter.max_retries.total == 0


def test_reading_the_module_does_not_load_firebase() -> None:
    program = (
        "import sys, app.clients.push_fcm; sys.exit(any(n.startswith(('firebase', 'google')) for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

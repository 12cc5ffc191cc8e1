"""A log-in that fails is a matter of another try, is never slept on, and sends no message."""

from uuid import UUID

import pytest

from app.clients.push import PushMessage, PushTarget, Retry, Sent
from app.clients.push_fcm import FcmChannel
from app.simulation.fake_fcm import FakeFcm
from app.simulation.fake_fcm_answers import CUT, DEAD, OK, Answer, quota, slow, unavailable
from tests.patience import eventually

MESSAGE = PushMessage(UUID(int=5), "alert-5")
PHONE = PushTarget("token", "a-phone")
CASES: list[tuple[str, Answer, Retry]] = [
    ("overload", unavailable(), Retry(None, "login_unavailable")),
    ("overload with a wish", unavailable("9"), Retry(9.0, "login_unavailable")),
    ("quota with a wish", quota("4"), Retry(4.0, "login_unavailable")),
    ("a key that was withdrawn", Answer(400, body=b'{"error": "invalid_grant"}'), Retry(None, "login_refused")),
    ("a redirect", Answer(302, location="http://192.0.2.1/"), Retry(None, "login_connection")),
    ("cut off", CUT, Retry(None, "login_connection")),
    ("closed without a word", DEAD, Retry(None, "login_connection")),
    ("HTML", Answer(body=b"<html>"), Retry(None, "login_unreadable")),
    ("no token in it", Answer(body=b"{}"), Retry(None, "login_unreadable")),
    ("another shape", Answer(body=b"[]"), Retry(None, "login_unreadable")),
    ("no text", Answer(body=b"\xff\xfe"), Retry(None, "login_unreadable")),
    (
        "a lifetime that is no number",
        Answer(body=b'{"access_token": "a", "expires_in": "x"}'),
        Retry(None, "login_unreadable"),
    ),
]


@pytest.mark.parametrize(("answer", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_failed_log_in_is_tried_again_by_the_outbox(
    fcm: FakeFcm, channel: FcmChannel, answer: Answer, expected: Retry, slept: list[float]
) -> None:
    fcm.script_login(answer, OK)
    assert channel.send(PHONE, MESSAGE) == expected
    assert slept == []
    assert fcm.received == ()
    assert isinstance(channel.send(PHONE, MESSAGE), Sent)


def test_a_log_in_that_takes_too_long_is_left_in_time(fcm: FakeFcm, channel: FcmChannel, slept: list[float]) -> None:
    fcm.script_login(slow(600), OK)
    with FcmChannel(fcm.credentials_path, fcm.base_url, timeout_s=1.5) as hasty:
        assert hasty.send(PHONE, MESSAGE) == Retry(None, "login_timeout")
    assert slept == []
    eventually(lambda: fcm.logins == 1)  # given away, and too late
    assert fcm.received == ()
    assert isinstance(channel.send(PHONE, MESSAGE), Sent)


def test_a_service_that_is_away_from_the_start(fcm: FakeFcm, channel: FcmChannel) -> None:
    fcm.stop()
    assert channel.send(PHONE, MESSAGE) == Retry(None, "login_connection")


def test_one_log_in_serves_many_messages(fcm: FakeFcm, channel: FcmChannel) -> None:
    for _ in range(3):
        assert isinstance(channel.send(PHONE, MESSAGE), Sent)
    assert fcm.logins == 1


def test_a_token_that_google_forgot_is_fetched_anew(fcm: FakeFcm, channel: FcmChannel) -> None:
    channel.send(PHONE, MESSAGE)
    fcm.forget_tokens()
    assert isinstance(channel.send(PHONE, MESSAGE), Sent)
    assert fcm.logins == 2
    assert len(fcm.received) == 2


def test_a_token_that_is_never_taken_ends_in_another_try(fcm: FakeFcm, channel: FcmChannel) -> None:
    fcm.script(PHONE.address, Answer(401, "THIRD_PARTY_AUTH_ERROR"))
    assert channel.send(PHONE, MESSAGE) == Retry(None, "not_signed_in")

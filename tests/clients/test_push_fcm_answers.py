"""Which answers end an address, which end a message, and which are tried again."""

import json

import pytest

from app.clients.push import PushOutcome, Rejected, Retry, Unregistered
from app.clients.push_fcm_answers import outcome_of
from app.simulation.fake_fcm_answers import INVALID, MISMATCH, UNREGISTERED, Answer, quota, unavailable

GOOGLE = [
    ("gone from the phone", UNREGISTERED, Unregistered()),
    ("a message that FCM cannot read", INVALID, Rejected("invalid_argument")),
    ("another project's phone", MISMATCH, Rejected("sender_mismatch")),
    ("an account without the right", Answer(403), Rejected("permission_denied")),
    ("a project that does not exist", Answer(404), Rejected("not_found")),
    ("our log-in", Answer(401), Retry(None, "not_signed_in")),
    ("quota", quota(), Retry(None, "quota")),
    ("overload", unavailable(), Retry(None, "unavailable")),
    ("a fault of theirs", Answer(500, "INTERNAL"), Retry(None, "server_error")),
    ("a gateway's fault", Answer(502), Retry(None, "server_error")),
    ("a status nobody planned", Answer(418), Retry(None, "unexpected_status")),
    ("a redirect", Answer(302), Retry(None, "unexpected_status")),
]


@pytest.mark.parametrize(("answer", "expected"), [case[1:] for case in GOOGLE], ids=[case[0] for case in GOOGLE])
def test_outcome_of_google_s_own_answers(answer: Answer, expected: PushOutcome) -> None:
    assert outcome_of(answer.status, {}, answer.error_body()) == expected


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>please log in</html>", b"\xff\xfe", b"[]", b'{"error": "not found"}', b'{"error": {"code": 404}}'],
)
def test_a_stranger_on_the_way_ends_neither_address_nor_message(status: int, body: bytes) -> None:
    assert outcome_of(status, {}, body) == Retry(None, "foreign_answer")


@pytest.mark.parametrize("details", [None, "text", ["text"], [{"@type": "x", "errorCode": "UNREGISTERED"}], [{}]])
def test_only_fcm_s_own_code_retires_an_address(details: object) -> None:
    body = json.dumps({"error": {"status": "NOT_FOUND", "details": details}}).encode()
    assert outcome_of(404, {}, body) == Rejected("not_found")


def test_an_unregistered_that_comes_with_a_server_fault_retires_nothing() -> None:
    assert outcome_of(503, {"Retry-After": "4"}, UNREGISTERED.error_body()) == Retry(4.0, "unavailable")

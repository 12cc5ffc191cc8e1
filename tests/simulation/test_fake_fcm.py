"""The fake FCM by itself, spoken to in plain HTTP: it must refuse what Google refuses."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import jwt
import pytest
import requests

from app.clients.push import PushMessage, PushOutcome, PushTarget, Retry, Sent
from app.clients.push_fcm import FcmChannel
from app.simulation.fake_fcm import LOGIN_PATH, SEND_PATH, FakeFcm
from app.simulation.fake_fcm_account import EMAIL, FILE_NAME, GOOGLE_AUDIENCE, GRANT
from app.simulation.fake_fcm_answers import FIXED_DATE, FLAKY, OK, UNAVAILABLE, Plan, plan_of_address
from app.simulation.ports import free_ports
from tests.patience import LONG_S

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
CLAIMS = {"iss": EMAIL, "aud": GOOGLE_AUDIENCE, "iat": 1000, "exp": 4600, "scope": SCOPE}
MESSAGE = PushMessage(UUID(int=9), "k")
GOOD_BODY = {"message": {"token": "a", "data": {"n": "1"}, "android": {"collapse_key": "k", "priority": "high"}}}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("account")


@pytest.fixture
def fcm(directory: Path) -> Iterator[FakeFcm]:
    with FakeFcm(directory=directory) as fake:
        yield fake


def log_in(fcm: FakeFcm, claims: dict[str, Any], key: str | None = None, grant: str = GRANT) -> requests.Response:
    account = json.loads(fcm.credentials_path.read_text())
    assertion = jwt.encode(claims, key or account["private_key"], algorithm="RS256")
    form = {"grant_type": grant, "assertion": assertion}
    return requests.post(fcm.base_url + LOGIN_PATH, data=form, timeout=LONG_S)


def access_token(fcm: FakeFcm) -> str:
    return str(log_in(fcm, CLAIMS).json()["access_token"])


def post(fcm: FakeFcm, body: object, token: str | None = None, path: str = SEND_PATH) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or access_token(fcm)}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(fcm.base_url + path, data=content, headers=headers, timeout=LONG_S)


def test_a_signed_assertion_is_exchanged_for_a_token(fcm: FakeFcm) -> None:
    answer = log_in(fcm, CLAIMS)
    assert answer.json() == {"access_token": "fake-access-1", "expires_in": 3600, "token_type": "Bearer"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"iss": "somebody@else"}, "invalid_grant"),
        ({"aud": "https://else.example/token"}, "invalid_grant"),
        ({"exp": 4601}, "invalid_grant"),
        ({"exp": 1000}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
    ],
)
def test_an_assertion_that_google_would_refuse(fcm: FakeFcm, changed: dict[str, object], error: str) -> None:
    answer = log_in(fcm, {name: value for name, value in (CLAIMS | changed).items() if value is not None})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_another_key_does_not_log_in(fcm: FakeFcm, tmp_path: Path) -> None:
    with FakeFcm(directory=tmp_path) as other:
        key = json.loads(other.credentials_path.read_text())["private_key"]
    assert log_in(fcm, CLAIMS, key=key).status_code == 400


def test_another_grant_does_not_log_in(fcm: FakeFcm) -> None:
    assert log_in(fcm, CLAIMS, grant="password").json() == {"error": "unsupported_grant_type"}


def test_a_message_needs_a_token_that_was_handed_out(fcm: FakeFcm) -> None:
    answer = post(fcm, GOOD_BODY, token="made-up")
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert requests.post(fcm.base_url + SEND_PATH, json=GOOD_BODY, timeout=LONG_S).status_code == 401
    assert fcm.received == ()


def test_another_project_or_path_is_refused(fcm: FakeFcm) -> None:
    assert post(fcm, GOOD_BODY, path="/v1/projects/other/messages:send").status_code == 403
    assert post(fcm, GOOD_BODY, path="/v1/elsewhere").status_code == 404
    assert fcm.received == ()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        [],
        {"message": []},
        {"message": {"data": {"n": "1"}}},
        {"message": {"token": "a", "fid": "b"}},
        {"message": {"token": ""}},
        {"message": {"token": "a", "data": {"n": 1}}},
        {"message": {"token": "a", "data": ["n"]}},
        {"message": {"token": "a", "android": {"priority": "urgent"}}},
        {"message": {"token": "a", "android": {"collapse_key": 7}}},
        {"message": {"token": "a", "android": "high"}},
        {"message": {"token": "a", "title": "x"}},
        {"message": {"token": "a"}, "extra": 1},
    ],
)
def test_a_message_of_another_shape_is_refused_and_not_kept(fcm: FakeFcm, body: object) -> None:
    answer = post(fcm, body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert fcm.received == ()


def test_errors_come_in_google_s_format(fcm: FakeFcm) -> None:
    answer = post(fcm, {"message": {"token": "unregistered-a"}})
    fcm_error = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "UNREGISTERED"}
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"
    assert answer.json()["error"]["details"] == [fcm_error]
    assert answer.headers["Date"] == FIXED_DATE


def test_the_inbox_tells_in_order_what_came(fcm: FakeFcm) -> None:
    token = access_token(fcm)
    for address in ("first", "unavailable-second"):
        post(fcm, {"message": {"token": address, "data": {"n": address}}}, token)
    found = requests.get(fcm.base_url + "/inbox", timeout=LONG_S).json()
    told = [(one["number"], one["address"], one["data"], one["status"], one["shown"]) for one in found["messages"]]
    assert told == [
        (1, "first", {"n": "first"}, 200, True),
        (2, "unavailable-second", {"n": "unavailable-second"}, 503, False),
    ]
    assert found["next"] == 2


@pytest.mark.parametrize(
    ("since", "numbers", "following"), [("0", [1, 2], 2), ("1", [2], 2), ("2", [], 2), ("9", [], 9)]
)
def test_the_inbox_since_a_number(fcm: FakeFcm, since: str, numbers: list[int], following: int) -> None:
    token = access_token(fcm)
    for _ in range(2):
        post(fcm, GOOD_BODY, token)
    found = requests.get(f"{fcm.base_url}/inbox?since={since}", timeout=LONG_S).json()
    assert [one["number"] for one in found["messages"]] == numbers
    assert found["next"] == following


@pytest.mark.parametrize("since", ["-1", "x", "1.5"])
def test_the_inbox_since_nonsense(fcm: FakeFcm, since: str) -> None:
    assert requests.get(f"{fcm.base_url}/inbox?since={since}", timeout=LONG_S).status_code == 400


def test_a_plan_goes_on_with_its_last_answer_or_from_the_start() -> None:
    assert [Plan((UNAVAILABLE, OK)).at(call).status for call in range(4)] == [503, 200, 200, 200]
    assert [FLAKY.at(call).status for call in range(4)] == [200, 503, 200, 503]


@pytest.mark.parametrize("address", ["plain", "flaky", "QUOTA-a", "fid:APA91b", "-a", "", "2quota-a"])
def test_an_address_that_names_no_plan_works(address: str) -> None:
    assert plan_of_address(address) == Plan((OK,))


def test_the_number_of_a_prefix_is_its_wait() -> None:
    assert plan_of_address("quota2-a").at(0).retry_after == "2"
    assert plan_of_address("unavailable30:a").at(0).retry_after == "30"
    assert plan_of_address("slow3-a").at(0).delay_s == 3.0


def test_the_same_calls_get_the_same_answers(directory: Path) -> None:
    def run() -> list[PushOutcome]:
        with FakeFcm(directory=directory) as fake, FcmChannel(fake.credentials_path, fake.base_url, LONG_S) as channel:
            return [
                channel.send(PushTarget("token", name), MESSAGE) for name in ("flaky-a", "b", "flaky-a", "quota2-c")
            ]

    assert run() == run()


def test_the_account_file_is_for_its_owner_alone(fcm: FakeFcm) -> None:
    assert fcm.credentials_path.stat().st_mode & 0o777 == 0o600


class FakeProcess:
    """The fake as a process of its own, as the demo and the crash tests start it."""

    def __init__(self, port: int, directory: Path) -> None:
        command = [sys.executable, "-m", "app.simulation.fake_fcm", "--port", str(port), "--directory", str(directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.greeting = self.process.stdout.readline()
        self.credentials = directory / FILE_NAME
        self.base_url = json.loads(self.credentials.read_text())["token_uri"].removesuffix(LOGIN_PATH)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> int:
        """Send a signal, wait for the end, tell the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(LONG_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def test_a_process_serves_and_a_sender_outlives_its_restart(tmp_path: Path) -> None:
    phone, (port,) = PushTarget("token", "a-phone"), free_ports(1)
    with FakeProcess(port, tmp_path) as first, FcmChannel(first.credentials, first.base_url, LONG_S) as channel:
        assert first.base_url in first.greeting
        assert isinstance(channel.send(phone, MESSAGE), Sent)
        first.end(signal.SIGKILL)
        assert channel.send(phone, MESSAGE) == Retry(None, "connection")
        with FakeProcess(port, tmp_path) as second:
            assert isinstance(channel.send(phone, MESSAGE), Sent)
            inbox = requests.get(f"{second.base_url}/inbox?since=0", timeout=LONG_S).json()
            assert [one["data"] for one in inbox["messages"]] == [{"n": str(MESSAGE.notice_id)}]
            assert second.end(signal.SIGTERM) == 0

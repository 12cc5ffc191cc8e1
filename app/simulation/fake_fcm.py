"""A fake FCM on loopback that speaks HTTP v1 and Google's token endpoint, for tests and the demo.

In a test: `with FakeFcm() as fcm: FcmChannel(fcm.credentials_path, fcm.base_url)`. As a process of its own:
`python -m app.simulation.fake_fcm --port 9099 --directory DIR`. It has no clock and no chance: the same calls get the
same answers.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock
from types import TracebackType
from typing import Self, TypeAlias

from app.simulation.fake_fcm_account import PROJECT, FakeAccount, open_account
from app.simulation.fake_fcm_answers import INVALID, Answer, Plan, plan_of_address
from app.simulation.fake_fcm_http import Reply, Server, listen
from app.simulation.fake_fcm_inbox import Malformed, Received, read_message

LOGIN_PATH = "/token"
SEND_PATH = f"/v1/projects/{PROJECT}/messages:send"
ACCESS_LIFETIME_S = 3600


@dataclass(frozen=True)
class Shown:
    """A page's bytes and type."""

    content: bytes
    content_type: str


Page: TypeAlias = Callable[[], Shown]


class FakeFcm:
    """The fake. Everything public may be called while it serves, from any thread."""

    def __init__(
        self, port: int = 0, directory: Path | None = None, *, pages: Mapping[str, Page] | None = None
    ) -> None:
        """Nothing is served yet. Port 0 takes a free one; without a directory the account lives as long as the fake.

        `pages` are served beside the wire format, by path: the demo shows there what arrived.
        """
        self._pages = dict(pages or {})
        self._own_directory = TemporaryDirectory(prefix="fake-fcm-") if directory is None else None
        self._directory = Path(self._own_directory.name) if self._own_directory else directory or Path()
        self._port = port
        self._server: Server | None = None
        self._account: FakeAccount | None = None
        self._lock = Lock()
        self._received: list[Received] = []
        self._plans: dict[str, Plan] = {}
        self._calls: dict[str, int] = {}
        self._tokens: set[str] = set()
        self._logins = 0
        self._login_plan, self._login_calls = Plan((Answer(),)), 0
        self._outage: Answer | None = None

    def start(self) -> None:
        """Listen on 127.0.0.1, after `stop` on the same port again, and write the service account."""
        self._server = listen(self._port, self._reply)
        self._port = self._server.server_port
        self._account = open_account(self._directory, self.base_url + LOGIN_PATH)

    def stop(self) -> None:
        """Stop listening and cut every connection; from now on a sender is refused. What arrived stays readable."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def __enter__(self) -> Self:
        """Start serving."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and remove the account, unless it lies in a directory of the caller's."""
        self.stop()
        if self._own_directory is not None:
            self._own_directory.cleanup()

    @property
    def base_url(self) -> str:
        """Where to send, for FcmChannel."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def credentials_path(self) -> Path:
        """The service-account file, for FcmChannel."""
        return self._opened().path

    @property
    def received(self) -> tuple[Received, ...]:
        """Every well-formed message that arrived, in order, whatever was answered."""
        with self._lock:
            return tuple(self._received)

    @property
    def logins(self) -> int:
        """How many access tokens were handed out."""
        return self._logins

    def script(self, address: str, *answers: Answer, cycle: bool = False) -> None:
        """Answers to the next calls for an address, in order; the last one stays, or all start again with `cycle`."""
        with self._lock:
            self._plans[address] = Plan(answers, cycle)
            self._calls[address] = 0

    def script_login(self, *answers: Answer) -> None:
        """Answers of the token endpoint to the next log-ins, in order; the last one stays."""
        with self._lock:
            self._login_plan, self._login_calls = Plan(answers), 0

    def set_outage(self, answer: Answer | None) -> None:
        """Give every address this answer, until None ends it. The calls are not counted in the addresses' plans."""
        with self._lock:
            self._outage = answer

    def forget_tokens(self) -> None:
        """Take no access token of before any more, as Google does when a key is withdrawn."""
        with self._lock:
            self._tokens.clear()

    def _opened(self) -> FakeAccount:
        """The account; it exists from the first start on."""
        if self._account is None:
            raise RuntimeError("the fake FCM was not started")
        return self._account

    def _reply(self, method: str, path: str, query: dict[str, str], token: str | None, body: bytes) -> Reply:
        """The one place where a request meets its answer."""
        if method == "GET" and path in self._pages:
            page = self._pages[path]()
            return Reply(Answer(), page=page.content, content_type=page.content_type)
        if (method, path) == ("GET", "/inbox"):
            return self._inbox(query.get("since", "0"))
        if (method, path) == ("POST", LOGIN_PATH):
            return self._log_in(body)
        with self._lock:
            known = token in self._tokens
        if not known:
            return Reply(Answer(401))
        if method != "POST" or not path.endswith("/messages:send"):
            return Reply(Answer(404))
        return self._take(body) if path == SEND_PATH else Reply(Answer(403))

    def _log_in(self, form: bytes) -> Reply:
        """An access token for a good assertion, unless scripted otherwise."""
        refusal = self._opened().refusal(form)
        if refusal is not None:
            return Reply(Answer(400, body=json.dumps({"error": refusal}).encode()))
        with self._lock:
            answer = self._login_plan.at(self._login_calls)
            self._login_calls += 1
            if answer.status != 200:
                return Reply(answer)
            self._logins += 1
            token = f"fake-access-{self._logins}"
            self._tokens.add(token)
        return Reply(answer, {"access_token": token, "expires_in": ACCESS_LIFETIME_S, "token_type": "Bearer"})

    def _take(self, body: bytes) -> Reply:
        """Keep a message and answer it by the outage, its script or its address, in this order."""
        try:
            kind, address, message = read_message(body)
        except Malformed:
            return Reply(INVALID)
        with self._lock:
            answer = self._next_answer(address)
            number = len(self._received) + 1
            status = 0 if answer.cut == "before" else answer.status
            self._received.append(Received(number, kind, address, message, status, answer.reaches_phone))
        return Reply(answer, {"name": f"projects/{PROJECT}/messages/{number}"})

    def _next_answer(self, address: str) -> Answer:
        """The answer to this call for an address. The lock is held."""
        if self._outage is not None:
            return self._outage
        call = self._calls.get(address, 0)
        self._calls[address] = call + 1
        return (self._plans.get(address) or plan_of_address(address)).at(call)

    def _inbox(self, since: str) -> Reply:
        """The messages after number `since`, for the demo's page and for tests of another process."""
        if not since.isdigit():
            return Reply(INVALID)
        found = [message.as_json() for message in self.received[int(since) :]]
        return Reply(Answer(), {"messages": found, "next": int(since) + len(found)})


def serve(port: int, directory: Path, stop: Event | None = None) -> None:
    """Serve until `stop` is set, with the service-account file in `directory`.

    Port 0 takes a free one, which the file's token_uri then tells.
    """
    with FakeFcm(port, directory) as fcm:
        sys.stdout.write(f"fake FCM at {fcm.base_url}, account in {fcm.credentials_path}\n")
        sys.stdout.flush()
        (stop or Event()).wait()


def main() -> None:
    """Run the fake as a process, until it is told to end."""
    parser = argparse.ArgumentParser(description="A fake FCM on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    chosen = parser.parse_args()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serve(chosen.port, chosen.directory, stop)


if __name__ == "__main__":
    main()

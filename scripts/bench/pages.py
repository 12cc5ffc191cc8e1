"""The officer's pages with 600 and 10,000 subjects within reach, beside the log-in page, which asks for nothing."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from statistics import median
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

from sqlalchemy import create_engine

from app.access.tokens import make_token
from app.deps import SystemClock
from scripts.bench.office_work import put_on_desk
from scripts.bench.population import PASSWORD, populate
from scripts.bench.report import REPETITIONS, ratios, spread, table, tell
from scripts.bench.service import Address, Service, service

SIZES = (600, 10_000)
TIMES = 10
"""How often a page is asked for in each repetition; the median of them is its figure."""

BARE = "/login"
SHOWN: Mapping[str, str] = {
    "today": "/",
    "alerts": "/alerts",
    "alerts, refreshed part": "/today/alerts",
    "visits that are open": "/duties",
    "check-ins that were missed": "/duties?kind=check_in&state=missed",
    "office table": "/compliance",
    "rows behind a figure": "/compliance/duties?figure=missed",
    "check-ins to review": "/check-ins",
    "API: subjects": "/api/office/v1/subjects?limit=50",
    "API: subjects by name": "/api/office/v1/subjects?limit=50&q=王某1",
    "API: alerts": "/api/office/v1/alerts?limit=50",
    "API: duties": "/api/office/v1/duties?limit=50",
}
READERS = {"officer of a 司法所": "j1", "county": "k1"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Reader:
    """Somebody at the pages: one connection that stays open, cookies, and a token for the API."""

    def __init__(self, made: Service, address: Address, login: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", address.port, timeout=30)
        self._cookies: dict[str, str] = {}
        self._token = _api_token(made, login)
        form = TOKEN.search(self.get(BARE, logged_in=True).decode())
        if form is None:
            message = "the log-in page has no form"
            raise RuntimeError(message)
        self._send("POST", BARE, {"login": login, "password": PASSWORD, "next": "/", "csrf_token": form[1]}, 302)

    def get(self, path: str, *, logged_in: bool) -> bytes:
        """The page's body; RuntimeError where it is not answered with 200."""
        return self._send("GET", path, None, 200, logged_in=logged_in)

    def timed(self, path: str) -> float:
        """Milliseconds: the median of TIMES requests."""
        found = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            self.get(path, logged_in=path != BARE)
            found.append((time.perf_counter() - begun) * 1000)
        return median(found)

    def _send(
        self, method: str, path: str, form: Mapping[str, str] | None, expected: int, *, logged_in: bool = True
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"} if path.startswith("/api/") else {}
        if logged_in and self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, quote(path, safe="/?=&"), urlencode(form) if form else None, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != expected:
            message = f"{method} {path}: {answer.status}"
            raise RuntimeError(message)
        if logged_in:
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
        return body


def bench(*, repetitions: int = REPETITIONS) -> str:
    """The section: each page for each reader at each size, and how often it takes the bare page's time."""
    rows: list[tuple[str, ...]] = []
    for size in SIZES:
        with desk(size) as (made, address):
            for who, login in READERS.items():
                rows += _rows(f"{who}, {size:,} in the county", _measured(made, address, login, repetitions))
    heads = ("page", "ms", "times the log-in page")
    return f"## Officers' pages\n\n{table(heads, rows)}"


@contextmanager
def desk(size: int) -> Iterator[tuple[Service, Address]]:
    """The service with one county of `size` subjects and a month of work, answering."""
    now = SystemClock().now()
    with service() as made:
        tell(f"making {size:,} subjects and their month")
        owner = create_engine(made.cluster.url(made.database))
        with owner.begin() as tx:
            put_on_desk(tx, populate(tx, size, now=now, offices_per_county=size), now=now)
        owner.dispose()
        made.settle()
        with made.serving(environment={"ZHIFANG_TOTP_REQUIRED_ROLES": "none"}) as address:
            yield made, address


def _measured(made: Service, address: Address, login: str, repetitions: int) -> Mapping[str, Sequence[float]]:
    reader = Reader(made, address, login)
    found: dict[str, list[float]] = {path: [] for path in (BARE, *SHOWN.values())}
    for repetition in range(repetitions + 1):
        for path, figures in found.items():
            figure = reader.timed(path)
            if repetition:
                figures.append(figure)
    return found


def _rows(who: str, found: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, ...]]:
    yield f"**{who}**: log-in page", spread(found[BARE], ".1f"), "1"
    for name, path in SHOWN.items():
        yield name, spread(found[path], ".1f"), spread(ratios(found[path], found[BARE]), ".1f")


def _api_token(made: Service, login: str) -> str:
    """A session of the user's, written straight into the table, and its access token."""
    now, session_id = SystemClock().now(), uuid4()
    with made.connect() as connection:
        row = connection.execute("SELECT id FROM users WHERE login = %s", [login]).fetchone()
        assert row is not None and isinstance(row[0], UUID)  # noqa: S101, PT018  (populate made it)
        owner_id = row[0]
        connection.execute(
            "INSERT INTO sessions (id, owner_kind, owner_id, generation, created_at, refreshed_at, expires_at)"
            " VALUES (%s, 'user', %s, 0, %s, %s, %s)",
            [session_id, owner_id, now, now, now + timedelta(days=1)],
        )
    return make_token(
        made.settings.token_secret,
        use="access",
        audience="office",
        session_id=session_id,
        owner_id=owner_id,
        generation=0,
        expires_at=now + timedelta(hours=6),
    )

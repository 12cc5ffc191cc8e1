"""From the commit of a notice to its arrival at the push vendor, alone and beside 100 check-ins a second.

The vendor is the fake FCM on loopback; the bare limit is the same door to it, called straight away.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from app.clients.push import PushMessage, PushTarget
from app.clients.push_fcm import FcmChannel
from app.deps import SystemClock
from app.rules.effects import Notify
from app.rules.facts import About, Reason
from app.simulation.fake_fcm import FakeFcm
from app.store import outbox
from app.store.session import make_engine, transaction
from scripts.bench.check_ins import ROUND, check_in_requests, owe
from scripts.bench.paced import at_pace
from scripts.bench.people import County, add_subjects, found_county
from scripts.bench.report import REPETITIONS, spread, table, tell
from scripts.bench.service import free_port, service

A_SECOND = 20
SECONDS = 10
LONGEST_WAIT_S = 30
ADDRESS = "an officer's phone"
ENDPOINT = """
INSERT INTO push_endpoints (id, owner_kind, owner_id, device_id, kind, address, created_at)
VALUES (%s, 'user', %s, %s, 'token', %s, %s)
"""


@dataclass
class Arrivals:
    """When each notice first reached the fake, looked at every two milliseconds."""

    fcm: FakeFcm
    at: dict[UUID, float] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until `end`."""
        seen = 0
        while not self._ended.wait(0.002):
            received = self.fcm.received
            now = time.perf_counter()
            for message in received[seen:]:
                self.at.setdefault(UUID(message.data["n"]), now)
            seen = len(received)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()


def bench(*, repetitions: int = REPETITIONS) -> str:
    """The section on pushes."""
    now = SystemClock().now()
    found: dict[str, list[Sequence[float]]] = {"bare": [], "alone": [], "loaded": []}
    with service() as made, FakeFcm(free_port()) as fcm:
        county = found_county(made, now=now)
        people = ROUND * (repetitions + 1)
        add_subjects(made, county, people, now=now, powers=False)
        owe(made, county, people, now)
        with made.connect() as connection:
            connection.execute(ENDPOINT, (uuid4(), county.officer_id, uuid4(), ADDRESS, now))
        made.settle()
        environment = {
            "ZHIFANG_MODE": "demo",  # production sends to the real vendor alone
            "ZHIFANG_FCM_CREDENTIALS": str(fcm.credentials_path),
            "ZHIFANG_FCM_URL": fcm.base_url,
        }
        engine = make_engine(made.environment["DATABASE_URL"])
        with made.serving() as api, made.running(("app.cli", "worker"), environment=environment), _watched(fcm) as seen:
            _waits(engine, county, seen, seconds=2)
            for n in range(repetitions + 1):
                rows = {"bare": _bare(fcm), "alone": _waits(engine, county, seen)}
                requests = check_in_requests(made, n, "pushed")
                with _beside(api.port, requests):
                    rows["loaded"] = _waits(engine, county, seen)
                for name, waits in rows.items():
                    tell(f"{name}, round {n}: p99 {_percentile(waits, 0.99):.0f} ms")
                    found[name] += [waits] if n else []
        engine.dispose()
    return f"## From commit to push\n\n{_table(found)}"


def _table(found: dict[str, list[Sequence[float]]]) -> str:
    titles = {
        "bare": "bare: the door to the vendor, called straight",
        "alone": f"{A_SECOND} notices a second",
        "loaded": f"{A_SECOND} notices a second beside 100 check-ins a second",
    }
    rows = [
        [title, *(spread([_percentile(waits, part) for waits in found[name]]) for part in (0.5, 0.95, 0.99))]
        for name, title in titles.items()
    ]
    return table(("commit to arrival", "p50, ms", "p95, ms", "p99, ms"), rows)


@contextmanager
def _watched(fcm: FakeFcm) -> Iterator[Arrivals]:
    arrivals = Arrivals(fcm)
    watcher = threading.Thread(target=arrivals.watch, daemon=True)
    watcher.start()
    try:
        yield arrivals
    finally:
        arrivals.end()
        watcher.join()


@contextmanager
def _beside(port: int, requests: Sequence[bytes]) -> Iterator[None]:
    load = threading.Thread(target=at_pace, args=(port, requests), kwargs={"a_second": 100.0})
    load.start()
    try:
        yield
    finally:
        load.join()


def _waits(engine: Engine, county: County, seen: Arrivals, *, seconds: float = SECONDS) -> list[float]:
    """Milliseconds from the end of each commit to the arrival of its push; all of them must arrive."""
    committed: dict[UUID, float] = {}
    began = time.perf_counter()
    for n in range(int(A_SECOND * seconds)):
        time.sleep(max(0.0, began + n / A_SECOND - time.perf_counter()))
        notice_id = _notify(engine, county, SystemClock().now())
        committed[notice_id] = time.perf_counter()
    until = time.perf_counter() + LONGEST_WAIT_S
    while not committed.keys() <= seen.at.keys():
        if time.perf_counter() > until:
            message = f"{len(committed.keys() - seen.at.keys())} pushes did not arrive"
            raise TimeoutError(message)
        time.sleep(0.05)
    return [max(0.0, seen.at[notice_id] - at) * 1000 for notice_id, at in committed.items()]


def _notify(engine: Engine, county: County, now: datetime) -> UUID:
    about = About("office", uuid4())
    effect = Notify("user", county.officer_id, about, "bench", Reason("office_never_staffed"), now, now)
    with transaction(engine) as tx:
        outbox.notify(tx, [effect])
    return outbox.notice_id(county.officer_id, about.kind, about.id, "bench")


def _bare(fcm: FakeFcm) -> list[float]:
    """Milliseconds of each call."""
    waits = []
    with FcmChannel(fcm.credentials_path, fcm.base_url, 5.0) as channel:
        for _ in range(A_SECOND * SECONDS + 1):
            notice_id = uuid4()
            began = time.perf_counter()
            channel.send(PushTarget("token", ADDRESS), PushMessage(notice_id, str(notice_id)))
            waits.append((time.perf_counter() - began) * 1000)
    return waits[1:]  # the first one logs in


def _percentile(waits: Sequence[float], part: float) -> float:
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

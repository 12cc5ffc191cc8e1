"""Positions over HTTP at 1, 20 and 100 a request, beside a bare endpoint and COPY into the same table."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from app.deps import SystemClock
from scripts.bench.copying import Copying
from scripts.bench.load import prepared, raw_request, run_wrk
from scripts.bench.people import add_subjects, found_county, phone_token
from scripts.bench.recorder import Recorder, recorder, request
from scripts.bench.report import REPETITIONS, interleaved, ratios, spread, table, tell
from scripts.bench.service import Address, Service, service

PATH = "/api/mobile/v1/positions"
SUBJECTS = 2000
SIZES = (1, 20, 100)
CONNECTIONS = 16
SECONDS = 4
MOST_REQUESTS = {1: 4500, 20: 3500, 100: 2200}
"""A second, of which none may be sent twice: more than the bare endpoint answers."""

LAG = timedelta(hours=12)
STEP_MS = 1


@dataclass
class Phones:
    """The made-up phones: no id and no time of theirs ever comes twice."""

    made: Service
    began: datetime
    random: Random = field(default_factory=lambda: Random(20260302))  # noqa: S311 data, no secrets
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Tokens are signed once: the load shares its cores with what it measures."""
        self._headers = [{"Authorization": f"Bearer {phone_token(self.made, n + 1)}"} for n in range(SUBJECTS)]

    def requests(self, size: int, wanted: int) -> Iterator[bytes]:
        """That many requests with `size` reports each, from phones in no order."""
        for _ in range(wanted):
            headers = self._headers[self.random.randrange(SUBJECTS)]
            yield raw_request("POST", PATH, self._body(size), headers)

    def for_recorder(self, wanted: int) -> Iterator[bytes]:
        """That many requests with one fix each, as OwnTracks writes it."""
        for number in (next(self.ids) for _ in range(wanted)):
            lon, lat = 118.6 + number % 100003 / 1e6, 28.7 + number % 99991 / 1e6
            yield request(number % SUBJECTS, self.began + timedelta(seconds=number), lon, lat)

    def _body(self, size: int) -> bytes:
        """What the app of the phone guide sends: everything that a receiver knows, and both clocks."""
        now_ms = int((SystemClock().now() - self.began + LAG).total_seconds() * 1000)
        body = {
            "request_id": str(UUID(int=next(self.ids))),
            "sent_at": SystemClock().now().isoformat(timespec="milliseconds"),
            "sent_elapsed_ms": now_ms,
            "boot_id": "b7b4f0f2-0c39-4c1d-9df4-3d9c0a7a4c11",
            "reports": [self._report() for _ in range(size)],
        }
        return json.dumps(body, separators=(",", ":")).encode()

    def _report(self) -> dict[str, object]:
        number = next(self.ids)
        elapsed_ms = number * STEP_MS
        recorded = self.began - LAG + timedelta(milliseconds=elapsed_ms)
        return {
            "id": str(UUID(int=number)),
            "recorded_at": recorded.isoformat(timespec="milliseconds"),
            "lon": 118.6 + number % 100003 / 1e6,
            "lat": 28.7 + number % 99991 / 1e6,
            "accuracy_m": 12.5,
            "speed_mps": 1.25,
            "heading_deg": 271.5,
            "altitude_m": 88.0,
            "battery_percent": number % 100,
            "provider": "fused",
            "mock": False,
            "recorded_elapsed_ms": elapsed_ms,
        }


def bench(*, sizes: tuple[int, ...] = SIZES, repetitions: int = REPETITIONS, seconds: float = SECONDS) -> str:
    """The section on positions."""
    now = SystemClock().now()
    with service() as made, ExitStack() as running:
        county = found_county(made, now=now)
        add_subjects(made, county, SUBJECTS, now=now)
        made.settle()
        ours = running.enter_context(made.serving())
        bare = running.enter_context(made.serving(("scripts.bench.bare",)))
        owntracks = running.enter_context(recorder())
        phones = Phones(made, now)
        rows = []
        for size in sizes:
            tell(f"{size} a request")
            found = interleaved(
                {
                    "ours": partial(_posts, made, ours, phones, size, seconds, receipts=True),
                    "bare": partial(_posts, made, bare, phones, size, seconds, receipts=False),
                    "COPY": Copying(made, SUBJECTS, now, size).rows_a_second,
                },
                repetitions=repetitions,
            )
            rows.append(_row(size, found))
        beside = _beside(owntracks, made, ours, phones, repetitions, seconds) if owntracks else ""
    heads = ("reports a request", "ours, reports/s", "bare, reports/s", "COPY, rows/s", "ours / bare", "ours / COPY")
    return f"## Positions\n\n{table(heads, rows)}{beside}"


def _beside(owntracks: Recorder, made: Service, ours: Address, phones: Phones, repetitions: int, seconds: float) -> str:
    """A line on OwnTracks Recorder with one fix a request, in turns with ours."""
    found = interleaved(
        {
            "ours": partial(_posts, made, ours, phones, 1, seconds, receipts=True),
            "Recorder": partial(_recorded, owntracks, phones, seconds),
        },
        repetitions=repetitions,
    )
    figures = ", ".join(f"{name} {spread(found[name])}" for name in found)
    of_recorder = spread(ratios(found["ours"], found["Recorder"]), ".2f")
    return f"\nBeside OwnTracks Recorder, one a request: {figures} reports a second; ours / Recorder {of_recorder}.\n"


def _recorded(owntracks: Recorder, phones: Phones, seconds: float) -> float:
    """Fixes a second that the Recorder acknowledged, after looking that its files hold all of them."""
    before = owntracks.stored()
    with prepared(phones.for_recorder(int(MOST_REQUESTS[1] * seconds))) as requests:
        load = run_wrk(owntracks.url, requests, seconds=seconds, connections=CONNECTIONS)
    points = owntracks.stored() - before
    _require(not load.refused and not load.broken, f"{load.refused} refused, {load.broken} broken")
    _require(load.answered <= points <= load.answered + CONNECTIONS, f"{points} points in its files")
    return load.rate


def _row(size: int, found: dict[str, list[float]]) -> list[object]:
    of_bare, of_copy = ratios(found["ours"], found["bare"]), ratios(found["ours"], found["COPY"])
    figures = [spread(found[name]) for name in ("ours", "bare", "COPY")]
    return [size, *figures, spread(of_bare, ".2f"), spread(of_copy, ".2f")]


def _posts(made: Service, at: Address, phones: Phones, size: int, seconds: float, *, receipts: bool) -> float:
    """Reports a second that were acknowledged, after looking that the tables hold all of them."""
    with made.connect() as connection:
        # As the judge leaves it: nearly every request sets the mark anew, and does not find it set.
        connection.execute("UPDATE subject_states SET rejudge_from = NULL WHERE rejudge_from IS NOT NULL")
    before = _on_disk(made)
    with prepared(phones.requests(size, int(MOST_REQUESTS[size] * seconds))) as requests:
        load = run_wrk(at.url, requests, seconds=seconds, connections=CONNECTIONS)
    points, batches = (now - then for now, then in zip(_on_disk(made), before, strict=True))
    _require(not load.refused and not load.broken, f"{load.refused} refused, {load.broken} broken")
    _require(load.answered * size <= points <= (load.answered + CONNECTIONS) * size, f"{points} points on disk")
    _require(not receipts or points == batches * size, f"{batches} receipts for {points} points")
    tell(f"p50 {load.p50_ms:.1f} ms, p99 {load.p99_ms:.1f} ms")
    return load.rate * size


def _on_disk(made: Service) -> tuple[int, int]:
    with made.connect() as connection:
        # In a moment the server has finished what it was asked when the load stopped.
        connection.execute("SELECT pg_sleep(0.3)")
        row = connection.execute(
            "SELECT (SELECT count(*) FROM positions), (SELECT count(*) FROM position_batches)"
        ).fetchone()
    assert row is not None  # noqa: S101 it is one row by its nature
    return int(str(row[0])), int(str(row[1]))


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 a condition
    if not holds:
        raise RuntimeError(otherwise)


if __name__ == "__main__":
    print(bench())  # noqa: T201

"""Phones that keep sending through the layout's door, and remember what they were promised and what went wrong."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import requests

from app.deps import SystemClock

PAUSE_S = 0.1
PATIENCE_S = 150.0


@dataclass(frozen=True)
class Trouble:
    """An answer that a phone has to repeat its request after: `status` is None where there was no answer."""

    status: int | None
    retry_after: str | None


@dataclass
class Phone:
    """One subject's phone. What was not acknowledged is sent again with the same id, as the guide asks."""

    subject_id: UUID
    headers: dict[str, str]
    base: str
    check_ins: dict[str, str] = field(default_factory=dict)
    fixes: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    longest_gap_s: float = 0.0
    answers: int = 0
    broken: BaseException | None = None

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop. Whatever no client may meet ends it, and is kept for the test."""
        try:
            while not stop.is_set():
                self.check_in()
                self.report()
        except BaseException as error:
            self.broken = error
            raise

    def check_in(self) -> None:
        """One check-in, and its receipt."""
        id_, now = str(uuid4()), SystemClock().now()
        fix = {"lon": 118.627, "lat": 28.738, "accuracy_m": 10}
        receipt = self._until_taken("/checkins", {"id": id_, "recorded_at": now.isoformat(), "position": fix})
        self.check_ins[id_] = receipt["receipt_no"]

    def report(self) -> None:
        """Five positions in one request."""
        now = SystemClock().now()
        reports = [
            {
                "id": str(uuid4()),
                "recorded_at": (now - timedelta(seconds=n)).isoformat(),
                "lon": 118.627,
                "lat": 28.738,
                "accuracy_m": 10,
            }
            for n in range(5)
        ]
        receipt = self._until_taken("/positions", {"request_id": str(uuid4()), "reports": reports})
        assert receipt["stored"] == len(reports)
        self.fixes.update(str(report["id"]) for report in reports)

    def _until_taken(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S:
            answer = self._sent(path, body)
            if answer is not None:
                self.longest_gap_s = max(self.longest_gap_s, time.monotonic() - begun)
                self.answers += 1
                time.sleep(PAUSE_S)
                return answer
            time.sleep(0.1)
        message = f"not taken within {PATIENCE_S} s: {self.troubles[-1]}"
        raise AssertionError(message)

    def _sent(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        try:
            answer = requests.post(f"{self.base}{path}", json=body, headers=self.headers, timeout=60)
        except requests.RequestException:
            self.troubles.append(Trouble(None, None))
            return None
        if answer.status_code in {200, 201}:
            taken: dict[str, Any] = answer.json()
            return taken
        assert answer.status_code == 503, answer.text
        self.troubles.append(Trouble(answer.status_code, answer.headers.get("Retry-After")))
        return None


@contextmanager
def sending(phones: Sequence[Phone]) -> Iterator[None]:
    """The phones send while the block runs; afterwards each has the answer to its last request."""
    stop = threading.Event()
    threads = [threading.Thread(target=phone.run, args=(stop,), daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=PATIENCE_S + 10)
    assert [phone.broken for phone in phones if phone.broken] == []

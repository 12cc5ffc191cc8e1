"""Phones under load: each reports without pause, repeats what was not acknowledged, and keeps its receipts."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID, uuid4

import requests

from app.deps import Clock

PAUSE_S = 0.05
AGAIN_S = 0.15
TIMEOUT_S = 20
"""Longer than the service may take to say that it cannot answer."""

KEPT_OFFLINE = 20
PLACE = (118.627, 28.738)


@dataclass(frozen=True)
class Acknowledged:
    """One request that was answered with a receipt."""

    path: str
    body: Mapping[str, Any]
    receipt: Mapping[str, Any]

    @property
    def body_hash(self) -> bytes:
        """The fingerprint that must lie beside it in the table."""
        return sha256(json.dumps(self.body, sort_keys=True, ensure_ascii=False).encode()).digest()


@dataclass
class Phone:
    """One phone in a thread of its own. `faults` are answers that must not be: they are no receipt and no 503."""

    person: UUID
    headers: Mapping[str, str] = field(repr=False)
    base: str
    clock: Clock
    lots: Random
    acknowledged: list[Acknowledged] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: int = 0
    _offline: list[dict[str, Any]] = field(default_factory=list)
    _http: requests.Session = field(default_factory=requests.Session, repr=False)

    def run(self, stop: threading.Event) -> None:
        """Report until stopped. What is under way then is repeated no more: nobody was promised anything of it."""
        turns = (self._check_in, self._report, self._report_late, self._tell_health, self._repeat)
        while not stop.wait(PAUSE_S):
            self.lots.choices(turns, (4, 5, 2, 1, 2))[0](stop)
        self._http.close()

    def _check_in(self, stop: threading.Event) -> None:
        position = {"lon": PLACE[0], "lat": PLACE[1], "accuracy_m": 10}
        self._send("/checkins", {"id": str(uuid4()), "recorded_at": self._now(), "position": position}, stop)

    def _report(self, stop: threading.Event) -> None:
        self._send_batch([self._fix(n) for n in range(self.lots.randint(1, 5))], stop)

    def _report_late(self, stop: threading.Event) -> None:
        """Points that were kept while offline, in one batch and out of order."""
        self._offline.extend(self._fix(n + 60) for n in range(4))
        if len(self._offline) >= KEPT_OFFLINE:
            sent, self._offline = self._offline, []
            self.lots.shuffle(sent)
            self._send_batch(sent, stop)

    def _tell_health(self, stop: threading.Event) -> None:
        self._send("/device-health", {"id": str(uuid4()), "battery_percent": self.lots.randint(5, 100)}, stop)

    def _repeat(self, _stop: threading.Event) -> None:
        """A receipt that got lost on the way is asked for again: it must be the same one."""
        if self.acknowledged:
            known = self.lots.choice(self.acknowledged[-50:])
            answer = self._post(known.path, known.body)
            if answer is not None and (answer.status_code != 200 or answer.json() != known.receipt):
                self.faults.append(f"repeat of {known.path} {_id(known.body)}: {answer.status_code}, another answer")

    def _send_batch(self, reports: list[dict[str, Any]], stop: threading.Event) -> None:
        self._send("/positions", {"request_id": str(uuid4()), "reports": reports}, stop)

    def _send(self, path: str, body: dict[str, Any], stop: threading.Event) -> None:
        """Until it is taken, or the phone is stopped."""
        while (answer := self._post(path, body)) is None:
            if stop.wait(AGAIN_S):
                return
        if answer.status_code in {200, 201}:
            self.acknowledged.append(Acknowledged(path, body, answer.json()))

    def _post(self, path: str, body: Mapping[str, Any]) -> requests.Response | None:
        """The answer, None where there was none or the service asks to come again."""
        try:
            answer = self._http.post(
                f"{self.base}/api/mobile/v1{path}", json=body, headers=dict(self.headers), timeout=TIMEOUT_S
            )
        except requests.RequestException:
            return None
        if answer.status_code == 503 and _is_in_order(answer):
            self.refused += 1
            return None
        if answer.status_code not in {200, 201}:
            self.faults.append(f"{path} {_id(body)}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _fix(self, seconds_ago: int) -> dict[str, Any]:
        shift = self.lots.random() / 1000
        return {
            "id": str(uuid4()),
            "recorded_at": (self.clock.now() - timedelta(seconds=seconds_ago)).isoformat(),
            "lon": PLACE[0] + shift,
            "lat": PLACE[1] + shift,
            "accuracy_m": 10,
        }

    def _now(self) -> str:
        return self.clock.now().isoformat()


def _is_in_order(answer: requests.Response) -> bool:
    """Whether a 503 is ours: a problem document that says when to come again."""
    kind = answer.headers.get("Content-Type", "")
    return kind.startswith("application/problem+json") and answer.headers.get("Retry-After", "").isdigit()


def _id(body: Mapping[str, Any]) -> str:
    return str(body.get("id") or body.get("request_id"))

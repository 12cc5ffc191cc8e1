"""A demo subject's phone: polls, answers location checks, and checks in as its owner would."""

import threading
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from app.deps import Clock
from app.simulation.demo.cast import DemoSubject
from app.simulation.demo.link import Away, Link

POLL_S = 10.0
SILENT_AFTER_S = 120.0
ACCURACY_M = 15.0


class SubjectPhone:
    """One phone in a thread of its own, until `stop`. `tell` gets a sentence for whoever watches the demo."""

    def __init__(self, subject: DemoSubject, link: Link, clock: Clock, tell: Callable[[str], None]) -> None:
        self._subject = subject
        self._link = link
        self._clock = clock
        self._tell = tell
        self._answered: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Live until stopped; a phone of the silent manner goes quiet after two minutes."""
        started = self._clock.now()
        while not stop.is_set():
            if self._subject.manner == "silent" and self._age_s(started) > SILENT_AFTER_S:
                self._tell(f"{self._subject.name}的手机不再联网(演示失联)")
                return
            try:
                self._turn()
            except Away:
                self._tell(f"{self._subject.name}的手机暂时连不上服务,稍后重试")
            stop.wait(POLL_S)

    def _age_s(self, started: datetime) -> float:
        return (self._clock.now() - started).total_seconds()

    def _turn(self) -> None:
        collection = self._link.ask("GET", "/collection")
        if collection["mode"] != "none":
            self._link.ask("POST", "/positions", {"request_id": str(uuid4()), "reports": [self._report()]})
        duties = self._link.ask("GET", "/duties")["items"]
        opened = [d for d in duties if d["kind"] in {"check_in", "spot_check"} and d["state"] == "open"]
        due = [d for d in opened if d["id"] not in self._answered]
        for duty in due:
            self._answered.add(duty["id"])
            if self._subject.manner == "forgets":
                self._tell(f"{self._subject.name}没有签到(演示漏签)")
            else:
                self._check_in()

    def _check_in(self) -> None:
        body = {
            "id": str(uuid4()),
            "recorded_at": self._clock.now().isoformat(),
            "position": {"lon": self._subject.lon, "lat": self._subject.lat, "accuracy_m": ACCURACY_M},
        }
        receipt = self._link.ask("POST", "/checkins", body)
        self._tell(f"{self._subject.name}签到,凭证 {receipt['receipt_no']}({receipt['outcome']})")

    def _report(self) -> dict[str, object]:
        return {
            "id": str(uuid4()),
            "recorded_at": self._clock.now().isoformat(),
            "lon": self._subject.lon,
            "lat": self._subject.lat,
            "accuracy_m": ACCURACY_M,
            "battery_percent": 80,
        }

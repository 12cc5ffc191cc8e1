"""The demo's phones in one process: the push server, the officer's phone with its page, and the subjects' phones."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

from app.deps import Clock
from app.simulation.demo.cast import PUSHED_TO, SUBJECTS, DemoSubject, demo_id
from app.simulation.demo.link import Link
from app.simulation.demo.officer_phone import OfficerPhone
from app.simulation.demo.subject_phone import SubjectPhone
from app.simulation.fake_fcm import FakeFcm


def run(port: int, directory: Path, password: str, clock: Clock, tell: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. The service is at `port`; push server and page are at the next one."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service = f"http://127.0.0.1:{port}"
    officer = OfficerPhone(
        Link(service, "office", PUSHED_TO, password, demo_id("device", PUSHED_TO), f"demo-{PUSHED_TO}"), service, clock
    )
    with FakeFcm(port + 1, directory, pages={"/": officer.page}) as fcm:
        threads = [threading.Thread(target=officer.run, args=(fcm, stop), daemon=True)]
        threads += [
            threading.Thread(target=_phone(service, subject, password, clock, tell).run, args=(stop,), daemon=True)
            for subject in SUBJECTS
        ]
        for thread in threads:
            thread.start()
        stop.wait()


def _phone(
    service: str, subject: DemoSubject, password: str, clock: Clock, tell: Callable[[str], None]
) -> SubjectPhone:
    device = demo_id("phone", subject.login)
    link = Link(service, "mobile", subject.login, password, device, f"demo-{subject.login}")
    return SubjectPhone(subject, link, clock, tell)

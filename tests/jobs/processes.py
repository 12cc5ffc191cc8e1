"""The service as real processes on a real database, to be killed without warning."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.builders.app import settings_for_tests

ROOT = Path(__file__).resolve().parents[2]


def environment(database_url: str) -> dict[str, str]:
    """What a process of the service reads, with the secrets that tests sign their tokens with."""
    settings = settings_for_tests()
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "ZHIFANG_MODE": "test",
        "ZHIFANG_TOKEN_SECRET": settings.token_secret,
        "ZHIFANG_WEB_SECRET": settings.web_secret,
        "ZHIFANG_WINDOW_SECRET": settings.window_secret.decode(),
        "ZHIFANG_IDENTITY_KEY": base64.b64encode(settings.identity_key).decode(),
        "ZHIFANG_IDENTITY_HASH_KEY": base64.b64encode(settings.identity_hash_key).decode(),
    }


class Process:
    """One process of the service in a process group of its own."""

    def __init__(self, database_url: str, *words: str) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env=environment(database_url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """kill -9 of the process and all that it started."""
        os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()

    def signal(self, number: int) -> None:
        """A signal to the program itself, as a supervisor sends it."""
        self._running.send_signal(number)

    def wait(self, within_s: float) -> int:
        """Its exit code; fails where it does not end in time."""
        return self._running.wait(within_s)

    @property
    def alive(self) -> bool:
        return self._running.poll() is None


@contextmanager
def running(database_url: str, *words: str) -> Iterator[Process]:
    """A process that is killed at the end, if it still runs."""
    process = Process(database_url, *words)
    try:
        yield process
    finally:
        if process.alive:
            process.kill()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether the API at that port is alive."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=1).status_code == 200
    except requests.RequestException:
        return False


def eventually(done: Callable[[], bool], *, within_s: float, every_s: float = 0.2) -> float:
    """Wait until `done`; gives how long it took, and fails after `within_s`."""
    begun = time.monotonic()
    while not done():
        passed = time.monotonic() - begun
        assert passed < within_s, f"not done after {passed:.0f} s"
        time.sleep(every_s)
    return time.monotonic() - begun

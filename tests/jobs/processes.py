"""The service as real processes on a real database, to be killed without warning."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from app.simulation.ports import free_ports
from tests.builders.app import settings_for_tests
from tests.patience import LONG_S, PATIENT

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


PATIENCE = {
    "ZHIFANG_STATEMENT_TIMEOUT_MS": str(PATIENT.statement_ms),
    "ZHIFANG_LOCK_TIMEOUT_MS": str(PATIENT.lock_ms),
    "ZHIFANG_POOL_WAIT_MS": str(PATIENT.pool_ms),
}


class Process:
    """One process of the service in a process group of its own. It is patient, unless `settings` say otherwise."""

    def __init__(self, database_url: str, *words: str, settings: Mapping[str, str] = PATIENCE) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env={**environment(database_url), **settings},
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

    def wait(self, within_s: float = LONG_S) -> int:
        """Its exit code; fails where it does not end in time."""
        return self._running.wait(within_s)

    @property
    def alive(self) -> bool:
        return self._running.poll() is None


@contextmanager
def running(database_url: str, *words: str, settings: Mapping[str, str] = PATIENCE) -> Iterator[Process]:
    """A process that is killed at the end, if it still runs."""
    process = Process(database_url, *words, settings=settings)
    try:
        yield process
    finally:
        if process.alive:
            process.kill()


def free_port() -> int:
    return free_ports(1)[0]


def answers(port: int) -> bool:
    """Whether the API at that port is alive."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=10).status_code == 200
    except requests.RequestException:
        return False

"""The service's own programs as processes: started, killed, frozen, and started again, as a supervisor would."""

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_hex

import requests

from app.simulation.chaos.ground import ROOT
from app.simulation.ports import free_ports

FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)
LOOK_S = 0.1


class Process:
    """One program in a process group of its own. What it says goes to a log that outlives a restart."""

    def __init__(self, name: str, words: tuple[str, ...], environ: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._words = [sys.executable, "-m", "app.cli", *words]
        self._environ = dict(environ)
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; nothing where it runs."""
        if self.alive:
            return
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(  # noqa: S603  (our own program)
                self._words, cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )

    def signal(self, number: int) -> None:
        """Send a signal to the program and to all that it started."""
        if self._running is not None and self.alive:
            os.killpg(self._running.pid, number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if self._running is not None:
            self._running.wait()

    def stop(self, within_s: float) -> int | None:
        """SIGTERM to the program alone, as a supervisor does; gives its exit code, None if it did not end in time."""
        if self._running is None:
            return None
        self._running.terminate()
        try:
            return self._running.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._running is not None and self._running.poll() is None


@dataclass
class Service:
    """The API and two schedulers over one database, with the secrets that its tokens are signed with."""

    url: str
    folder: Path
    fcm_url: str
    fcm_credentials: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    token_secret: str = field(default_factory=lambda: token_hex(24), repr=False)

    def __post_init__(self) -> None:
        self.clock_file = self.folder / "clock"
        self.set_clock(0)
        environ = self._environ()
        api = ("serve", "--port", str(self.port))
        self.api = Process("api", api, environ, self.folder / "api.log")
        self.workers = [Process(f"worker {n}", ("worker",), environ, self.folder / f"worker-{n}.log") for n in (1, 2)]

    @property
    def processes(self) -> tuple[Process, ...]:
        """All of them."""
        return (self.api, *self.workers)

    @property
    def base(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start whatever does not run."""
        for process in self.processes:
            process.start()

    def set_clock(self, seconds: int) -> None:
        """Set the processes' clock ahead or back by so many seconds from the true one (where it can be)."""
        draft = self.clock_file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n", encoding="utf-8")
        draft.replace(self.clock_file)

    def well(self) -> bool:
        """Whether the API can keep its promises and every job runs."""
        return all(self._says_ok(path) for path in ("/health/ready", "/health/jobs"))

    def _says_ok(self, path: str) -> bool:
        try:
            return requests.get(self.base + path, timeout=10).status_code == 200
        except requests.RequestException:
            return False

    def _environ(self) -> dict[str, str]:
        own = {
            "DATABASE_URL": self.url,
            "ZHIFANG_MODE": "test",
            "ZHIFANG_TOKEN_SECRET": self.token_secret,
            "ZHIFANG_WEB_SECRET": token_hex(24),
            "ZHIFANG_WINDOW_SECRET": token_hex(24),
            "ZHIFANG_IDENTITY_KEY": base64.b64encode(token_bytes(32)).decode(),
            "ZHIFANG_IDENTITY_HASH_KEY": base64.b64encode(token_bytes(32)).decode(),
            "ZHIFANG_FCM_URL": self.fcm_url,
            "ZHIFANG_FCM_CREDENTIALS": str(self.fcm_credentials),
        }
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "PYTHONPATH"}}
        library = faketime()
        if library is not None:
            own |= {
                "LD_PRELOAD": library,
                "FAKETIME_TIMESTAMP_FILE": str(self.clock_file),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        return kept | own


def faketime() -> str | None:
    """The library that gives processes another time of day, where it is installed (package faketime)."""
    return next((path for path in FAKETIME if Path(path).exists()), None)


def eventually(done: Callable[[], bool], *, within_s: float) -> float | None:
    """Wait until `done`; gives the seconds it took, None where it was not done in time."""
    begun, pause = time.monotonic(), threading.Event()
    while not done():
        if time.monotonic() - begun > within_s:
            return None
        pause.wait(LOOK_S)
    return time.monotonic() - begun

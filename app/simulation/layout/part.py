"""One process of a layout: started in a session of its own, found again by its noted number, stopped or killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STOP_S = 60.0


class LayoutError(Exception):
    """A part could not be started or did not get where it should; the message is one sentence for a person."""


class Part:
    """A named process. Its number and its start time are noted in `folder`, its output goes to a log there."""

    def __init__(
        self, folder: Path, name: str, command: Sequence[str], *, environment: Mapping[str, str], cwd: Path
    ) -> None:
        self.name = name
        self.log = folder / "log" / f"{name}.log"
        self._note = folder / "log" / f"{name}.pid"
        self._command = list(command)
        self._environment = dict(environment)
        self._cwd = cwd
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.alive:
            return
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 the words are ours, no shell reads them
                self._command,
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pid = self._child.pid
        self._note.write_text(f"{pid} {_started(pid)}", encoding="ascii")

    @property
    def pid(self) -> int | None:
        """Its process number, while it runs."""
        with suppress(FileNotFoundError, ValueError):
            pid, started = self._note.read_text(encoding="ascii").split()
            if self._child is not None:
                self._child.poll()  # a child that ended goes away when it is asked for
            if _started(int(pid)) == started:
                return int(pid)
        return None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.pid is not None

    def last_line(self) -> str:
        """What it said last."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n") if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing.")

    def stop(self, *, within_s: float = STOP_S) -> None:
        """Ask it to end, and kill it with all of its session when it has not after `within_s`."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGTERM)
            with suppress(LayoutError):
                until(lambda: not self.alive, within_s=within_s, what=f"the end of {self.name}")
        self.kill(pid)

    def kill(self, group: int | None = None) -> None:
        """End it at once, by kill -9, and what it started in its session."""
        if (pid := self.pid or group) is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            until(lambda: not self.alive, within_s=STOP_S, what=f"the end of {self.name}")
        if self._child is not None:
            self._child.wait()


def until(done: Callable[[], bool], *, within_s: float, what: str, every_s: float = 0.1) -> float:
    """Wait until `done`; gives the seconds that it took. LayoutError after `within_s`."""
    begun = time.monotonic()
    while not done():
        if time.monotonic() - begun > within_s:
            message = f"Waited {within_s:.0f} s in vain for {what}."
            raise LayoutError(message)
        time.sleep(every_s)
    return time.monotonic() - begun


def children(pid: int) -> list[int]:
    """The processes that `pid` started, as the kernel knows them now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _fields(folder)[1] == str(pid):
                found.append(int(folder.name))
    return found


def _started(pid: int) -> str:
    """When the process began, by the kernel's count; empty when it is gone. With the number it names one process."""
    try:
        fields = _fields(Path("/proc") / str(pid))
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _fields(folder: Path) -> list[str]:
    """What /proc says of a process, from its state on: the name before it may hold anything."""
    return (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()

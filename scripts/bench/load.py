"""Load by wrk: prepared requests, each sent once, over connections that stay open."""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw. Times in milliseconds; `refused` counts answers outside 2xx and 3xx."""

    answered: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    longest_ms: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


def raw_request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """One HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def prepared(requests: Iterable[bytes]) -> Iterator[Path]:
    """The requests in a file as load.lua reads it; in memory where the system offers that, away from the disk."""
    memory = Path("/dev/shm")  # noqa: S108 only names below are made, by NamedTemporaryFile
    with tempfile.NamedTemporaryFile(dir=memory if memory.is_dir() else None, prefix="zhifang-bench-") as file:
        for request in requests:
            file.write(b"%08d" % len(request))
            file.write(request)
        file.flush()
        yield Path(file.name)


def run_wrk(url: str, requests: Path, *, seconds: float, connections: int = 16) -> Load:
    """Send the requests as fast as they are answered, over so many connections at once; one thread of wrk."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:.0f}s"]
    done = subprocess.run(  # noqa: S603 fixed words, and files of ours
        [*command, "--timeout", "10s", "--latency", "--script", str(SCRIPT), url],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "REQUESTS": str(requests)},
    )
    found = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if done.returncode or not found:
        message = f"wrk ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
        raise RuntimeError(message)
    answered, micros, refused, broken, p50, p99, longest = map(int, found[-1])
    return Load(answered, micros / 1e6, refused, broken, p50 / 1e3, p99 / 1e3, longest / 1e3)

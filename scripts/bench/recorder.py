"""OwnTracks Recorder beside the service, where OTR_RECORDER names a built binary of it: one fix a request, into files.

It takes the same fixes by HTTP (`POST /pub`), appends each to a file of the month and syncs nothing: neither log-ins
nor powers nor receipts are its business. So it shows what a service in C with plain files does, not a limit of ours.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from socket import create_connection
from time import monotonic, sleep

from scripts.bench.load import raw_request
from scripts.bench.report import tell
from scripts.bench.service import free_port

VARIABLE = "OTR_RECORDER"
PATH = "/pub"
START_S = 60


@dataclass(frozen=True)
class Recorder:
    """A running Recorder: where it answers, and where it writes."""

    port: int
    storage: Path

    @property
    def url(self) -> str:
        """The base of every path."""
        return f"http://127.0.0.1:{self.port}"

    def stored(self) -> int:
        """How many fixes lie in its files."""
        return sum(_lines(file) for file in (self.storage / "rec").rglob("*.rec"))


@contextmanager
def recorder() -> Iterator[Recorder | None]:
    """The Recorder for the length of the block, with an empty folder; None, and said aloud, where none is named."""
    binary = os.environ.get(VARIABLE)
    if not binary:
        tell(f"{VARIABLE} names no OwnTracks Recorder: it is not measured")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="zhifang-recorder-") as folder:
        made = Recorder(free_port(), Path(folder))
        words = [binary, "--storage", folder]
        subprocess.run([*words, "--initialize"], check=True, capture_output=True)  # noqa: S603 named by whoever measures
        listen = ["--port", "0", "--http-host", "127.0.0.1", "--http-port", str(made.port)]  # port 0: no MQTT
        process = subprocess.Popen([*words, *listen], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            _await(made.port, process)
            yield made
        finally:
            process.terminate()
            process.wait(60)


def request(subject: int, at: datetime, lon: float, lat: float) -> bytes:
    """One fix as the OwnTracks app posts it; `subject` names the user."""
    body = {
        "_type": "location",
        "tst": int(at.timestamp()),
        "lon": lon,
        "lat": lat,
        "acc": 12,
        "vel": 4,
        "cog": 271,
        "alt": 88,
        "batt": 50,
        "tid": "zf",
    }
    headers = {"X-Limit-U": f"u{subject}", "X-Limit-D": "phone"}
    return raw_request("POST", PATH, json.dumps(body, separators=(",", ":")).encode(), headers)


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + START_S
    while process.poll() is None and monotonic() < until:
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    message = f"the Recorder did not answer on port {port}"
    raise RuntimeError(message)

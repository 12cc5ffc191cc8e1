"""The door to OwnTracks Recorder in the benchmarks, at a program that takes its words and its requests."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection

import pytest

from scripts.bench.recorder import VARIABLE, Recorder, recorder, request
from tests.patience import LONG_S

PROGRAM = '''#!{python}
"""Takes the words and the requests of ot-recorder, and writes a line for each fix where that writes it."""
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
rec = Path(words["--storage"], "rec")
if "--initialize" in sys.argv:
    rec.mkdir()
    sys.exit()


class Pub(BaseHTTPRequestHandler):
    def do_POST(self):
        fix = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        folder = rec / self.headers["X-Limit-U"] / self.headers["X-Limit-D"]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "2026-11.rec").open("a") as file:
            file.write(json.dumps(fix) + "\\n")
        body = b"[]" if self.path == "/pub" and fix["_type"] == "location" else b""
        self.send_response(200 if body else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


assert words["--port"] == "0"
HTTPServer((words["--http-host"], int(words["--http-port"])), Pub).serve_forever()
'''


def sent(at: Recorder, message: bytes) -> bytes:
    with create_connection(("127.0.0.1", at.port), LONG_S) as connection:
        connection.sendall(message)
        return connection.recv(4096)


def test_a_named_recorder_runs_for_the_block_and_what_it_stored_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ot-recorder"
    program.write_text(PROGRAM.replace("{python}", sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(program))
    with recorder() as running:
        assert running is not None
        assert b"200" in sent(running, request(1, datetime(2026, 11, 22, tzinfo=UTC), 118.6, 28.7))
        assert b"200" in sent(running, request(2, datetime(2026, 11, 22, tzinfo=UTC), 118.6, 28.7))
        assert running.stored() == 2
    with pytest.raises(OSError, match="refused"):
        sent(running, b"")


def test_without_one_it_is_said_aloud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with recorder() as running:
        assert running is None
    assert VARIABLE in capsys.readouterr().err

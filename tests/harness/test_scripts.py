"""The parts of the scripts that decide something. Starting the whole demo is a matter of its own."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.simulation.ports import HOST, free_ports

ROOT = Path(__file__).resolve().parents[2]
PORT_STATE = ROOT / "scripts" / "lib" / "port_state.py"


def bash(words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `words` with the scripts' functions at hand and none of the caller's settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHON": sys.executable, **settings}
    command = ["bash", "-c", f". '{ROOT}/scripts/lib/all.sh'; {words}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def port_state(port: str) -> str:
    return subprocess.run([sys.executable, str(PORT_STATE), port], capture_output=True, text=True, check=True).stdout


def test_a_taken_port_is_told_from_a_free_one() -> None:
    (port,) = free_ports(1)
    with socket.socket() as listener:
        listener.bind((HOST, port))
        listener.listen()
        assert port_state(str(port)) == "taken\n"
    assert port_state(str(port)) == "free\n"


@pytest.mark.parametrize("port", ["0", "65536", "8000x", "-1", ""])
def test_what_is_no_port_is_told(port: str) -> None:
    assert port_state(port) == "unknown\n"


def test_secrets_are_drawn_once_for_their_owner_alone(tmp_path: Path) -> None:
    names = ("TOKEN_SECRET", "WEB_SECRET", "WINDOW_SECRET", "IDENTITY_KEY", "IDENTITY_HASH_KEY", "DEMO_PASSWORD")
    words = "load_settings; printf '%s\n' " + " ".join(f'"$ZHIFANG_{name}"' for name in names)
    first, second = (bash(words, DATA_DIR=str(tmp_path)).stdout for _ in range(2))
    assert first == second
    assert len({line for line in first.splitlines() if len(line) >= 12}) == len(names)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_what_the_caller_sets_wins_over_what_was_drawn(tmp_path: Path) -> None:
    words = 'load_settings; printf %s "$ZHIFANG_WEB_SECRET $ZHIFANG_POLICY $ZHIFANG_FCM_URL"'
    done = bash(words, DATA_DIR=str(tmp_path), ZHIFANG_WEB_SECRET="mine", ZHIFANG_POLICY="jiangshan", PORT="9000")
    assert done.stdout == "mine jiangshan http://127.0.0.1:9001"


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = bash("choose_data_dir", DATA_DIR=str(tmp_path / "file" / "inner"))
    assert done.returncode == 1
    assert "No permission to use" in done.stderr


def test_too_little_room_is_told_with_numbers(tmp_path: Path) -> None:
    done = bash(f"require_space '{tmp_path}' 99999999 'the sky'")
    assert done.returncode == 1
    assert "for the sky, 99999999 MB are needed" in done.stderr


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full."),
        ("E: Failed to fetch", "the first start needs the network"),
        ("OperationalError: connection to server at 127.0.0.1 failed: Connection refused", "cannot be reached"),
        ("sudo: a password is required", "start once as root"),
        ("mkdir: Permission denied", "no permission"),
        ("something else", "It did not work."),
    ],
)
def test_a_failed_step_names_its_cause(tmp_path: Path, output: str, cause: str) -> None:
    log = tmp_path / "setup.log"
    log.write_text("older: No space left on device\n")
    done = bash(f"SETUP_LOG='{log}'; step Trying bash -c 'echo \"{output}\"; false'", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert cause in done.stderr.splitlines()[-1]
    assert output in done.stderr


def test_packages_that_are_missing_are_found_without_the_network() -> None:
    assert bash("missing_packages bash no-such-package-at-all dpkg").stdout == "no-such-package-at-all\n"


@pytest.mark.parametrize(
    ("failed", "asked"),
    [
        ([], False),
        (["tests/jobs/test_runner.py::test_a"], True),
        (["tests/jobs/test_runner.py::test_a", "tests/web/test_day.py::test_b", "tests/api/test_c.py::test_c"], True),
        ([f"tests/web/test_day.py::test_{n}" for n in range(4)], False),
        (["tests/jobs/test_runner.py::test_a", "tests/rules/test_visits.py::test_b"], False),
    ],
)
def test_few_that_failed_are_asked_alone_and_a_rule_never(tmp_path: Path, failed: list[str], asked: bool) -> None:
    named = tmp_path / "lastfailed"
    named.write_text(json.dumps(dict.fromkeys(failed, True), indent=2))
    assert (bash(f"may_have_been_disturbed '{named}'").returncode == 0) is asked


def test_what_was_never_written_asks_nobody(tmp_path: Path) -> None:
    assert bash(f"may_have_been_disturbed '{tmp_path / 'nothing'}'").returncode == 1


@pytest.mark.parametrize(("answer", "outcome"), [("true", 0), ("false", 1)])
def test_what_passes_only_alone_is_told_aloud_and_what_fails_again_fails(
    tmp_path: Path, answer: str, outcome: int
) -> None:
    named = tmp_path / "lastfailed"
    named.write_text('{\n  "tests/web/test_day.py::test_a": true\n}')
    done = bash(f"FAILED_TESTS='{named}'; ask_alone {answer}")
    assert done.returncode == outcome
    assert ("PASSED ALONE" in done.stderr and "test_day.py::test_a" in done.stderr) is (outcome == 0)

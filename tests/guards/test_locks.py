"""What gets installed is pinned with hashes, says nothing of the machine that pinned it, and covers what we ask for."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==[^ ]+", re.MULTILINE)


def test_there_are_locks() -> None:
    assert [lock.name for lock in LOCKS] == ["development.txt", "htmx.txt", "maplibre.txt", "runtime.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_has_a_hash_and_no_line_an_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    pinned = [entry for entry in entries if PINNED.match(entry)]
    assert pinned
    assert all("--hash=sha256:" in entry for entry in pinned)
    assert not re.search(r"://|^--|find-links|/(?:tmp|opt|root|home|work)/", text, re.MULTILINE)


@pytest.mark.parametrize("group", ["runtime", "development"])
def test_what_the_project_asks_for_is_pinned(group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = list(project["project"]["dependencies"])
    if group == "development":
        asked += project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=~ ]", line)[0] for line in asked}
    assert names <= set(PINNED.findall((ROOT / "requirements" / f"{group}.txt").read_text()))


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    runtime, development = (
        set(re.findall(r"^[a-z0-9-]+.*?==[^ \\]+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("runtime.txt", "development.txt")
    )
    assert runtime <= development

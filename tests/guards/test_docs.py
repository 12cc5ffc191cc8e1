"""What is written down is there: a README on each floor, decisions with what enforces them, links that lead on."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.database import ROOT
from tests.guards.source import APP, folders

LONGEST_README = 40
DATA = {"policies": "files of data, told by a table of their keys"}
"""Packages below the service that are no floor, and what they are."""

FLOORS = [folder for folder in folders(APP) if folder.name not in DATA]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.name)
def test_a_floor_tells_what_it_is_for(floor: Path) -> None:
    """The question it answers, what it may import, how to add to it, an example; on one screen."""
    told = (floor / "README.md").read_text(encoding="utf-8")
    assert len(told.splitlines()) <= LONGEST_README
    assert told.startswith(f"# {floor.name}")
    assert "May import" in told
    assert re.search(r"^## How to add", told, re.MULTILINE)


def test_every_package_is_a_floor_of_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["name"].startswith("Floors"))
    named = set(re.findall(r"\w+", " ".join(contract["layers"])))
    assert {floor.name for floor in FLOORS} <= named


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.name)
def test_a_readme_names_files_that_are_there(floor: Path) -> None:
    told = (floor / "README.md").read_text(encoding="utf-8")
    missing = [name for name in re.findall(r"`([\w/]+\.(?:py|md|toml))`", told) if not _found(floor, name)]
    assert missing == []


def _found(floor: Path, name: str) -> bool:
    return any(floor.rglob(name)) or any((folder / name).exists() for folder in (APP, ROOT, *folders(APP)))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_a_decision_is_listed_and_enforced(decision: Path) -> None:
    told = decision.read_text(encoding="utf-8")
    number, _, _ = decision.stem.partition("-")
    assert told.startswith(f"# {number} ")
    for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Enforced by:**"):
        assert part in told, part
    assert f"| [{number}]({decision.name}) |" in (decision.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_what_enforces_a_decision_is_there(decision: Path) -> None:
    enforced = decision.read_text(encoding="utf-8").partition("**Enforced by:**")[2].partition("\n\n")[0]
    named = re.findall(r"`([\w./-]+)`", enforced)
    paths = [name for name in named if "/" in name and not (ROOT / name).exists()]
    assert enforced.strip()
    assert paths == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [decision.name[:4] for decision in DECISIONS] == [f"{n:04d}" for n in range(1, len(DECISIONS) + 1)]


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
DOCUMENTS = [
    file
    for pattern in ("*.md", "app/**/*.md", "docs/**/*.md", "mobile_api_docs/*.md", "scripts/*.md", "tests/**/*.md")
    for file in sorted(ROOT.glob(pattern))
]


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_link_leads_nowhere(file: Path) -> None:
    links = [link for link in LINK.findall(file.read_text(encoding="utf-8")) if not link.startswith(("http", "mailto"))]
    assert [link for link in links if not (file.parent / link).exists()] == []


PLACE = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_link_leads_to_a_heading_that_is_not_there(file: Path) -> None:
    """Tables of contents above all: sections are moved and numbered anew, and their links are not seen to fail."""
    places = [place for place in PLACE.findall(file.read_text(encoding="utf-8")) if not place[0].startswith("http")]
    assert [
        (name, place) for name, place in places if place not in _headings(file.parent / name if name else file)
    ] == []


def _headings(file: Path) -> set[str]:
    """The places of a document as they are named in addresses: letters and hyphens, small."""
    headings = HEADING.findall(file.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

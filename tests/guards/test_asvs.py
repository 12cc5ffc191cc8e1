"""The table of OWASP ASVS names every requirement of levels 1 and 2 once, and files that are there."""

import re

import pytest

from tests.database import ROOT

TABLE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
STATES = {"met", "partly", "no", "n/a"}

LEVELS_1_AND_2 = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
SECTIONS = dict(re.findall(r"([\d.]+):(\d+)", LEVELS_1_AND_2))
"""Sections of the standard (5.0.0), each with the number of its requirements of levels 1 and 2, which come first."""

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if re.match(r"\| \d", line)
]


def _named(cell: str) -> list[str]:
    """`1.2.4` is itself, `1.2.1–1.2.3` is three."""
    first, _, last = cell.partition("–")
    section, _, begin = first.rpartition(".")
    end = last.rpartition(".")[2] or begin
    return [f"{section}.{number}" for number in range(int(begin), int(end) + 1)]


def test_every_requirement_is_listed_once() -> None:
    wanted = [f"{section}.{n}" for section, most in SECTIONS.items() for n in range(1, int(most) + 1)]
    assert len(wanted) == 253
    assert [name for row in ROWS for name in _named(row[0])] == wanted


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_says_how_it_stands_and_what_is_missing(row: list[str]) -> None:
    _, state, shown, missing = row
    assert state in STATES
    assert bool(missing) == (state in {"partly", "no"}), "gaps are told, and only gaps"
    assert shown or state in {"n/a", "no"}


def test_every_file_named_is_there() -> None:
    named = {
        name for name in re.findall(r"`([\w./-]+)`", TABLE) if "/" in name or name.endswith((".py", ".md", ".toml"))
    }
    assert len(named) > 60
    assert sorted(name for name in named if not (ROOT / name).exists()) == []

"""What only one place may do: commit, read the clock, hold the words that people read."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rules.wording import SENTENCES
from tests.database import ROOT
from tests.guards.source import calls, modules, texts

COMMITS = "app/store/session.py"
COMMITTING = {"commit", "begin"}
OWN_CONNECTIONS = {
    "app/jobs/outbox_listener.py": "listens, and writes nothing",
    "app/simulation/chaos/ground.py": "harms the database, and counts past the service what is in it",
    "app/simulation/cluster.py": "makes databases and roles, which no transaction may hold",
    "app/simulation/replay/scratch.py": "makes and drops the replay's database",
}
"""Files that open a connection of their own, and why their work is none of the service's units of work."""

CHINESE = re.compile("[\u4e00-\u9fff]")
WORDS = ("app/rules/wording/", "app/simulation/")
WORDS_ELSEWHERE = {
    "app/main.py": "the titles of the two interfaces",
    "app/api/problem_codes.py": "writes the Chinese table of codes",
    "app/rules/roster/cells.py": "the signs by which people write a day",
    "app/rules/areas/__init__.py": "tells districts and cities apart by how their names end",
    "app/rules/policy/former_clocks.py": "the codes of the two items that policies had before",
    "app/rules/known_facts/catalogue.py": "the codes of the four items that have to be known",
    "app/rules/policy/keeping.py": "the bases on which a policy keeps what it says nothing of",
    "app/rules/policy/retention.py": "the same, of what is kept of phones and places",
    "app/rules/day.py": "the signs by which addresses name towns and villages",
    "app/rules/devices.py": "the names by which phones call the carriers",
    "app/rules/identity.py": "what stands for the given name of a minor",
    "app/rules/policy/problems.py": "sentences for those who write policies, in two languages side by side",
    "app/rules/policy/reader.py": "the kinds of values in those sentences",
    "app/store/one_time_codes.py": "how the service is called in an authenticator",
    "app/store/passwords.py": "the name of the service, which nobody should use for a password",
    "app/clients/papers.py": "the blanks for a date on paper",
    "app/clients/pdf_papers.py": "the blanks for a date on paper, and how its pages are numbered",
    "app/rules/visits/lines.py": "the signs by which people mark questions and answers",
    "app/web/field.py": "what a form says that is kept on a phone",
    "app/web/record_answers.py": "the one sentence for whoever is out of reach by now",
    "app/web/shown.py": "how pages write days and ages",
    "app/web/subjects.py": "how the pages are called that a person's own page leads to",
    "app/web/track_words.py": "how pages write a track",
    "app/web/shown_codes.py": "how pages label figures and choices",
}
"""Files outside of wording, templates and the made-up counties that hold words people read, and why."""


def test_only_one_file_commits() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, tree in modules().items()
        for called, call in calls(tree)
        if name != COMMITS and called in COMMITTING and _on_a_connection(call)
    ]
    assert found == []


def _on_a_connection(call: ast.Call) -> bool:
    """Whether it is a method without arguments: `begin` and `commit` of a room take some."""
    return isinstance(call.func, ast.Attribute) and not call.args and not call.keywords


def test_nobody_connects_past_that_file() -> None:
    opened = {
        name
        for name, tree in modules().items()
        for called, call in calls(tree)
        if called in {"create_engine", "sessionmaker"} or _autocommits(call)
    }
    assert opened - {COMMITS} == set(OWN_CONNECTIONS)


def _autocommits(call: ast.Call) -> bool:
    return any(keyword.arg in {"autocommit", "isolation_level"} for keyword in call.keywords)


def test_no_statement_commits_by_itself() -> None:
    spoken = re.compile(r"^\s*(commit|begin|start transaction|rollback)\b", re.IGNORECASE)
    found = [f"{name}:{text.lineno}" for name, tree in modules().items() for text in texts(tree) if _is(text, spoken)]
    assert found == []


def _is(text: ast.Constant, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.match(str(text.value)))


CLOCKS = """\
import time
from datetime import date, datetime

from sqlalchemy import func

READINGS = [
    datetime.now(),
    datetime.now(None),
    datetime.utcnow(),
    datetime.today(),
    date.today(),
    time.time(),
    time.time_ns(),
    time.localtime(),
    time.gmtime(),
    func.now(),
]
"""


@pytest.mark.parametrize(
    ("name", "readings"), [("app/rules/hours.py", 10), ("app/simulation/hours.py", 10), ("app/deps.py", 0)]
)
def test_the_clock_is_read_in_one_file(name: str, readings: int) -> None:
    """By the project's own configuration of ruff, which scripts/check runs over everything."""
    command = [
        str(Path(sys.executable).parent / "ruff"),
        "check",
        "--select",
        "TID251,DTZ",
        "--output-format",
        "concise",
    ]
    done = subprocess.run(
        [*command, "--stdin-filename", name, "-"], cwd=ROOT, input=CLOCKS, capture_output=True, text=True, check=False
    )
    told = {int(line.split(":")[1]) for line in done.stdout.splitlines() if line.startswith(name)}
    assert len(told) == readings, done.stdout + done.stderr


def test_nobody_silences_the_ban_of_clocks() -> None:
    silenced = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "app").rglob("*.py")
        if re.search(r"#\s*(ruff:\s*)?noqa.*\b(TID251|DTZ)", file.read_text(encoding="utf-8"))
    ]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    spared = [name for name, codes in settings["per-file-ignores"].items() if {"TID251", "DTZ"} & set(codes)]
    assert (silenced, spared) == ([], ["app/deps.py"])


def test_words_for_people_stand_where_words_stand() -> None:
    elsewhere = {name for name, tree in modules().items() if not name.startswith(WORDS) and any(_chinese(tree))}
    assert elsewhere == set(WORDS_ELSEWHERE)


def _chinese(tree: ast.Module) -> Iterator[ast.Constant]:
    """Chinese in the code itself; what describes an interface to those who write clients is documentation."""
    described = {
        id(inner)
        for called, call in calls(tree)
        for keyword in call.keywords
        if keyword.arg == "metadata" or (called == "Blueprint" and keyword.arg == "description")
        for inner in ast.walk(keyword)
    }
    return (text for text in texts(tree) if CHINESE.search(str(text.value)) and id(text) not in described)


def test_words_in_english_stay_out_of_the_wording() -> None:
    """A sentence that nobody translated."""
    assert [code for code, words in SENTENCES.items() if not CHINESE.search(words)] == []

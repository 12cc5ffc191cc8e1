"""Whatever holds something of a person says on which basis and until when: docs/retention.md against the models."""

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import Table

from app.jobs.schedule import JOBS
from app.models import Base
from app.store.resealing import OUTSIDE, PLACES
from app.store.retention import OVER
from tests.database import ROOT

TABLES = Base.metadata.tables
CLASSES = {mapper.class_.__tablename__: mapper.class_.__name__ for mapper in Base.registry.mappers}
SEALED = {place.table for place in (*PLACES, OUTSIDE)}
ARTICLE = re.compile(r"\b(Law|Measures|PIPL) \d+")
BY_A_JOB = re.compile(r"job `(\w+)`: `([\w/.]+)`")
NAMED = {
    "check_in_places": "attempts",
    "last_positions": "subject_states",
    "positions_of_far_clocks": "positions",
}
"""What the job counts by another name than its table's."""


@dataclass(frozen=True)
class Line:
    """One line of the table: `by` is how what it tells of ends."""

    tables: tuple[str, ...]
    basis: str
    until: str
    by: str


def _lines() -> list[Line]:
    told = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")
    section = told.partition("## Tables")[2].partition("\n## ")[0]
    rows = [row.strip("|").split(" | ") for row in section.splitlines() if row.startswith("| `")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [Line(tuple(re.findall(r"`(\w+)`", names)), basis, until, by) for names, _, basis, until, by in cells]


LINES = _lines()


def _of_people(table: Table, asked: frozenset[str] = frozenset()) -> bool:
    """Whether it names a person under correction, itself or by what it belongs to, or holds something sealed."""
    if "subject_id" in table.columns or table.name == "subjects" or table.name in SEALED:
        return True
    owners = {key.column.table for key in table.foreign_keys} - {table}
    return any(_of_people(owner, asked | {table.name}) for owner in owners if owner.name not in asked)


def test_every_table_has_one_line() -> None:
    told = [name for line in LINES for name in line.tables]
    assert sorted(told) == sorted(TABLES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.tables[0])
def test_a_line_names_an_article_and_an_end(line: Line) -> None:
    assert ARTICLE.search(line.basis)
    assert line.until
    assert line.by in {"file", "open", "nobody"} or BY_A_JOB.fullmatch(line.by)


@pytest.mark.parametrize("line", [line for line in LINES if line.by == "nobody"], ids=lambda line: line.tables[0])
def test_what_is_of_nobody_holds_nobody(line: Line) -> None:
    assert [name for name in line.tables if _of_people(TABLES[name])] == []


@pytest.mark.parametrize("line", [line for line in LINES if line.by.startswith("job")], ids=lambda line: line.tables[0])
def test_what_a_job_deletes_has_that_job_and_the_statement(line: Line) -> None:
    named = BY_A_JOB.fullmatch(line.by)
    assert named
    job, file = named.groups()
    assert job in {one.name for one in JOBS}
    code = (ROOT / file).read_text(encoding="utf-8")
    changed = {name for name in line.tables if re.search(rf"(DELETE FROM|UPDATE) {name}\b", code)}
    written = {name for name in line.tables if re.search(rf"(delete|update)\({CLASSES[name]}\)", code)}
    assert changed | written == set(line.tables)


def test_what_the_job_deletes_is_told() -> None:
    deleted = {NAMED.get(what, what) for statements in OVER.values() for what in statements}
    assert deleted == {name for line in LINES if "`keep_no_longer`" in line.by for name in line.tables}

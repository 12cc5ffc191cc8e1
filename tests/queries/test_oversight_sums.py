"""A random county: every figure is what happened, opens to just those duties, and stands so in every table and file."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import Engine

from app.access.oversight_export import Export, Format, export
from app.queries.oversight import Asked, By, cells, tally
from app.queries.oversight_rows import audited_duties
from app.rules.facts import Actor
from app.rules.oversight import (
    CONDITIONS,
    NOBODY,
    Counts,
    Figure,
    Span,
    SpanKind,
    Unit,
    buckets,
    content_of,
    counted,
    span_of,
    summed,
)
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import deps_for_tests, make_test_app
from tests.builders.random_county import NOW, RandomCounty, Told, a_random_county
from tests.web.browsing import a_visitor

SPANS = {
    1: span_of(Unit.MONTH, NOW.date()),
    2: Span(SpanKind.FREE, NOW.date().replace(month=2, day=14), NOW.date().replace(day=29)),
}
UNIT = Unit.WEEK


@pytest.fixture(params=sorted(SPANS))
def made(undone: Engine, request: pytest.FixtureRequest) -> tuple[RandomCounty, Span]:
    with transaction(undone) as tx:
        return a_random_county(tx, request.param), SPANS[request.param]


def keys(span: Span) -> dict[By, Callable[[Told], Any]]:
    parts = buckets(span, UNIT)
    return {
        By.OFFICE: lambda one: one.office,
        By.OFFICER: lambda one: one.officer or NOBODY,
        By.ITEM: lambda one: one.item,
        By.CLASS: lambda one: one.class_,
        By.PERIOD: lambda one: next(part for part in parts if part.from_day <= one.day <= part.to_day),
    }


def is_counted(one: Told, figure: Figure) -> bool:
    condition = CONDITIONS[figure]
    return one.state in condition.states and (condition.proofs is None or one.proof in condition.proofs)


def within(county: RandomCounty, span: Span) -> list[Told]:
    return county.counted(lambda one: span.from_day <= one.day <= span.to_day)


def expected(duties: list[Told], key: Callable[[Told], Any]) -> dict[Any, Counts]:
    found: dict[Any, Counts] = defaultdict(Counts)
    for one in duties:
        found[key(one)] += counted(one.state, one.proof, 1)
    return dict(found)


def test_every_figure_is_what_happened_and_opens_to_it(undone: Engine, made: tuple[RandomCounty, Span]) -> None:
    county, span = made
    actor, duties = county.county.actor, within(county, span)
    assert len({one.state for one in duties}) == 6, "a county that shows everything"
    with transaction(undone) as tx:
        found = tally(tx, actor, Asked(span), list(By), now=NOW, unit=UNIT)
        assert found.total == summed(counted(one.state, one.proof, 1) for one in duties)
        for by, key in keys(span).items():
            assert found.lines[by] == expected(duties, key), by
            for line, counts in found.lines[by].items():
                asked = Asked(span).at(by, line)
                assert tally(tx, actor, asked, [By.ITEM], now=NOW).total == counts, (by, line)
                for figure in Figure:
                    rows = audited_duties(tx, actor, asked, figure, now=NOW, limit=200).items
                    behind = [one.id for one in duties if key(one) == line and is_counted(one, figure)]
                    assert sorted(row.id for row in rows) == sorted(behind), (by, line, figure)
                    assert len(rows) == counts.of(figure)
        kept = cells(tx, actor, Asked(span), now=NOW)
        assert list(content_of(kept)["total"]) == [found.total.of(figure) for figure in Figure]


def test_two_conditions_at_once_cut_the_same_duties(undone: Engine, made: tuple[RandomCounty, Span]) -> None:
    county, span = made
    by = keys(span)
    with transaction(undone) as tx:
        for first, second in ((By.OFFICE, By.CLASS), (By.OFFICER, By.ITEM), (By.ITEM, By.PERIOD)):
            for line in expected(within(county, span), by[first]):
                asked = Asked(span).at(first, line)
                found = tally(tx, county.county.actor, asked, [second], now=NOW, unit=UNIT).lines[second]
                assert found == expected([one for one in within(county, span) if by[first](one) == line], by[second])


def test_each_office_sees_its_own_part_of_the_sum(undone: Engine, made: tuple[RandomCounty, Span]) -> None:
    county, span = made
    with transaction(undone) as tx:
        for worker in county.workers[1:]:
            found = tally(tx, worker.actor, Asked(span), [By.OFFICE], now=NOW).lines[By.OFFICE]
            mine = [one for one in within(county, span) if one.office == worker.office.id]
            assert found == expected(mine, lambda one: one.office)


@pytest.mark.parametrize("made", [2], indirect=True)
def test_page_and_files_show_the_same_lines(undone: Engine, made: tuple[RandomCounty, Span]) -> None:
    county, span = made
    clock = TestClock(NOW)
    visitor = a_visitor(make_test_app(undone, clock), county.county)
    ids = sorted(one.id for one in within(county, span))
    for by in By:
        address = f"span=free&from={span.from_day}&to={span.to_day}&by={by}&unit={UNIT}"
        page = visitor.text(f"/compliance/audit?{address}")
        table = page[page.index('aria-labelledby="lines"') :]
        shown = [_line(row) for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.DOTALL)]
        assert shown[-1][0] == "合计"
        taken = {one: _taken(undone, clock, county.county.actor, span, by, one) for one in Format}
        assert _csv(taken[Format.CSV_SUMS]) == shown
        book = load_workbook(io.BytesIO(taken[Format.XLSX]))
        assert [[str(cell) for cell in row] for row in list(book["汇总"].values)[1:]] == shown
        paper = Document(io.BytesIO(taken[Format.DOCX])).tables[0]
        assert [[cell.text for cell in row.cells] for row in paper.rows][1:] == shown
        rows = _csv(taken[Format.CSV])
        assert [list(row) for row in list(book["明细"].values)[1:]] == [[cell or None for cell in row] for row in rows]
        assert sorted(UUID(row[-1]) for row in rows) == ids


def _csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]


def _line(row: str) -> list[str]:
    """The name and the figures of one line of the page's table."""
    name, _, numbers = row.partition("</th>")
    return [unescape(re.sub(r"<span.*", "", name)).strip(), *re.findall(r">(\d+)</", numbers)]


def _taken(engine: Engine, clock: TestClock, actor: Actor, span: Span, by: By, form: Format) -> bytes:
    return export(deps_for_tests(engine, clock), actor, Export(Asked(span), by, UNIT, form, "核对")).content

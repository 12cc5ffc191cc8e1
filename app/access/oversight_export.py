"""The audit as a file that leaves the service: counted and written in one go, and put on record with its purpose."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.actions.note_oversight import note_export
from app.clients import papers, workbooks
from app.deps import Deps
from app.queries import snapshots
from app.queries.oversight import Asked, By, Tally, tally
from app.queries.oversight_names import Named, in_reach, names
from app.queries.oversight_out import standing_out
from app.queries.oversight_rows import AuditedDuty, every_duty
from app.queries.oversight_sheets import Cells, Sums, figures_of, in_order, row_cells, sum_head, sum_rows
from app.rules.errors import NotFound, Refused
from app.rules.facts import About, Actor
from app.rules.oversight import Unit, span_of
from app.rules.wording import oversight as words
from app.rules.wording.oversight_report import Reported, kept_words, report

MOST_ROWS = 50_000
"""More duties than anybody reads in one file; the sums go for any number."""
ROW_WIDTHS = (16, 12, 14, 12, 8, 18, 12, 10, 17, 17, 17, 10, 10, 30, 38)
SUM_WIDTHS = (26, *(10 for _ in words.FIGURES))
LONGEST_PURPOSE = 200


class Format(StrEnum):
    """What is written: sums and rows, rows, sums, or sums as a paper."""

    XLSX = "xlsx"
    CSV = "csv"
    CSV_SUMS = "csv_sums"
    DOCX = "docx"


@dataclass(frozen=True)
class File:
    """A file as it is handed out. Its name tells no person and no office."""

    content: bytes
    mimetype: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """Kept by nobody on the way."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"', "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Export:
    """What is asked for, counted by what, in which form, and what for."""

    asked: Asked
    by: By
    unit: Unit
    format: Format
    purpose: str


def export(deps: Deps, actor: Actor, wanted: Export) -> File:
    """The file; that it was taken, by whom, of what and what for is on record before it is handed out.

    NotFound for an office out of reach; Refused `purpose_needed`, and `export_too_large` for more than MOST_ROWS rows.
    """
    now = deps.now()
    if not wanted.purpose.strip():
        raise Refused("purpose_needed", fields={"purpose": "purpose_needed"})
    with deps.transaction() as tx:
        if wanted.asked.office_id and in_reach(tx, actor, wanted.asked.office_id) is None:
            raise NotFound("not_found")
        by = list(dict.fromkeys([wanted.by, By.OFFICE, By.OFFICER, By.ITEM]))
        counted = tally(tx, actor, wanted.asked, by, now=now, unit=wanted.unit)
        if wanted.format in {Format.XLSX, Format.CSV} and counted.total.due > MOST_ROWS:
            raise Refused("export_too_large", {"most": MOST_ROWS})
        officers, offices = counted.lines[By.OFFICER], counted.lines[By.OFFICE]
        named = names(tx, actor, wanted.asked, officers, now=now, also=offices)
        write, mimetype, what = _WRITERS[wanted.format]
        content, rows = write(_Work(tx, actor, wanted, counted, named, now))
        about = About("office", wanted.asked.office_id) if wanted.asked.office_id else None
        note_export(tx, actor, {**_told(wanted), "rows": rows}, wanted.purpose.strip(), now=now, about=about)
    return File(content, mimetype, _name(wanted, what))


def _told(wanted: Export) -> dict[str, object]:
    asked = wanted.asked
    given = {
        "from": asked.span.from_day.isoformat(),
        "to": asked.span.to_day.isoformat(),
        "by": wanted.by.value,
        "format": wanted.format.value,
        "item": asked.item,
        "class": asked.class_,
        "officer": str(asked.officer_id) if asked.officer_id else None,
        "alone": asked.alone or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _name(wanted: Export, what: str) -> str:
    span = wanted.asked.span
    return f"compliance-{span.from_day:%Y%m%d}-{span.to_day:%Y%m%d}-{what}"


@dataclass(frozen=True)
class _Work:
    """What the writers have at hand: all of it of one instant."""

    tx: Any
    actor: Actor
    wanted: Export
    counted: Tally
    named: Named
    now: datetime

    def rows(self) -> Iterator[AuditedDuty]:
        return every_duty(self.tx, self.actor, self.wanted.asked, now=self.now, most=MOST_ROWS)

    def sums(self) -> Iterator[Cells]:
        wanted = self.wanted
        return sum_rows(self.counted.lines[wanted.by], wanted.asked, wanted.by, wanted.unit, self.named)

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(told for _, told in self.named.conditions(self.wanted.asked))


def _xlsx(work: _Work) -> tuple[bytes, int]:
    """Sums and rows out of one reading: the sums are those of the rows in the file."""
    wanted, named = work.wanted, work.named
    book = workbooks.Workbook()
    sums_sheet = book.sheet(words.SHEETS["sums"], sum_head(wanted.by), SUM_WIDTHS)
    rows_sheet = book.sheet(words.SHEETS["rows"], words.ROW_HEAD, ROW_WIDTHS)
    sums, number = Sums(wanted.asked, wanted.by, wanted.unit), 0
    for row in sums.passing(work.rows()):
        rows_sheet.add(row_cells(row, named))
        number += 1
    for line in sum_rows(sums.lines, wanted.asked, wanted.by, wanted.unit, named):
        sums_sheet.add(line)
    span = wanted.asked.span
    notes_sheet = book.sheet(words.SHEETS["notes"], (words.SHEETS["notes"],), (100,))
    for note in words.notes(span.from_day, span.to_day, work.conditions, wanted.purpose.strip(), work.now):
        notes_sheet.add((note,))
    return book.content(), number


def _csv(work: _Work) -> tuple[bytes, int]:
    rows = [row_cells(row, work.named) for row in work.rows()]
    return workbooks.csv_of(words.ROW_HEAD, rows), len(rows)


def _csv_sums(work: _Work) -> tuple[bytes, int]:
    return workbooks.csv_of(sum_head(work.wanted.by), work.sums()), 0


def _docx(work: _Work) -> tuple[bytes, int]:
    wanted, named = work.wanted, work.named
    items = in_order(work.counted.lines[By.ITEM], wanted.asked, By.ITEM, wanted.unit, named)
    told = Reported(
        office=named.head,
        days=words.span_words(wanted.asked.span.from_day, wanted.asked.span.to_day),
        conditions=work.conditions,
        total=figures_of(work.counted.total),
        out=[one.why for one in standing_out(work.counted, named)],
        since=_since(work),
        head=sum_head(wanted.by),
        lines=[[str(cell) for cell in line] for line in work.sums()],
        items=[(named.of(By.ITEM, key), figures_of(counts)) for key, counts in items],
    )
    return papers.render(report(told, now=work.now)), 0


def _since(work: _Work) -> str | None:
    """The month as it was kept, where the report is of one whole month and of everything within reach."""
    asked = work.wanted.asked
    month = span_of(Unit.MONTH, asked.span.from_day)
    if asked != Asked(asked.span) or (asked.span.from_day, asked.span.to_day) != (month.from_day, month.to_day):
        return None
    beside = snapshots.beside(work.tx, work.actor, month.from_day, now=work.now)
    if beside is None:
        return None
    return kept_words(sum(1 for one in beside.offices.values() if one.difference), beside.taken_at)


_WRITERS: dict[Format, tuple[Callable[[_Work], tuple[bytes, int]], str, str]] = {
    Format.XLSX: (_xlsx, workbooks.XLSX, "audit.xlsx"),
    Format.CSV: (_csv, workbooks.CSV, "duties.csv"),
    Format.CSV_SUMS: (_csv_sums, workbooks.CSV, "sums.csv"),
    Format.DOCX: (_docx, papers.MIMETYPE, "report.docx"),
}

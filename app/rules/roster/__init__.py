"""A roster as an office keeps it, read cell by cell: what each line says, and every fault by its row and column."""

from app.rules.roster.cells import Cell, Formula
from app.rules.roster.faults import Fault, column_letter
from app.rules.roster.layout import Sheet
from app.rules.roster.lines import MOST_LINES, Line, Reading, read
from app.rules.roster.report import AlreadyThere, Difference, Faulty, OnRecord, Receipt, Report, differences

__all__ = [
    "MOST_LINES",
    "AlreadyThere",
    "Cell",
    "Difference",
    "Fault",
    "Faulty",
    "Formula",
    "Line",
    "OnRecord",
    "Reading",
    "Receipt",
    "Report",
    "Sheet",
    "column_letter",
    "differences",
    "read",
]

"""A roster as an office keeps it, read cell by cell: what each line says, and every fault by its row and column."""

from app.rules.roster.cells import Cell, Formula
from app.rules.roster.faults import Fault, column_letter
from app.rules.roster.layout import Sheet
from app.rules.roster.lines import MOST_LINES, Line, Reading, read

__all__ = ["MOST_LINES", "Cell", "Fault", "Formula", "Line", "Reading", "Sheet", "column_letter", "read"]

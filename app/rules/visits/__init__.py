"""Visits and talks: whether a record can be kept, and which duties it fulfils."""

from app.rules.visits.admit import COVERS, roles_reaching
from app.rules.visits.facts import Covered, NewRecord, Owed, Receipt, RecordFacts
from app.rules.visits.judge import days_until_written, judge, outcome, served_by

__all__ = [
    "COVERS",
    "Covered",
    "NewRecord",
    "Owed",
    "Receipt",
    "RecordFacts",
    "days_until_written",
    "judge",
    "outcome",
    "roles_reaching",
    "served_by",
]

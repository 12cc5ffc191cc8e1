"""An officer's day: how urgent what is owed is, and where it is, so that what lies together is done together."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.rules.calendar import end_of_day

WEEK_DAYS = 7
RINGS_M = (2_000, 5_000, 10_000)

_TOWN = r"[^省市县区\s\d]{1,10}?(?:街道|镇|乡)"
_VILLAGE = r"[^\s\d,,、;;()()]{1,10}?(?:村委会|居委会|社区|村)"
_ADDRESS = re.compile(f"({_TOWN})({_VILLAGE})?")
_VILLAGE_ALONE = re.compile(r"(?:^|[省市县区])([^省市县区\s\d]{1,10}?(?:村|社区))")


class Urgency(StrEnum):
    """By when: its time is over, it ends today, it ends within the coming week."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Ring:
    """How far away, as the crow flies: nearer than `to_m`, and not in the ring before. None: farther than all rings."""

    to_m: int | None


def urgency(due_at: datetime, today: date, *, now: datetime) -> Urgency | None:
    """How urgent something is that nobody did yet; None for what ends later than in a week."""
    if due_at <= now:
        return Urgency.OVERDUE
    if due_at <= end_of_day(today):
        return Urgency.TODAY
    return Urgency.WEEK if due_at <= week_end(today) else None


def week_end(today: date) -> datetime:
    """The exclusive end of the coming week."""
    return end_of_day(today + timedelta(days=WEEK_DAYS))


def neighbourhood(address: str | None) -> str | None:
    """Town and village (or neighbourhood) as an address names them, such as 贺村镇礼贤村; None where it names none."""
    if not address:
        return None
    if found := _ADDRESS.search(address):
        return found[1] + (found[2] or "")
    alone = _VILLAGE_ALONE.search(address)
    return alone[1] if alone else None


def ring(metres: float) -> Ring:
    """The ring in which a distance lies."""
    return Ring(next((to_m for to_m in RINGS_M if metres < to_m), None))

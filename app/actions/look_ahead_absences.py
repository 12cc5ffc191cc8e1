"""Tell the county beforehand when an office of theirs will have nobody on duty."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.effects import Notify
from app.rules.staffing import foresee
from app.store import effects, staffing


def look_ahead_absences(tx: Connection, *, now: datetime) -> dict[str, int]:
    """Look at the next seven days of every office with subjects in correction; each gap is told once.

    Gives how many offices were looked at, and how many notices gaps of theirs call for (those of before included).
    """
    offices = staffing.facts(tx, now=now)
    decisions = [foresee(office, now=now) for office in offices]
    effects.apply(tx, decisions)
    found = sum(isinstance(effect, Notify) for decision in decisions for effect in decision.effects)
    return {"gaps_told": found}

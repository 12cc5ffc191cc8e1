"""Owe a group and a plan for people who were under correction before the local rule asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.correction import owe_what_lacks
from app.rules.effects import PlanDuty
from app.store import correction, effects


@dataclass(frozen=True)
class Owing:
    """How many people were found, and how many duties they brought."""

    subjects: int = 0
    duties: int = 0


def without_duties(tx: Connection) -> list[UUID]:
    """Whom no duty about a group was ever planned for in their present correction."""
    return correction.without_duties(tx)


def owe_correction(tx: Connection, ids: Sequence[UUID], *, now: datetime) -> Owing:
    """What these people's offices owe from now on: a group that is complete or a plan in force is not owed again."""
    decisions = [owe_what_lacks(correction.facts(tx, subject_id, now=now), now=now) for subject_id in ids]
    effects.apply(tx, decisions)
    return Owing(len(ids), sum(isinstance(effect, PlanDuty) for one in decisions for effect in one.effects))

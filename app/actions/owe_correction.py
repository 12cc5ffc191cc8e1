"""Owe a group and a plan for people who were under correction before the local rule asked for them, and look anew at
groups that the clock made complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.calendar import legal_day
from app.rules.correction import owe_what_lacks, reconsider
from app.rules.effects import ChangeDuty, PlanDuty
from app.rules.facts import JOB
from app.store import correction, effects


@dataclass(frozen=True)
class Owing:
    """How many people were found, how many duties they brought, and how many were done by the clock alone."""

    subjects: int = 0
    duties: int = 0
    settled: int = 0


def newly_asking(tx: Connection, *, now: datetime) -> list[UUID]:
    """Versions of policies that ask for groups and plans, and before which somebody may have come."""
    return correction.newly_asking(tx, now=now)


def without_duties(tx: Connection, version_id: UUID) -> list[UUID]:
    """Whom no duty about a group was ever planned for in their present correction."""
    return correction.without_duties(tx, version_id)


def looked_through(tx: Connection, version_id: UUID, *, now: datetime) -> None:
    """Nobody is looked for any more for whom that version would ask."""
    correction.looked_through(tx, version_id, now=now)


def owe_correction(tx: Connection, ids: Sequence[UUID], *, now: datetime) -> Owing:
    """What these people's offices owe from now on: a group that is complete or a plan in force is not owed again."""
    decisions = [owe_what_lacks(correction.facts(tx, subject_id, now=now), now=now) for subject_id in ids]
    effects.apply(tx, decisions)
    return Owing(len(ids), sum(isinstance(effect, PlanDuty) for one in decisions for effect in one.effects))


def of_age(tx: Connection, *, now: datetime) -> list[UUID]:
    """Who is of age by now and has a group that is still owed: its guardian may be all that lacked."""
    return correction.of_age(tx, today=legal_day(now))


def reconsider_groups(tx: Connection, ids: Sequence[UUID], *, now: datetime) -> Owing:
    """Settle what is owed of groups that are complete since somebody came of age."""
    decisions = [reconsider(correction.facts(tx, subject_id, now=now), JOB, now=now) for subject_id in ids]
    effects.apply(tx, decisions)
    settled = sum(isinstance(effect, ChangeDuty) for one in decisions for effect in one.effects)
    return Owing(len(ids), settled=settled)

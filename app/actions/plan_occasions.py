"""Write the duties that follow from what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import PlanDuty
from app.rules.planning import plan_occasion
from app.store import due, effects, occasion_plans, planning


@dataclass(frozen=True)
class PlannedOccasions:
    """How many occasions were looked at, and with how many duties."""

    occasions: int = 0
    duties: int = 0


def plan_occasions(
    tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None
) -> PlannedOccasions:
    """Plan what follows from the next occasions, or from those of `ids` that wait; each once, whoever else tries."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.OCCASIONS, now=now, limit=limit)]
    claimed = occasion_plans.claim(tx, wanted) if wanted else ()
    facts = planning.owing(tx, [one.subject_id for one in claimed], at=now) if claimed else {}
    decisions = [plan_occasion(one, facts.get(one.subject_id), now=now) for one in claimed]
    effects.apply(tx, decisions)
    duties = sum(isinstance(effect, PlanDuty) for decision in decisions for effect in decision.effects)
    return PlannedOccasions(len(decisions), duties)

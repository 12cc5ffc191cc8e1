"""Plan duties for the days ahead, of those subjects whose plan has become short."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import PlanDuty
from app.rules.planning import HORIZON, plan
from app.store import due, effects, planning


@dataclass(frozen=True)
class Planned:
    """How many subjects were planned, and with how many duties."""

    subjects: int = 0
    duties: int = 0


def plan_duties(
    tx: Connection, *, now: datetime, key: bytes, limit: int = 500, ids: Sequence[UUID] | None = None
) -> Planned:
    """Plan the next subjects that need it, or those of `ids` that do. `key` is the secret of the random windows."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.PLAN, now=now, limit=limit)]
    claimed = due.claim_subjects(tx, wanted, now=now)
    facts = planning.facts_for(tx, claimed, until=now + HORIZON) if claimed else ()
    decisions = [plan(one, until=now + HORIZON, key=key, now=now) for one in facts]
    effects.apply(tx, decisions)
    duties = sum(isinstance(effect, PlanDuty) for decision in decisions for effect in decision.effects)
    return Planned(len(decisions), duties)

"""Remind subjects of duties that end soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import remind
from app.rules.effects import Notify
from app.store import due, effects


@dataclass(frozen=True)
class Reminded:
    """How many duties were looked at, and how many subjects were reminded."""

    duties: int = 0
    told: int = 0


def remind_duties(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Reminded:
    """Remind of the next duties whose reminder is due, or of those of `ids` that are; once each."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.REMIND, now=now, limit=limit)]
    claimed = due.claim_duties(tx, due.REMIND, wanted, now=now) if wanted else ()
    decisions = [remind(duty, now=now) for duty in due.facts(tx, claimed)] if claimed else []
    effects.apply(tx, decisions)
    told = sum(isinstance(effect, Notify) for decision in decisions for effect in decision.effects)
    return Reminded(len(decisions), told)

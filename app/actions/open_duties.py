"""Open the duties whose time has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import open_duty
from app.rules.effects import Notify
from app.store import due, effects


@dataclass(frozen=True)
class Opened:
    """How many duties were looked at, and how many subjects were told of a window."""

    duties: int = 0
    told: int = 0


def open_duties(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Opened:
    """Open the next duties whose time has come, or those of `ids` whose has; each once, whoever else tries."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.OPEN, now=now, limit=limit)]
    claimed = due.claim_duties(tx, due.OPEN, wanted, now=now) if wanted else ()
    decisions = [open_duty(duty, now=now) for duty in due.facts(tx, claimed)] if claimed else []
    effects.apply(tx, decisions)
    told = sum(isinstance(effect, Notify) for decision in decisions for effect in decision.effects)
    return Opened(len(decisions), told)

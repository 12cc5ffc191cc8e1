"""Take the steps of the ladder that are due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, Notify, TakeStep
from app.rules.ladder import climb
from app.store import effects, ladder

LIMIT = 500


def climb_ladder(
    tx: Connection, *, now: datetime, limit: int = LIMIT, only: Sequence[UUID] | None = None
) -> dict[str, int]:
    """Tell whoever the due steps concern: at most `limit` alerts, the longest due first (of `only`, where given).

    Alerts that another worker holds are left to it. Gives how many alerts were looked at, steps taken and notices
    written, and how many alerts have come to the end of their ladder without anybody to tell.
    """
    claimed = ladder.claim(tx, now=now, limit=limit, only=only)
    if not claimed:
        return {}
    decisions = [climb(facts, now=now) for facts in ladder.facts(tx, claimed, now=now)]
    effects.apply(tx, decisions)
    return {
        "alerts": len(claimed),
        "steps": _count(decisions, TakeStep),
        "notices": _count(decisions, Notify),
        "told_nobody": sum(map(_told_nobody, decisions)),
    }


def due_steps(tx: Connection, *, now: datetime, limit: int = LIMIT) -> list[UUID]:
    """Which alerts `climb_ladder` would look at; locked until the transaction ends."""
    return ladder.claim(tx, now=now, limit=limit)


def _count(decisions: Sequence[Decision], kind: type) -> int:
    return sum(isinstance(effect, kind) for decision in decisions for effect in decision.effects)


def _told_nobody(decision: Decision) -> bool:
    """Whether steps were taken, none will follow, and nobody was told."""
    steps = [effect for effect in decision.effects if isinstance(effect, TakeStep)]
    return bool(steps) and steps[-1].next_step is None and not _count([decision], Notify)

"""Judge what phones reported since the last time: late and live fixes take the same road."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.positions import judge_checks
from app.store import due, effects, rejudging


@dataclass(frozen=True)
class Rejudged:
    """How many subjects had new fixes, and how many location checks these fulfilled."""

    subjects: int = 0
    checks: int = 0


def judge_positions(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Rejudged:
    """Judge the next subjects with new fixes, or those of `ids` that have some; each once, whoever else tries.

    Every rule that looks at fixes has its line here: facts for all claimed subjects, one decision for each.
    """
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.REJUDGE, now=now, limit=limit)]
    claimed = rejudging.claim(tx, wanted, now=now) if wanted else []
    if not claimed:
        return Rejudged()
    checks = rejudging.location_checks(tx, claimed, now=now)
    written = effects.apply(tx, [judge_checks(checks[subject_id], now=now) for subject_id in claimed])
    rejudging.judged(tx, claimed)
    return Rejudged(len(claimed), written)

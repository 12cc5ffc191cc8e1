"""Weigh anew what is behind silences that were alerted about: late evidence changes the cause, with history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision
from app.rules.effects.causes import MoveCauseCheck
from app.rules.silence import weigh_again
from app.store import due, effects, silence


@dataclass(frozen=True)
class Weighed:
    """How many silences were weighed anew."""

    weighed: int = 0


def weigh_causes(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Weighed:
    """Weigh the next silences whose time has come, or those of `ids` whose has; each once, whoever else tries."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.CAUSES, now=now, limit=limit)]
    claimed = silence.claim_causes(tx, wanted, now=now) if wanted else []
    if not claimed:
        return Weighed()
    episodes = silence.episodes(tx, claimed, now=now)
    rest = set(claimed) - {episode.subject_id for episode in episodes}
    decisions = [weigh_again(episode, now=now) for episode in episodes]
    decisions += [Decision((MoveCauseCheck(subject_id, None),)) for subject_id in sorted(rest)]
    effects.apply(tx, decisions)
    return Weighed(len(episodes))

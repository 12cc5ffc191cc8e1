"""Look at those who were not heard for long, and at silent ones that were heard again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, RaiseAlert
from app.rules.searches import plan_opening
from app.rules.silence import SilenceFacts, judge_return, judge_silence
from app.store import due, effects, silence


@dataclass(frozen=True)
class Silences:
    """How many subjects were looked at, and how many of them are silent."""

    looked_at: int = 0
    silent: int = 0


@dataclass(frozen=True)
class Returns:
    """How many silent phones were heard again."""

    heard_again: int = 0


def check_silence(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Silences:
    """Judge the silence of the next subjects whose time has come, or of those of `ids` whose has; each once."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.SILENCE, now=now, limit=limit)]
    found = silence.facts_for(tx, silence.claim_due(tx, wanted, now=now), now=now) if wanted else ()
    decisions = [judge_silence(facts, now=now) for facts, _ in found]
    decisions += [_search_planned(facts, decision, now) for (facts, _), decision in zip(found, decisions, strict=True)]
    effects.apply(tx, decisions)
    raised = sum(isinstance(effect, RaiseAlert) for decision in decisions for effect in decision.effects)
    return Silences(len(found), raised)


def _search_planned(facts: SilenceFacts, decision: Decision, now: datetime) -> Decision:
    """With the alert the clock starts by which a rule opens a search, unless contact comes back [Law 30]."""
    since = facts.last_heard_at or facts.registered_at
    return Decision(
        tuple(
            plan_opening(alert, since, facts.policy.searches, now=now)
            for alert in decision.effects
            if isinstance(alert, RaiseAlert)
        )
    )


def end_silence(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Returns:
    """Let the alerts of the next subjects recover whose phones were heard again, or of those of `ids`."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.HEARD_AGAIN, now=now, limit=limit)]
    found = silence.facts_for(tx, silence.claim_heard_again(tx, wanted, now=now), now=now) if wanted else ()
    decisions = [judge_return(facts, heard_again_at=heard, now=now) for facts, heard in found if heard is not None]
    effects.apply(tx, decisions)
    return Returns(len(decisions))

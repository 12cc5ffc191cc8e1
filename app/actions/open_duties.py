"""Open the duties whose time has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import DutyFacts, open_duty
from app.rules.effects import ChangeDuty, Decision, Notify
from app.rules.facts import DutyKind, DutyState
from app.rules.orders import ask_renewal
from app.rules.searches import open_by_rule
from app.store import due, effects, order_papers, searches


@dataclass(frozen=True)
class Opened:
    """How many duties were looked at, and how many subjects were told of a window."""

    duties: int = 0
    told: int = 0


def open_duties(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Opened:
    """Open the next duties whose time has come, or those of `ids` whose has; each once, whoever else tries."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.OPEN, now=now, limit=limit)]
    claimed = due.claim_duties(tx, due.OPEN, wanted, now=now) if wanted else ()
    duties = due.facts(tx, claimed) if claimed else ()
    decisions = [open_duty(duty, now=now) for duty in duties]
    decisions += [*_renewals(tx, duties, decisions, now), *_searches(tx, duties, decisions, now)]
    effects.apply(tx, decisions)
    told = sum(isinstance(effect, Notify) for decision in decisions for effect in decision.effects)
    return Opened(len(duties), told)


def _renewals(tx: Connection, duties: Sequence[DutyFacts], opened: Sequence[Decision], now: datetime) -> list[Decision]:
    """What opening a duty to assess an order sets going beside it; nothing where it fell away."""
    asking = {
        duty.id: duty.opens_at
        for duty, decision in zip(duties, opened, strict=True)
        if duty.kind is DutyKind.ORDER_RENEWAL and _opens(decision)
    }
    found = order_papers.renewals(tx, list(asking), now=now) if asking else {}
    return [ask_renewal(facts, asking[duty_id], now=now) for duty_id, facts in found.items()]


def _searches(tx: Connection, duties: Sequence[DutyFacts], opened: Sequence[Decision], now: datetime) -> list[Decision]:
    """Searches that a rule opens, where contact has not come back by now. Steps are opened with their search."""
    asking = {
        duty.subject_id: duty.id
        for duty, decision in zip(duties, opened, strict=True)
        if duty.kind is DutyKind.SEARCH and _opens(decision)
    }
    found = searches.facts(tx, list(asking), now=now) if asking else {}
    return [open_by_rule(facts, asking[subject_id], now=now) for subject_id, facts in found.items()]


def _opens(decision: Decision) -> bool:
    return any(isinstance(effect, ChangeDuty) and effect.state is DutyState.OPEN for effect in decision.effects)

"""Judge the duties that nobody fulfilled by the end of their grace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import CHECKED_IN, JudgeFacts, Unanswered, judge
from app.rules.effects import ChangeDuty, Decision, PostponeJudgment
from app.rules.facts import About, DutyKind, DutyState
from app.rules.intake import Judgment, why_overdue
from app.rules.leave.travelling import why_overdue as why_leave_overdue
from app.rules.orders import at_the_end
from app.rules.searches import excuse
from app.store import due, effects, leave_facts, order_papers, searches, unanswered


@dataclass(frozen=True)
class Judged:
    """How many duties were missed, could not be judged because the service was away, wait longer, or fell away."""

    missed: int = 0
    unjudged: int = 0
    postponed: int = 0
    cancelled: int = 0


def judge_duties(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Judged:
    """Judge the next duties whose time has come, or those of `ids` whose has; each once, whoever else tries."""
    wanted = ids if ids is not None else [found.id for found in due.listed(tx, due.JUDGE, now=now, limit=limit)]
    claimed = due.claim_duties(tx, due.JUDGE, wanted, now=now) if wanted else ()
    facts = _facts(tx, claimed, now=now)
    decisions = _with_orders(tx, facts, [judge(one, now=now) for one in facts], now=now)
    decisions = _with_searches(tx, facts, decisions, now=now)
    effects.apply(tx, decisions)
    return _counted(decisions)


def _facts(tx: Connection, claimed: Sequence[UUID], *, now: datetime) -> list[JudgeFacts]:
    """What the judgment looks at; for an overdue intake or return from leave also what its own rule says of it, and for
    a check-in what went before it.
    """
    facts: Sequence[JudgeFacts] = due.judge_facts(tx, claimed, now=now) if claimed else ()
    intakes = [one.duty.id for one in facts if one.duty.kind is DutyKind.INTAKE]
    judgments = due.judgments(tx, intakes) if intakes else {}
    returns = [one.duty.id for one in facts if one.duty.kind is DutyKind.LEAVE_RETURN]
    leaves = leave_facts.overdue(tx, returns) if returns else {}
    asked = [one.duty.id for one in facts if one.duty.kind in CHECKED_IN]
    rows = unanswered.before(tx, asked) if asked else {}
    facts = [replace(one, unanswered=rows.get(one.duty.id, Unanswered())) for one in facts]
    return [_of_leave(_with_why(one, judgments.get(one.duty.id), now), leaves.get(one.duty.id)) for one in facts]


def _with_orders(
    tx: Connection, facts: Sequence[JudgeFacts], decisions: list[Decision], *, now: datetime
) -> list[Decision]:
    """For orders that have ended also what their own rule says of it."""
    asked = [one.duty.id for one in facts if one.duty.kind is DutyKind.ORDER_RENEWAL]
    found = order_papers.renewals(tx, asked, now=now) if asked else {}
    return [
        at_the_end(decision, found[one.duty.id], now=now) if one.duty.id in found else decision
        for one, decision in zip(facts, decisions, strict=True)
    ]


def _with_searches(
    tx: Connection, facts: Sequence[JudgeFacts], decisions: list[Decision], *, now: datetime
) -> list[Decision]:
    """A step of a search that is over, or whose person was heard of again, is owed no more."""
    steps = [one.duty.id for one in facts if one.duty.kind is DutyKind.SEARCH]
    found = searches.behind(tx, steps) if steps else {}
    return [
        excuse(decision, found[one.duty.id][0], contact_back=found[one.duty.id][1], now=now)
        if one.duty.id in found
        else decision
        for one, decision in zip(facts, decisions, strict=True)
    ]


def _with_why(facts: JudgeFacts, judgment: Judgment | None, now: datetime) -> JudgeFacts:
    return facts if judgment is None else replace(facts, why=why_overdue(judgment, facts.policy.holidays, now=now))


def _of_leave(facts: JudgeFacts, leave: tuple[UUID, datetime, datetime | None] | None) -> JudgeFacts:
    if leave is None:
        return facts
    leave_id, until, delay_told_at = leave
    return replace(facts, why=why_leave_overdue(until, delay_told_at), about=About("leave", leave_id))


def _counted(decisions: Sequence[Decision]) -> Judged:
    found = [effect for decision in decisions for effect in decision.effects]
    states = [effect.state for effect in found if isinstance(effect, ChangeDuty)]
    return Judged(
        missed=states.count(DutyState.MISSED),
        unjudged=states.count(DutyState.UNJUDGED),
        postponed=sum(isinstance(effect, PostponeJudgment) for effect in found),
        cancelled=states.count(DutyState.CANCELLED),
    )

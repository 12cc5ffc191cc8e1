"""What a subject and its office will owe in the coming days: check-ins, location checks, every item of the work rule.

A subject is planned up to a cursor, `planned_until`: everything that opens before it has its row. Planning goes on from
the cursor and never from the clock, so that a stretch in which nobody planned is made up for and not lost.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.effects import CancelPlanned, ChangeDuty, Decision, MovePlan, PlanDuty
from app.rules.facts import Actor, DutyKind, DutyState, Reason
from app.rules.planning.by_calendar import calendar_turns
from app.rules.planning.checks import checks
from app.rules.planning.facts import PlanningFacts, stretches_of
from app.rules.planning.turns import owed_by_office

HORIZON = timedelta(hours=72)
"""Duties exist this long before they open: a scheduler that is away for less hides nothing from phones and officers."""

STEP = timedelta(hours=12)
"""A subject is planned again when its cursor has come this much closer than the horizon: twice a day, not each run."""

REPLANNED = (
    DutyKind.CHECK_IN,
    DutyKind.LOCATION_CHECK,
    DutyKind.VISIT,
    DutyKind.TALK,
    DutyKind.VERIFICATION,
    DutyKind.REVIEW,
)


def plan(facts: PlanningFacts, *, until: datetime, key: bytes, now: datetime, begun: bool = False) -> Decision:
    """All duties that open from the cursor up to `until` (exclusive), and the cursor's move to it.

    A window counts only if it opens at or after registration (or the change of class or policy that brought it) and
    ends before supervision does. The class and the policy in force when it opens decide. `key` is the secret of the
    random windows. Planning again, or further, gives the same ids for the same turns. `begun` as in `calendar_turns`.
    """
    start = max(facts.planned_until or facts.registered_at, facts.registered_at)
    if facts.planned_until is not None and until <= facts.planned_until:
        return Decision()
    stretches = stretches_of(facts)
    turns = calendar_turns(facts, stretches, start, until, begun=begun)
    found = [owed_by_office(turn, facts.subject_id, facts.office_id, now=now) for turn in turns]
    found += checks(facts, stretches, start, until, key, now=now)
    once: dict[UUID, PlanDuty] = {}
    for duty in sorted(found, key=lambda duty: (duty.opens_at, duty.rule_code)):
        if facts.supervised_until is None or duty.due_at <= facts.supervised_until:
            once.setdefault(duty.id, duty)
    return Decision((*once.values(), MovePlan(facts.subject_id, until)))


def foresee(facts: PlanningFacts, *, until: datetime, now: datetime) -> tuple[PlanDuty, ...]:
    """What the office will owe about the subject and is not planned yet, as far as the calendar tells: a forecast.

    What happens meanwhile, an event or a change of class or policy, changes it. Nothing that ends after supervision.
    """
    start = max(facts.planned_until or facts.registered_at, facts.registered_at)
    turns = calendar_turns(facts, stretches_of(facts), start, until)
    found = (owed_by_office(turn, facts.subject_id, facts.office_id, now=now) for turn in turns)
    ends = facts.supervised_until
    return tuple(duty for duty in found if ends is None or duty.due_at <= ends)


def replan(
    facts: PlanningFacts, *, since: datetime, until: datetime, key: bytes, now: datetime, reason: Reason, actor: Actor
) -> Decision:
    """After a change of class, policy, channel or term at `since`: what was planned from then on falls away, and is
    planned anew by what holds now. Duties that have opened stay as they are.
    """
    cancelled = CancelPlanned(facts.subject_id, since, REPLANNED, now, reason, actor, keep_occasions=True)
    cursor = min(facts.planned_until or since, since)
    again = replace(facts, planned_until=cursor if cursor > facts.registered_at else None)
    return Decision((cancelled,)) + plan(again, until=until, key=key, now=now, begun=True)


def forget_ends(duty_ids: Sequence[UUID], *, now: datetime, reason: Reason, actor: Actor) -> Decision:
    """The term ends on another day: what had begun ahead of the old end is owed no more. The new end has its own."""
    return Decision(tuple(ChangeDuty(duty_id, DutyState.CANCELLED, now, reason, actor) for duty_id in duty_ids))


def forget_plan(
    subject_id: UUID, *, planned_until: datetime, since: datetime, now: datetime, reason: Reason, actor: Actor
) -> Decision:
    """Like `replan` for many subjects at once: the cursor moves back, and the next run of the job plans anew."""
    cancelled = CancelPlanned(subject_id, since, REPLANNED, now, reason, actor, keep_occasions=True)
    return Decision((cancelled, MovePlan(subject_id, min(planned_until, since))))

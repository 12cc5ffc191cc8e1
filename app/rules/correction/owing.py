"""What is owed about groups and plans: when each duty is due, and how an act settles it.

The law names no day [Law 24, 25; Measures 19, 22]: the local policy does, in working days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.calendar import add_months, end_of_day, legal_day, working_due
from app.rules.correction.facts import CorrectionFacts, Owed
from app.rules.effects import CancelPlanned, ChangeDuty, Decision, Effect, PlanDuty, RecoverAlert
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Obligor, Reason, about_item
from app.rules.policy import Policy
from app.rules.schedule import JUDGE_DELAY

GROUP_RULE, PLAN_RULE, REVIEW_RULE = "correction_group", "correction_plan", "correction_plan.review"
KINDS = {GROUP_RULE: DutyKind.CORRECTION_GROUP, PLAN_RULE: DutyKind.CORRECTION_PLAN}
_DUTIES = uuid5(NAMESPACE_URL, "zhifang:correction")


def owe_from_intake(
    subject_id: UUID, office_id: UUID, policy: Policy, policy_version_id: UUID, *, since: datetime, now: datetime
) -> Decision:
    """At intake the office owes a group and a plan, counted from the day of `since`; nothing without a local rule."""
    rules, holidays = policy.correction, policy.holidays
    if rules is None:
        return Decision()
    days = {GROUP_RULE: rules.group_days, PLAN_RULE: rules.plan_days}
    place = _Place(subject_id, office_id, policy_version_id, now)
    return Decision(
        tuple(
            _plan(
                place,
                rule,
                (since, working_due(legal_day(since), within, holidays)),
                slot_start=since,
                why=Reason(f"{rule}_from_intake", (("days", str(within)),)),
            )
            for rule, within in days.items()
        )
    )


def open_at_once(facts: CorrectionFacts, rule: str, days: int, reason: Reason, actor: Actor, now: datetime) -> Decision:
    """A duty that an act opens: from now until the end of so many working days."""
    due_at = working_due(legal_day(now), days, facts.holidays)
    plan = _plan(_place(facts, now), rule, (now, due_at), slot_start=now, why=reason)
    return Decision((plan, ChangeDuty(plan.id, DutyState.OPEN, now, reason, actor, office_id=facts.office_id)))


def next_review(facts: CorrectionFacts, actor: Actor, now: datetime) -> Decision:
    """The plan is looked at again after the months of the person's class; what was planned before gives way."""
    why = Reason("plan_review_counted_anew")
    fallen = CancelPlanned(facts.subject_id, now, (DutyKind.CORRECTION_PLAN,), now, why, actor)
    if facts.rules is None or facts.class_ is None:
        return Decision((fallen,))
    due_at = end_of_day(add_months(legal_day(now), facts.rules.review_months.of(facts.class_)))
    if facts.supervised_until is not None and facts.supervised_until < due_at:
        return Decision((fallen,))
    opens_at = max(now, due_at - timedelta(days=facts.rules.review_opens_days))
    months = ("months", str(facts.rules.review_months.of(facts.class_)))
    periodic = Reason("plan_review_periodic", (months, ("since", legal_day(now).isoformat())))
    review = _plan(_place(facts, now), REVIEW_RULE, (opens_at, due_at), slot_start=now, why=periodic)
    return Decision((fallen, review))


def settle(
    facts: CorrectionFacts, rules: Iterable[str], done_at: datetime, evidence: About, actor: Actor, now: datetime
) -> Decision:
    """Duties of these rules that had begun are done, in time or late by when it was done; so is what was told of a
    missed one.
    """
    wanted = frozenset(rules)
    effects: list[Effect] = []
    for duty in facts.owed:
        if duty.rule_code not in wanted or duty.opens_at > now:
            continue
        if duty.state is DutyState.PLANNED:  # the clock has opened it and no job yet
            effects.append(ChangeDuty(duty.id, DutyState.OPEN, now, Reason("duty_opened"), actor))
        in_time = done_at < duty.due_at
        state = DutyState.FULFILLED if in_time else DutyState.LATE
        reason = Reason("correction_done" if in_time else "correction_done_late")
        effects.append(ChangeDuty(duty.id, state, now, reason, actor, effective_at=done_at, evidence=evidence))
        if duty.state is DutyState.MISSED:
            effects.append(_caught_up(facts.subject_id, duty, done_at, reason, now))
    return Decision(tuple(effects))


def _caught_up(subject_id: UUID, duty: Owed, done_at: datetime, reason: Reason, now: datetime) -> RecoverAlert:
    """The alert of the missed duty is over."""
    return RecoverAlert(
        subject_id=subject_id,
        kind=AlertKind.HANDLING_OVERDUE,
        about=about_item(duty.rule_code),
        recovered_at=max(done_at, duty.due_at),
        at=now,
        reason=reason,
        source=About("duty", duty.id),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose duty it is, of which office, by which version of the policy, written at `at`."""

    subject_id: UUID
    office_id: UUID
    policy_version_id: UUID
    at: datetime


def _place(facts: CorrectionFacts, now: datetime) -> _Place:
    return _Place(facts.subject_id, facts.office_id, facts.policy_version_id, now)


def _plan(place: _Place, rule: str, owed: tuple[datetime, datetime], *, slot_start: datetime, why: Reason) -> PlanDuty:
    opens_at, due_at = owed
    return PlanDuty(
        id=uuid5(_DUTIES, f"{place.subject_id}|{rule}|{slot_start.isoformat()}"),
        subject_id=place.subject_id,
        kind=KINDS.get(rule, DutyKind.CORRECTION_PLAN),
        obligor=Obligor.OFFICE,
        rule_code=rule,
        slot_start=slot_start,
        opens_at=opens_at,
        due_at=due_at,
        grace_until=due_at,
        judge_at=due_at + JUDGE_DELAY,
        office_id=place.office_id,
        policy_version_id=place.policy_version_id,
        at=place.at,
        why=why,
    )

"""What a subject and its office will owe in the coming days: check-ins, location checks, home visits, the intake talk.

A subject is planned up to a cursor, `planned_until`: everything that opens before it has its row. Planning goes on from
the cursor and never from the clock, so that a stretch in which nobody planned is made up for and not lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.calendar import legal_day
from app.rules.effects import CancelPlanned, Decision, MovePlan, PlanDuty
from app.rules.facts import Actor, Channel, DutyKind, Obligor, Reason, SupervisionClass
from app.rules.policy import Item, Policy
from app.rules.schedule import (
    JUDGE_DELAY,
    Slot,
    check_in_slots,
    first_home_visit_due,
    intake_talk_due,
    location_check_slots,
    next_home_visit_due,
)

HORIZON = timedelta(hours=72)
"""Duties exist this long before they open: a scheduler that is away for less hides nothing from phones and officers."""

STEP = timedelta(hours=12)
"""A subject is planned again when its cursor has come this much closer than the horizon: twice a day, not each run."""

# No text says when a visit may begin. Two weeks leave the officer a choice of days, and one visit cannot serve for two
# turns in a row, since no turn opens before the last one was due.
VISIT_OPENS_BEFORE = timedelta(days=14)

REPLANNED = (DutyKind.CHECK_IN, DutyKind.LOCATION_CHECK, DutyKind.VISIT)

_DUTIES = uuid5(NAMESPACE_URL, "zhifang:duty")
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class PolicyPeriod:
    """One version of the policy and when it is in force for the subject's office: [from_at, to_at), None is open."""

    from_at: datetime | None
    to_at: datetime | None
    version_id: UUID
    policy: Policy


@dataclass(frozen=True)
class ClassPeriod:
    """One class of supervision and when it holds: [from_at, to_at), None is open."""

    from_at: datetime
    to_at: datetime | None
    class_: SupervisionClass


@dataclass(frozen=True)
class PlanningFacts:
    """One subject in correction.

    `planned_until` is None before the first planning. `supervised_until` is exclusive; None where no end is known.
    `classes` and `policies` cover at least what opens from the cursor on, in order of time.
    `last_visit_due` is the latest due time of a home visit that stands, None where there was none yet.
    """

    subject_id: UUID
    office_id: UUID
    channel: Channel
    registered_at: datetime
    supervised_until: datetime | None
    planned_until: datetime | None
    classes: tuple[ClassPeriod, ...]
    policies: tuple[PolicyPeriod, ...]
    last_visit_due: datetime | None = None


@dataclass(frozen=True)
class _Stretch:
    """A time in which neither class nor policy changes."""

    from_at: datetime
    to_at: datetime | None
    class_: SupervisionClass
    version_id: UUID
    policy: Policy

    def clipped(self, from_at: datetime, to_at: datetime) -> tuple[datetime, datetime]:
        return max(self.from_at, from_at), min(self.to_at or to_at, to_at)


@dataclass(frozen=True)
class _Turn:
    """One turn of a rule that the office owes: from `opens_at` until `due_at`."""

    stretch: _Stretch
    item: Item
    slot_start: datetime
    opens_at: datetime
    due_at: datetime


def duty_id(subject_id: UUID, rule_code: str, slot_start: datetime) -> UUID:
    """The id of a duty: planning the same turn again gives the same duty."""
    return uuid5(_DUTIES, f"{subject_id}|{rule_code}|{slot_start.astimezone(UTC).isoformat()}")


def plan(facts: PlanningFacts, *, until: datetime, key: bytes, now: datetime) -> Decision:
    """All duties that open from the cursor up to `until` (exclusive), and the cursor's move to it.

    A window counts only if it opens at or after registration (or the change of class or policy that brought it) and
    ends before supervision does. The class and the policy in force when it opens decide. `key` is the secret of the
    random windows. Planning again, or further, gives the same ids for the same turns.
    """
    start = max(facts.planned_until or facts.registered_at, facts.registered_at)
    if facts.planned_until is not None and until <= facts.planned_until:
        return Decision()
    stretches = _stretches(facts)
    turns = [*_home_visits(facts, stretches, until)]
    if facts.planned_until is None:
        turns += _intake_talk(facts, stretches)
    found = [_owed_by_office(facts, turn, now) for turn in turns]
    found += [_check(facts, stretch, slot, now) for stretch, slot in _checks(facts, stretches, start, until, key)]
    once: dict[UUID, PlanDuty] = {}
    for duty in sorted(found, key=lambda duty: (duty.opens_at, duty.rule_code)):
        if facts.supervised_until is None or duty.due_at <= facts.supervised_until:
            once.setdefault(duty.id, duty)
    return Decision((*once.values(), MovePlan(facts.subject_id, until)))


def replan(
    facts: PlanningFacts, *, since: datetime, until: datetime, key: bytes, now: datetime, reason: Reason, actor: Actor
) -> Decision:
    """After a change of class, policy, channel or term at `since`: what was planned from then on falls away, and is
    planned anew by what holds now. Duties that have opened stay as they are.
    """
    cancelled = CancelPlanned(facts.subject_id, since, REPLANNED, now, reason, actor)
    cursor = min(facts.planned_until or since, since)
    return Decision((cancelled,)) + plan(replace(facts, planned_until=cursor), until=until, key=key, now=now)


def forget_plan(
    subject_id: UUID, *, planned_until: datetime, since: datetime, now: datetime, reason: Reason, actor: Actor
) -> Decision:
    """Like `replan` for many subjects at once: the cursor moves back, and the next run of the job plans anew."""
    cancelled = CancelPlanned(subject_id, since, REPLANNED, now, reason, actor)
    return Decision((cancelled, MovePlan(subject_id, min(planned_until, since))))


def _stretches(facts: PlanningFacts) -> list[_Stretch]:
    """Where the periods of class and policy overlap, in order of time."""
    found = []
    for version in facts.policies:
        for period in facts.classes:
            from_at = max(version.from_at or period.from_at, period.from_at)
            to_at = min((end for end in (version.to_at, period.to_at) if end is not None), default=None)
            if to_at is None or from_at < to_at:
                found.append(_Stretch(from_at, to_at, period.class_, version.version_id, version.policy))
    return sorted(found, key=lambda stretch: stretch.from_at)


def _checks(
    facts: PlanningFacts, stretches: list[_Stretch], start: datetime, until: datetime, key: bytes
) -> Iterator[tuple[_Stretch, Slot]]:
    """Check-ins, and location checks for those who carry a smartphone."""
    for stretch in stretches:
        from_at, to_at = stretch.clipped(start, until)
        if from_at < to_at:
            for slot in _slots(facts, stretch, from_at, to_at, key):
                if from_at <= slot.opens_at < to_at:
                    yield stretch, slot


def _slots(facts: PlanningFacts, stretch: _Stretch, from_at: datetime, to_at: datetime, key: bytes) -> tuple[Slot, ...]:
    first, last = legal_day(from_at), legal_day(to_at - _INSTANT)
    slots = check_in_slots(stretch.policy, stretch.class_, facts.subject_id, from_day=first, to_day=last, key=key)
    if facts.channel is Channel.NO_SMARTPHONE:
        return slots
    return slots + location_check_slots(
        stretch.policy, stretch.class_, facts.subject_id, from_day=first, to_day=last, key=key
    )


def _check(facts: PlanningFacts, stretch: _Stretch, slot: Slot, now: datetime) -> PlanDuty:
    return PlanDuty(
        id=duty_id(facts.subject_id, slot.rule_code, slot.slot_start),
        subject_id=facts.subject_id,
        kind=slot.kind,
        obligor=Obligor.SUBJECT,
        rule_code=slot.rule_code,
        slot_start=slot.slot_start,
        opens_at=slot.opens_at,
        due_at=slot.due_at,
        grace_until=slot.grace_until,
        judge_at=slot.judge_at,
        office_id=facts.office_id,
        policy_version_id=stretch.version_id,
        at=now,
        remind_at=slot.remind_at,
        random=slot.random,
        covered_until=slot.grace_until,
    )


def _intake_talk(facts: PlanningFacts, stretches: list[_Stretch]) -> list[_Turn]:
    """谈1: owed by the office from registration on, once."""
    for stretch in stretches:
        if stretch.to_at is None or facts.registered_at < stretch.to_at:
            due_at = intake_talk_due(stretch.policy, facts.registered_at)
            return [_Turn(stretch, stretch.policy.intake_talk, facts.registered_at, facts.registered_at, due_at)]
    return []


def _home_visits(facts: PlanningFacts, stretches: list[_Stretch], until: datetime) -> Iterator[_Turn]:
    """访1: the first turn runs from registration, each further one is counted from the last due."""
    last_due = facts.last_visit_due
    while (turn := _next_visit(facts, stretches, last_due)) is not None and turn.opens_at < until:
        yield turn
        last_due = turn.due_at


def _next_visit(facts: PlanningFacts, stretches: list[_Stretch], last_due: datetime | None) -> _Turn | None:
    """When the next visit opens and is due, by the class and policy that are in force when it opens."""
    for stretch in stretches:
        if last_due is None:
            opens_at, due_at = facts.registered_at, first_home_visit_due(stretch.policy, facts.registered_at)
        else:
            due_at = _due_after(stretch, last_due)
            opens_at = max(last_due, due_at - VISIT_OPENS_BEFORE, stretch.from_at)
        if stretch.to_at is None or opens_at < stretch.to_at:
            return _Turn(stretch, stretch.policy.home_visit, last_due or facts.registered_at, opens_at, due_at)
    return None


def _due_after(stretch: _Stretch, last_due: datetime) -> datetime:
    """Turns that a new class or policy would have had before it began are nobody's debt."""
    due_at = next_home_visit_due(stretch.policy, stretch.class_, last_due)
    while due_at <= stretch.from_at:
        due_at = next_home_visit_due(stretch.policy, stretch.class_, due_at)
    return due_at


def _owed_by_office(facts: PlanningFacts, turn: _Turn, now: datetime) -> PlanDuty:
    grace_until = turn.due_at + timedelta(minutes=turn.stretch.policy.grace_min.of(turn.item.kind))
    return PlanDuty(
        id=duty_id(facts.subject_id, turn.item.code, turn.slot_start),
        subject_id=facts.subject_id,
        kind=turn.item.kind,
        obligor=Obligor.OFFICE,
        rule_code=turn.item.code,
        slot_start=turn.slot_start,
        opens_at=turn.opens_at,
        due_at=turn.due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=facts.office_id,
        policy_version_id=turn.stretch.version_id,
        at=now,
    )

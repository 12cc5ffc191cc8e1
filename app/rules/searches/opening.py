"""A search begins: by a rule, when an alert of lost contact goes on for long enough, or by an officer at any time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.calendar import end_of_day, legal_day
from app.rules.effects import ChangeDuty, Decision, Effect, PlanDuty, RaiseAlert, WriteAudit
from app.rules.effects.orders_searches import OpenSearch, SearchKind, SearchStep
from app.rules.errors import Conflict
from app.rules.facts import JOB, About, Actor, DutyKind, DutyState, Obligor, Reason, SubjectStatus
from app.rules.policy import Policy, SearchClocks
from app.rules.schedule import JUDGE_DELAY
from app.rules.wording import sentence

OPEN_RULE = "search.open"
_OPENINGS = uuid5(NAMESPACE_URL, "zhifang:search-opening")


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert of lost contact or missed intake that nobody has closed; `active` while what it tells of goes on."""

    id: UUID
    active: bool


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """Somebody to be looked for, under the lock.

    `last_contact_at` is the last sign of life by any means: the phone, a talk, a check-in face to face. `judgment_id`
    and `intake_due_at` are those of somebody who never came. `opening_id` is the duty by which a rule would open it.
    """

    subject_id: UUID
    office_id: UUID
    status: SubjectStatus
    last_contact_at: datetime
    open_search_id: UUID | None
    alert: OpenAlert | None
    judgment_id: UUID | None
    intake_due_at: datetime | None
    opening_id: UUID | None
    policy_version_id: UUID
    policy: Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as somebody opens it."""

    id: UUID
    why: str
    body_hash: bytes


def due_at(step: SearchStep, opened_at: datetime, absent_since: datetime, clocks: SearchClocks) -> datetime:
    """By when a step is to be done: calls on the same day, the others by the policy's hours; never without any time."""
    least = opened_at + timedelta(hours=clocks.calls_least_h)
    match step:
        case SearchStep.CALLS:
            return max(end_of_day(legal_day(opened_at)), least)
        case SearchStep.VISIT:
            return opened_at + timedelta(hours=clocks.visit_within_h)
        case SearchStep.PROCURATORATE:
            return opened_at + timedelta(hours=clocks.procuratorate_within_h)
        case SearchStep.POLICE:
            return max(absent_since + timedelta(hours=clocks.police_after_h), least)


def plan_opening(alert: RaiseAlert, silent_since: datetime, clocks: SearchClocks, *, now: datetime) -> PlanDuty:
    """The clock by which a rule opens a search unless contact comes back: so many hours after the last sign of life."""
    at = max(silent_since + timedelta(hours=clocks.open_after_h), now)
    return PlanDuty(
        id=uuid5(_OPENINGS, f"{alert.subject_id}|{alert.event_at.isoformat()}"),
        subject_id=alert.subject_id,
        kind=DutyKind.SEARCH,
        obligor=Obligor.OFFICE,
        rule_code=OPEN_RULE,
        slot_start=alert.event_at,
        opens_at=at,
        due_at=at,
        grace_until=at,
        judge_at=at + JUDGE_DELAY,
        office_id=alert.office_id,
        policy_version_id=alert.policy_version_id,
        at=now,
    )


def open_by_rule(facts: SearchFacts, duty_id: UUID, *, now: datetime) -> Decision:
    """The clock has run out: the search opens, unless somebody heard of the person or began it in the meantime."""
    wanted_at = facts.last_contact_at + timedelta(hours=facts.policy.searches.open_after_h)
    quiet = facts.alert is not None and facts.alert.active and facts.open_search_id is None and wanted_at <= now
    if not quiet or facts.status is not SubjectStatus.IN_CORRECTION:
        return Decision((ChangeDuty(duty_id, DutyState.CANCELLED, now, Reason("search_not_needed"), JOB),))
    search_id = uuid5(duty_id, "search")
    wanted = Wanted(search_id, sentence("search_opened_by_rule"), b"")
    evidence = About("search", search_id)
    done = ChangeDuty(duty_id, DutyState.FULFILLED, now, Reason("search_opened"), JOB, evidence=evidence)
    return Decision((*_opened(facts, wanted, SearchKind.LOST_CONTACT, facts.last_contact_at, JOB, now), done))


def open_search(facts: SearchFacts, wanted: Wanted, actor: Actor, *, now: datetime) -> Decision:
    """An officer begins a search, with or without an alert.

    Conflict `search_open` while one is open, `intake_not_overdue` for somebody whose time to come has not run out,
    `already_ended` for somebody whose correction is over.
    """
    if facts.open_search_id is not None:
        raise Conflict("search_open")
    if facts.status is SubjectStatus.ENDED:
        raise Conflict("already_ended")
    if facts.status is SubjectStatus.IN_CORRECTION:
        kind, since = SearchKind.LOST_CONTACT, facts.last_contact_at
    elif facts.intake_due_at is None or now < facts.intake_due_at:
        raise Conflict("intake_not_overdue")
    else:
        kind, since = SearchKind.MISSED_INTAKE, facts.intake_due_at
    effects = _opened(facts, wanted, kind, since, actor, now)
    if facts.opening_id is None:
        return Decision(effects)
    evidence = About("search", wanted.id)
    done = ChangeDuty(facts.opening_id, DutyState.FULFILLED, now, Reason("search_opened"), actor, evidence=evidence)
    return Decision((*effects, done))


def _opened(
    facts: SearchFacts, wanted: Wanted, kind: SearchKind, since: datetime, actor: Actor, now: datetime
) -> tuple[Effect, ...]:
    steps = {step: uuid5(wanted.id, step.value) for step in SearchStep}
    clocks = facts.policy.searches
    plans = [_step(facts, duty_id, step, now, due_at(step, now, since, clocks)) for step, duty_id in steps.items()]
    opened = [
        ChangeDuty(plan.id, DutyState.OPEN, now, Reason("search_opened"), actor, office_id=facts.office_id)
        for plan in plans
    ]
    begun = OpenSearch(
        id=wanted.id,
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=kind,
        absent_since=since,
        at=now,
        actor=actor,
        why=wanted.why,
        policy_version_id=facts.policy_version_id,
        steps=steps,
        body_hash=wanted.body_hash,
        alert_id=facts.alert.id if facts.alert else None,
        judgment_id=facts.judgment_id if kind is SearchKind.MISSED_INTAKE else None,
    )
    details = {"kind": kind.value, "absent_since": since.isoformat()}
    about = About("search", wanted.id)
    act = WriteAudit(now, actor, "searches.open", facts.subject_id, about, wanted.why, details)
    return (*plans, begun, *opened, act)


def _step(facts: SearchFacts, duty_id: UUID, step: SearchStep, now: datetime, until: datetime) -> PlanDuty:
    return PlanDuty(
        id=duty_id,
        subject_id=facts.subject_id,
        kind=DutyKind.SEARCH,
        obligor=Obligor.OFFICE,
        rule_code=f"search.{step}",
        slot_start=now,
        opens_at=now,
        due_at=until,
        grace_until=until,
        judge_at=until + JUDGE_DELAY,
        office_id=facts.office_id,
        policy_version_id=facts.policy_version_id,
        at=now,
    )

"""Spot checks (抽查): an officer asks one person to check in now, within a limit. One means of check among others
[Law 26], so proportionate [Law 34]: the policy sets how long, when in the day and how often a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from app.rules.calendar import SHANGHAI, legal_day, minute_of_day
from app.rules.effects import ChangeDuty, Decision, Notify, OrderSpotCheck, PlanDuty, WriteAudit
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor, Channel, DutyKind, DutyState, Obligor, Reason, SubjectStatus
from app.rules.policy import PhotoMode, Policy
from app.rules.schedule import JUDGE_DELAY

RULE_CODE = "spot_check"

POLLS = 3
"""A phone that no push reaches hears of it by its poll: the limit leaves time for three of them."""


class SpotGround(StrEnum):
    """Why somebody is checked, as the person is told. The officer's own words stay on record beside it."""

    ROUTINE = "routine"
    UNREACHED = "unreached"
    TO_CONFIRM = "to_confirm"


class Ask(StrEnum):
    """What the check-in should hold. The place is always asked for: it is what a check is about."""

    POSITION = "position"
    PHOTO = "photo"
    ANSWER = "answer"


@dataclass(frozen=True)
class SpotFacts:
    """The person, under the lock: `ordered_today` counts the legal day's spot checks, `one_open` is one still owed."""

    subject_id: UUID
    status: SubjectStatus
    office_id: UUID
    channel: Channel
    has_phone: bool
    policy_version_id: UUID
    policy: Policy
    ordered_today: int
    one_open: bool


@dataclass(frozen=True)
class Wanted:
    """What an officer orders: `question` is what the person is asked, where an answer is asked for."""

    id: UUID
    limit_minutes: int
    how: frozenset[Ask]
    ground: SpotGround
    reason: str
    body_hash: bytes
    question: str | None = None


def order(facts: SpotFacts, wanted: Wanted, actor: Actor, *, now: datetime) -> Decision:
    """A duty that is open at once, the power to collect in its time, and the notice to the phone.

    Conflict `not_in_correction`, `spot_check_open`; Refused where the policy's limits, or the person's having no phone,
    stand against it.
    """
    _refuse_person(facts)
    _refuse_limits(facts.policy, wanted, facts.ordered_today, now)
    _refuse_asking(facts.policy, wanted)
    due_at = now + timedelta(minutes=wanted.limit_minutes)
    plan = _plan(facts, wanted.id, due_at, now)
    about = About("duty", plan.id)
    details = {"limit_minutes": wanted.limit_minutes, "ground": wanted.ground.value}
    return Decision(
        (
            plan,
            ChangeDuty(plan.id, DutyState.OPEN, now, Reason("spot_check_ordered"), actor, office_id=facts.office_id),
            _record(facts, wanted, plan.id, actor, now),
            Notify(
                recipient_kind="subject",
                recipient_id=facts.subject_id,
                about=about,
                step="opened",
                wording=Reason("spot_check_opened", (("due", _end(due_at, now)), ("spot_ground", wanted.ground.value))),
                at=now,
                push_at=now,
                subject_id=facts.subject_id,
            ),
            WriteAudit(now, actor, "spot_checks.order", facts.subject_id, about, wanted.reason, details),
        )
    )


def shortest(policy: Policy) -> int:
    """The shortest limit in minutes: the policy's, and never less than three polls of a phone."""
    return max(policy.spot_checks.min_minutes, -(-POLLS * policy.poll_after_s // 60))


def _refuse_person(facts: SpotFacts) -> None:
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if facts.channel is not Channel.SMARTPHONE or not facts.has_phone:
        raise Refused("spot_check_without_phone")
    if facts.one_open:
        raise Conflict("spot_check_open")


def _refuse_limits(policy: Policy, wanted: Wanted, ordered_today: int, now: datetime) -> None:
    limits, least = policy.spot_checks, shortest(policy)
    if not least <= wanted.limit_minutes <= max(limits.max_minutes, least):
        span = {"least": str(least), "most": str(max(limits.max_minutes, least))}
        raise Refused("spot_check_limit", span, fields={"limit_minutes": "spot_check_limit_field"})
    if not limits.from_minute <= minute_of_day(now) < limits.to_minute:
        raise Refused("spot_check_hours", {"from": _clock(limits.from_minute), "to": _clock(limits.to_minute)})
    if ordered_today >= limits.per_day:
        raise Refused("spot_check_enough", {"most": str(limits.per_day)})


def _refuse_asking(policy: Policy, wanted: Wanted) -> None:
    if Ask.PHOTO in wanted.how and policy.photos.check_ins is PhotoMode.OFF:
        raise Refused("photos_off", fields={"how": "photos_off"})
    if (Ask.ANSWER in wanted.how) != bool(wanted.question):
        raise Refused("spot_check_question", fields={"question": "spot_check_question"})


def _plan(facts: SpotFacts, wanted_id: UUID, due_at: datetime, now: datetime) -> PlanDuty:
    """Reminded a third before its end, or as late as the policy reminds of any check-in."""
    grace_until = due_at + timedelta(minutes=facts.policy.grace_min.of(DutyKind.SPOT_CHECK))
    remind_before = min(timedelta(minutes=facts.policy.remind_min), (due_at - now) / 3)
    return PlanDuty(
        id=uuid5(wanted_id, RULE_CODE),
        subject_id=facts.subject_id,
        kind=DutyKind.SPOT_CHECK,
        obligor=Obligor.SUBJECT,
        rule_code=RULE_CODE,
        slot_start=now,
        opens_at=now,
        due_at=due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=facts.office_id,
        policy_version_id=facts.policy_version_id,
        at=now,
        remind_at=due_at - remind_before if remind_before else None,
        random=True,
        covered_until=grace_until,
    )


def _record(facts: SpotFacts, wanted: Wanted, duty: UUID, actor: Actor, now: datetime) -> OrderSpotCheck:
    return OrderSpotCheck(
        id=wanted.id,
        subject_id=facts.subject_id,
        duty_id=duty,
        ordered_by=actor,
        at=now,
        limit_minutes=wanted.limit_minutes,
        ground=wanted.ground.value,
        reason=wanted.reason,
        photo=Ask.PHOTO in wanted.how,
        question=wanted.question,
        body_hash=wanted.body_hash,
    )


def _end(due_at: datetime, now: datetime) -> str:
    """As a time of today where it is one."""
    local = due_at.astimezone(SHANGHAI)
    return f"{local:%H:%M}" if legal_day(due_at) == legal_day(now) else local.isoformat(timespec="minutes")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

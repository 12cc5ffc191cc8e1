"""What a rule may decide: a closed union of effects, and the decision that carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.rules.effects.causes import CauseEffect
from app.rules.effects.correction import CorrectionEffect
from app.rules.effects.known_facts import KeepFact
from app.rules.effects.leave import LeaveEffect
from app.rules.effects.occasions import OccasionEffect
from app.rules.effects.orders_searches import OrderOrSearchEffect
from app.rules.effects.places import PlaceEffect
from app.rules.effects.proofs import KeepProof
from app.rules.effects.records import NO_DETAILS, Details
from app.rules.effects.waivers import WaiverEffect
from app.rules.effects.zones import ZoneEffect
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    AreaVerdict,
    Cause,
    CloseReason,
    DutyKind,
    DutyState,
    Fix,
    LadderStep,
    Obligor,
    Outcome,
    Reason,
    Strength,
)


@dataclass(frozen=True)
class PlanDuty:
    """A duty for the coming days. `covered_until` grants the power to collect from `opens_at` [Law 26], or None.

    `why` is what it comes from, for whoever asks; `occasion_id` the occasion, where there was one.
    """

    id: UUID
    subject_id: UUID
    kind: DutyKind
    obligor: Obligor
    rule_code: str
    slot_start: datetime
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    judge_at: datetime
    office_id: UUID
    policy_version_id: UUID
    at: datetime
    remind_at: datetime | None = None
    random: bool = False
    covered_until: datetime | None = None
    why: Reason | None = None
    occasion_id: UUID | None = None


@dataclass(frozen=True)
class MovePlan:
    """Duties of this subject are planned up to this instant; None takes the subject out of planning."""

    subject_id: UUID
    planned_until: datetime | None


@dataclass(frozen=True)
class CancelPlanned:
    """Planned duties of these kinds that would open at or after `since` fall away, with the powers they carry.

    With `keep_occasions` those stay that something which happened gave rise to: they stand by the rule of that day.
    """

    subject_id: UUID
    since: datetime
    kinds: tuple[DutyKind, ...]
    at: datetime
    reason: Reason
    actor: Actor
    keep_occasions: bool = False


@dataclass(frozen=True)
class ChangeDuty:
    """A duty moves to `state` at `at`; the change is recorded as a duty event with reason, actor and evidence.

    `effective_at` is when the evidence happened, where that differs from when it was judged; `note` is the reason
    in a person's own words (a waiver, a review). Office and policy version are frozen when a duty opens.
    """

    duty_id: UUID
    state: DutyState
    at: datetime
    reason: Reason
    actor: Actor
    effective_at: datetime | None = None
    evidence: About | None = None
    note: str | None = None
    office_id: UUID | None = None
    policy_version_id: UUID | None = None


@dataclass(frozen=True)
class PostponeJudgment:
    """The duty is judged later, because the service was away and late evidence may still come."""

    duty_id: UUID
    judge_at: datetime


@dataclass(frozen=True)
class MarkReminded:
    """The reminder of this duty was given (or is no longer due)."""

    duty_id: UUID
    at: datetime


@dataclass(frozen=True)
class RecordAttempt:
    """One try at a check-in, kept whatever became of it. `fix` is None where no power covered it or it was refused.

    `fix_given` is the pair of coordinates and the datum as they were sent, kept only beside `fix`. `also` are further
    duties for which it counts.
    """

    id: UUID
    subject_id: UUID
    body_hash: bytes
    outcome: Outcome
    reasons: tuple[Reason, ...]
    recorded_at: datetime
    received_at: datetime
    effective_at: datetime | None
    sent_at: datetime | None = None
    duty_id: UUID | None = None
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    area: AreaVerdict | None = None
    area_distance_m: float | None = None
    home_distance_m: float | None = None
    power_id: UUID | None = None
    officer_id: UUID | None = None
    note: str | None = None
    answers: Mapping[str, Any] | None = None
    photo_id: UUID | None = None
    also: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class AttachPhoto:
    """The photo belongs to this attempt, and is kept as long as photos of check-ins are."""

    subject_id: UUID
    photo_id: UUID
    attempt_id: UUID


@dataclass(frozen=True)
class OrderSpotCheck:
    """A spot check as a named officer ordered it; `duty_id` is the duty that it opened."""

    id: UUID
    subject_id: UUID
    duty_id: UUID
    ordered_by: Actor
    at: datetime
    limit_minutes: int
    ground: str
    reason: str
    photo: bool
    question: str | None
    body_hash: bytes


@dataclass(frozen=True)
class ReviewAttempt:
    """A named officer's answer to an attempt that waited for review."""

    subject_id: UUID
    attempt_id: UUID
    accepted: bool
    officer_id: UUID
    at: datetime
    note: str


@dataclass(frozen=True)
class WriteRecord:
    """A visit made or a talk held (`kind`), with each item that it covers and the duty that the item fulfilled, if any.

    `reasons` say what became of each item, and what stands out. `fix` is where the officer was, `fix_given` the pair of
    coordinates and the datum as they were sent; `corrects_id` names an older record that this one puts right.
    """

    id: UUID
    kind: DutyKind
    subject_id: UUID
    office_id: UUID
    officer: Actor
    happened_at: datetime
    ended_at: datetime | None
    written_at: datetime
    items: tuple[tuple[str, UUID | None], ...]
    reasons: tuple[Reason, ...]
    note: str
    body_hash: bytes
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    home_distance_m: float | None = None
    met: str | None = None
    corrects_id: UUID | None = None
    details: Details = NO_DETAILS


@dataclass(frozen=True)
class RaiseAlert:
    """Something a person should look at. One unclosed alert per (subject, kind, about); a repeat is an occurrence.

    `event_at` is when it happened, not when it was noticed; `source` (a duty, an episode) makes one occurrence only.
    """

    subject_id: UUID
    office_id: UUID
    kind: AlertKind
    about: About
    source: About
    event_at: datetime
    at: datetime
    why: Reason
    cause: Cause
    strength: Strength
    rule_code: str
    policy_version_id: UUID
    late: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecoverAlert:
    """What the alert told of is over since `recovered_at`; a cause learned from late evidence replaces the old one."""

    subject_id: UUID
    kind: AlertKind
    about: About
    recovered_at: datetime
    at: datetime
    reason: Reason
    cause: Cause | None = None
    source: About | None = None


@dataclass(frozen=True)
class TakeStep:
    """The ladder reaches `step` for this occurrence; `next_at` is when the following step would be taken, if any."""

    alert_id: UUID
    occurrence: int
    step: LadderStep
    at: datetime
    reason: Reason
    next_step: LadderStep | None
    next_at: datetime | None


@dataclass(frozen=True)
class MoveLadder:
    """The alert's next step is another one, or due at another time; None ends the ladder. No step is taken."""

    alert_id: UUID
    next_step: LadderStep | None
    next_at: datetime | None


@dataclass(frozen=True)
class AcknowledgeAlert:
    """A named user took the alert on."""

    alert_id: UUID
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class CloseAlert:
    """A named user closed the alert with reason and result."""

    alert_id: UUID
    actor: Actor
    at: datetime
    reason: CloseReason
    result: str


@dataclass(frozen=True)
class Notify:
    """One notice for one recipient, in app at once and pushed to every endpoint not before `push_at`."""

    recipient_kind: str
    recipient_id: UUID
    about: About
    step: str
    wording: Reason
    at: datetime
    push_at: datetime
    subject_id: UUID | None = None


@dataclass(frozen=True)
class MoveSilenceCheck:
    """When the subject's silence is looked at next; `silent` while an unrecovered silence is known.

    With `since` the silence counts from then at the earliest, whenever the phone was heard before; None leaves that.
    """

    subject_id: UUID
    check_at: datetime | None
    silent: bool
    since: datetime | None = None


@dataclass(frozen=True)
class OpenIncident:
    """One fault of the service or a carrier that holds personal alerts, and a subject whom it touches.

    `silent_since`: the subject's phone fell silent with many others, and was last heard then.
    """

    kind: str
    about: str
    from_at: datetime
    to_at: datetime | None
    subject_id: UUID
    at: datetime
    silent_since: datetime | None = None


@dataclass(frozen=True)
class WriteAudit:
    """Who did what to whose record, and why."""

    at: datetime
    actor: Actor
    action: str
    subject_id: UUID | None = None
    object: About | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


Effect = (
    PlanDuty
    | MovePlan
    | CancelPlanned
    | ChangeDuty
    | PostponeJudgment
    | MarkReminded
    | RecordAttempt
    | AttachPhoto
    | OrderSpotCheck
    | ReviewAttempt
    | WriteRecord
    | RaiseAlert
    | RecoverAlert
    | TakeStep
    | MoveLadder
    | AcknowledgeAlert
    | CloseAlert
    | Notify
    | MoveSilenceCheck
    | OpenIncident
    | OrderOrSearchEffect
    | CorrectionEffect
    | WriteAudit
    | LeaveEffect
    | ZoneEffect
    | OccasionEffect
    | WaiverEffect
    | KeepProof
    | PlaceEffect
    | CauseEffect
    | KeepFact
)


@dataclass(frozen=True)
class Decision:
    """What a rule decided about one subject: effects, applied in their order."""

    effects: tuple[Effect, ...] = ()

    def __add__(self, other: "Decision") -> "Decision":
        """Both decisions, this one first."""
        return Decision(self.effects + other.effects)

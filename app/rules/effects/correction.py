"""Effects of acts on correction groups and plans: added and never changed. Part of the union in `effects`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import Actor


class MemberKind(StrEnum):
    """Where a member of a correction group comes from [Law 25]."""

    JUSTICE_OFFICE = "justice_office"
    SOCIAL_WORKER = "social_worker"
    VOLUNTEER = "volunteer"
    VILLAGE = "village"
    EMPLOYER = "employer"
    SCHOOL = "school"
    FAMILY = "family"
    GUARANTOR = "guarantor"
    POLICE = "police"
    OTHER = "other"


@dataclass(frozen=True)
class AddMember:
    """Somebody belongs to the group from `from_at` on. `user_id` is the account of a member who has one."""

    id: UUID
    subject_id: UUID
    kind: MemberKind
    name: str
    sex: str | None
    phone: str | None
    knows_minors: bool
    guardian: bool
    user_id: UUID | None
    from_at: datetime
    actor: Actor
    at: datetime
    body_hash: bytes


@dataclass(frozen=True)
class EndMember:
    """The member belongs to the group no more from `to_at` on."""

    member_id: UUID
    to_at: datetime
    reason: str
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class NoteLetter:
    """The member signed the 矫正责任书 at `signed_at`."""

    member_id: UUID
    signed_at: datetime
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class WritePlan:
    """One version of the plan as somebody made it. `because` says why an earlier one is adjusted."""

    id: UUID
    subject_id: UUID
    version: int
    basic_facts: str
    assessment: str
    state_of_mind: str
    special_matters: str
    measures: tuple[str, ...]
    because: str | None
    actor: Actor
    at: datetime
    body_hash: bytes


@dataclass(frozen=True)
class DecidePlan:
    """A second person approved the version, or gave it back with a note."""

    plan_id: UUID
    approved: bool
    note: str | None
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class WritePlanReview:
    """The plan in force was looked at again and stays as it is, for the reason in `note`."""

    id: UUID
    subject_id: UUID
    plan_id: UUID
    note: str
    actor: Actor
    at: datetime
    body_hash: bytes


CorrectionEffect = AddMember | EndMember | NoteLetter | WritePlan | DecidePlan | WritePlanReview

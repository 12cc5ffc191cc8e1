"""Correction groups (矫正小组) and plans (矫正方案): rows are added and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.correction import MemberKind


class GroupMember(Base):
    """One member as added. `code_version` names the edition of the code table that `kind` is exchanged by."""

    __tablename__ = "group_members"
    __table_args__ = (
        one_of("kind", MemberKind),
        CheckConstraint("sex IN ('male', 'female')", name="sex_known"),
        CheckConstraint("from_at <= added_at", name="added_after_joining"),
        Index("ix_group_members_subject_id", "subject_id", "added_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    code_version: Mapped[str]
    name: Mapped[str]
    sex: Mapped[str | None]
    phone: Mapped[str | None]
    knows_minors: Mapped[bool]
    guardian: Mapped[bool]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    from_at: Mapped[datetime]
    added_at: Mapped[datetime]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]


class GroupMemberEnd(Base):
    """The member left at `to_at`."""

    __tablename__ = "group_member_ends"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("group_members.id"), primary_key=True)
    to_at: Mapped[datetime]
    reason: Mapped[str]
    ended_at: Mapped[datetime]
    ended_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class GroupLetter(Base):
    """The member signed the 矫正责任书 at `signed_at`."""

    __tablename__ = "group_letters"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("group_members.id"), primary_key=True)
    signed_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class CorrectionPlan(Base):
    """One version of a plan. `measures` is a list of texts."""

    __tablename__ = "correction_plans"
    __table_args__ = (UniqueConstraint("subject_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    version: Mapped[int]
    basic_facts: Mapped[str]
    assessment: Mapped[str]
    state_of_mind: Mapped[str]
    special_matters: Mapped[str]
    measures: Mapped[Any] = mapped_column(JSONB)
    because: Mapped[str | None]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class PlanDecision(Base):
    """A second person's answer to a version."""

    __tablename__ = "plan_decisions"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("correction_plans.id"), primary_key=True)
    approved: Mapped[bool]
    note: Mapped[str | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class PlanReview(Base):
    """The plan in force was looked at and stays as it is."""

    __tablename__ = "plan_reviews"
    __table_args__ = (Index("ix_plan_reviews_plan_id", "plan_id", "reviewed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("correction_plans.id"))
    note: Mapped[str]
    reviewed_at: Mapped[datetime]
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]

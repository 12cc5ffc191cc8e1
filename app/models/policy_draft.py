"""Drafts of the local policy: what is written, by whom, and what it would have done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.policy_drafts import DraftState, DraftStep, TrialState


class PolicyDraft(Base):
    """One draft of one office, one open at a time. `version_id` is what became of it, where it was approved."""

    __tablename__ = "policy_drafts"
    __table_args__ = (
        one_of("state", DraftState),
        CheckConstraint("(state = 'approved') = (version_id IS NOT NULL)", name="approved_is_a_version"),
        Index(
            "ix_policy_drafts_open",
            "office_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'submitted', 'returned')"),
        ),
        Index("ix_policy_drafts_changed_at", "changed_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    base_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_versions.id"))
    state: Mapped[str]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    source_text: Mapped[str]
    why: Mapped[str | None]
    effective_from: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy_versions.id"))
    body_hash: Mapped[bytes]


class PolicyDraftEvent(Base):
    """One step of a draft, never changed afterwards. `revision` is the draft's after the step."""

    __tablename__ = "policy_draft_events"
    __table_args__ = (one_of("step", DraftStep),)

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("policy_drafts.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None]
    content_hash: Mapped[str]


class PolicyTrial(Base):
    """A trial of a draft on the last days. `result` holds sums alone, and nothing by which one knows people."""

    __tablename__ = "policy_trials"
    __table_args__ = (
        one_of("state", TrialState),
        Index("ix_policy_trials_draft_id", "draft_id", "asked_at"),
        Index("ix_policy_trials_waiting", "asked_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("policy_drafts.id"))
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    days: Mapped[int]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    fault: Mapped[str | None]

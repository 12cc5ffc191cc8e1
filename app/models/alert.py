"""Alerts with their occurrences, ladder steps and history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import (
    AlertKind,
    Cause,
    CloseReason,
    Condition,
    Handling,
    LadderStep,
    Strength,
)


class Alert(Base):
    """Something a person should look at; one unclosed row per (subject, kind, about)."""

    __tablename__ = "alerts"
    __table_args__ = (
        one_of("kind", AlertKind),
        one_of("condition", Condition),
        one_of("handling", Handling),
        one_of("cause", Cause),
        one_of("strength", Strength),
        one_of("close_reason", CloseReason),
        one_of("next_step", LadderStep),
        Index(
            "uq_alerts_unclosed",
            "subject_id",
            "kind",
            "about_kind",
            "about_id",
            unique=True,
            postgresql_where=text("handling <> 'closed'"),
        ),
        Index("ix_alerts_office_id", "office_id", "opened_at", postgresql_where=text("handling <> 'closed'")),
        Index("ix_alerts_next_step_at", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
        Index("ix_alerts_subject_id", "subject_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str]
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    condition: Mapped[str]
    handling: Mapped[str]
    cause: Mapped[str]
    strength: Mapped[str]
    why: Mapped[dict[str, Any]]
    rule_code: Mapped[str]
    policy_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_versions.id"))
    opened_at: Mapped[datetime]
    event_at: Mapped[datetime]
    late: Mapped[bool]
    occurrences: Mapped[int]
    step: Mapped[str | None]
    next_step: Mapped[str | None]
    next_step_at: Mapped[datetime | None]
    recovered_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    close_reason: Mapped[str | None]
    close_result: Mapped[str | None]


class AlertOccurrence(Base):
    """One episode of an alert. Its source (a duty, a silence's start) can make only one."""

    __tablename__ = "alert_occurrences"
    __table_args__ = (UniqueConstraint("source_kind", "source_id", "event_at"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    event_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    late: Mapped[bool]
    cause: Mapped[str]
    strength: Mapped[str]
    why: Mapped[dict[str, Any]]
    source_kind: Mapped[str]
    source_id: Mapped[UUID]
    evidence: Mapped[dict[str, Any]]


class AlertStep(Base):
    """A step of the ladder that was taken, once for each occurrence."""

    __tablename__ = "alert_steps"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    reason: Mapped[dict[str, Any]]


class AlertEvent(Base):
    """One thing that happened to an alert, never changed afterwards."""

    __tablename__ = "alert_events"
    __table_args__ = (Index("ix_alert_events_alert_id", "alert_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    occurrence: Mapped[int]
    event_at: Mapped[datetime]
    late: Mapped[bool]
    cause: Mapped[str]
    strength: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    reason: Mapped[dict[str, Any]]

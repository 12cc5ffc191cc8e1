"""Jobs: who holds them, how they ran; and when the service itself was up."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class JobState(Base):
    """One row a job: its lease by database time, its last run, and how old that may grow before health turns red."""

    __tablename__ = "job_states"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    last_error: Mapped[str | None]
    max_age_s: Mapped[int]
    why: Mapped[str]


class JobRun(Base):
    """One run that did or failed something; runs with nothing due leave only the job's state."""

    __tablename__ = "job_runs"
    __table_args__ = (
        CheckConstraint("outcome IN ('ok', 'partial', 'failed')", name="outcome_known"),
        Index("ix_job_runs_name", "name", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    outcome: Mapped[str]
    counts: Mapped[dict[str, Any]]
    error: Mapped[str | None]


class Uptime(Base):
    """A stretch in which one process of a component beat without a gap; the last beat moves `last_at`."""

    __tablename__ = "uptimes"
    __table_args__ = (Index("ix_uptimes_component", "component", "last_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    component: Mapped[str]
    instance: Mapped[str]
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Incident(Base):
    """A fault of the service that holds personal alerts; one row for one stretch of time."""

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("kind", "about", "from_at"),
        Index("ix_incidents_lasting", "kind", postgresql_where=text("to_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]


class IncidentSubject(Base):
    """A subject whom an incident touched. Where its phone fell silent with many others, `silent_since` is when it was
    last heard before, and `heard_at` when it was heard again.
    """

    __tablename__ = "incident_subjects"
    __table_args__ = (Index("ix_incident_subjects_subject_id", "subject_id"),)

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    silent_since: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]


class OutageUsual(Base):
    """Which share of a group's phones is usually silent at that local hour, as of the last day that was counted."""

    __tablename__ = "outage_usuals"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    share: Mapped[float]

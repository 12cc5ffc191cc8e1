"""Leave: what was asked for and decided, and what was reported on the way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.leave import LeaveGround, LeaveKind, LeaveLevel, LeaveState, ReportKind


class LeaveRequest(Base):
    """One request with its decision. `root_id` is the first request of a chain of extensions, itself where alone.

    `decider` is who must decide, by the days counted when it was asked; the decision counts anew. What was approved
    counts from `counts_from` until `until`, or until `ended_at` where that came before. `remind_at` is when the end of
    a permit is told, None once it was.
    """

    __tablename__ = "leave_requests"
    __table_args__ = (
        one_of("kind", LeaveKind),
        one_of("ground", LeaveGround),
        one_of("state", LeaveState),
        one_of("decider", LeaveLevel),
        one_of("decided_level", LeaveLevel),
        CheckConstraint("from_at < until", name="span_runs_forward"),
        CheckConstraint("cardinality(destinations) > 0", name="destination_named"),
        CheckConstraint(
            "decided_at IS NULL OR (decided_by IS NOT NULL AND decided_level IS NOT NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'extended', 'revoked') OR counts_from IS NOT NULL", name="approved_counts"
        ),
        CheckConstraint("state <> 'refused' OR decision_reason IS NOT NULL", name="refused_with_reason"),
        CheckConstraint("state <> 'revoked' OR end_note IS NOT NULL", name="revoked_with_reason"),
        UniqueConstraint("duty_id"),
        ExcludeConstraint(
            ("subject_id", "="),
            (text("tstzrange(from_at, GREATEST(from_at, LEAST(until, ended_at)))"), "&&"),
            name="ex_leave_requests_approved",
            using="gist",
            where=text("state IN ('approved', 'extended') AND kind = 'leave'"),
        ),
        Index("ix_leave_requests_subject_id", "subject_id", "from_at"),
        Index("ix_leave_requests_requested_at", "requested_at", "id"),
        Index("ix_leave_requests_pending", "requested_at", postgresql_where=text("state = 'pending'")),
        Index("ix_leave_requests_remind_at", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
        Index("ix_leave_requests_until", "until", postgresql_where=text("state = 'approved'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    root_id: Mapped[UUID]
    extends_id: Mapped[UUID | None] = mapped_column(ForeignKey("leave_requests.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    state: Mapped[str]
    ground: Mapped[str]
    reason: Mapped[str]
    destinations: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    destination_names: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    place: Mapped[str]
    from_at: Mapped[datetime]
    until: Mapped[datetime]
    travel: Mapped[str]
    contact: Mapped[str]
    frequency: Mapped[str | None]
    proof: Mapped[str | None]
    asked_late: Mapped[bool]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    body_hash: Mapped[bytes]
    days: Mapped[int]
    total_days: Mapped[int]
    decider: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_level: Mapped[str | None]
    decision_reason: Mapped[str | None]
    conditions: Mapped[str | None]
    report_arrival: Mapped[bool]
    counts_from: Mapped[datetime | None]
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))
    filed_at: Mapped[datetime | None]
    told_procuratorate_at: Mapped[datetime | None]
    told_procuratorate_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    told_procuratorate_note: Mapped[str | None]
    remind_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    end_note: Mapped[str | None]


class LeaveReport(Base):
    """One thing that was told on the way, by phone or to an officer. A return may wait for an officer's word."""

    __tablename__ = "leave_reports"
    __table_args__ = (
        one_of("kind", ReportKind),
        Index("ix_leave_reports_leave_id", "leave_id", "received_at"),
        Index("ix_leave_reports_subject_id", "subject_id", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leave_id: Mapped[UUID] = mapped_column(ForeignKey("leave_requests.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    destination: Mapped[str | None]
    until: Mapped[datetime | None]
    note: Mapped[str | None]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]

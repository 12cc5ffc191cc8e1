"""Duties: who owes what in which window, and each change that a duty went through."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import DutyKind, DutyState, Obligor


class Duty(Base):
    """One duty. On time is `[opens_at, due_at)`, late is `[due_at, grace_until)`, judged at `judge_at`.

    `why` is what it comes from, as a reason code with its values; `occasion_id` the occasion, where there was one.

    Of visits, talks and the like a trigger notes what they are counted by: the subject's class when the duty opened,
    whose it was at its end (until then: when it opened), and what the record proves by which it was done. `proof` is
    None where nothing was done yet, or something else than a record tells of it.
    """

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("subject_id", "rule_code", "slot_start"),
        one_of("kind", DutyKind),
        one_of("obligor", Obligor),
        one_of("state", DutyState),
        Index("ix_duties_opens_at", "opens_at", postgresql_where=text("state = 'planned'")),
        Index("ix_duties_judge_at", "judge_at", postgresql_where=text("state IN ('planned', 'open')")),
        Index(
            "ix_duties_remind_at",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')"),
        ),
        Index("ix_duties_subject_id", "subject_id", "opens_at"),
        Index("ix_duties_office_id", "office_id", "due_at"),
        Index("ix_duties_kind", "kind", "state", "due_at", "id"),
        Index("ix_duties_due_at", "due_at", "id"),
        Index("ix_duties_occasion_id", "occasion_id", postgresql_where=text("occasion_id IS NOT NULL")),
        Index(
            "ix_duties_audited",
            *("office_id", "due_at"),
            postgresql_include=["opens_at", "kind", "rule_code", "state", "class", "officer_id", "proof"],
            postgresql_where=text(
                "kind IN ('visit', 'talk', 'verification', 'review', 'correction_group', 'correction_plan')"
                " AND state <> 'cancelled'"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    obligor: Mapped[str]
    rule_code: Mapped[str]
    slot_start: Mapped[datetime]
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    grace_until: Mapped[datetime]
    judge_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    random: Mapped[bool]
    state: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    policy_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_versions.id"))
    fulfilled_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    waived_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    waive_reason: Mapped[str | None]
    evidence_kind: Mapped[str | None]
    evidence_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    why: Mapped[dict[str, Any] | None]
    occasion_id: Mapped[UUID | None] = mapped_column(ForeignKey("occasions.id"))
    class_: Mapped[str | None] = mapped_column("class")
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    proof: Mapped[str | None]


class DutyEvent(Base):
    """One change of a duty, never changed afterwards."""

    __tablename__ = "duty_events"
    __table_args__ = (Index("ix_duty_events_duty_id", "duty_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id"))
    at: Mapped[datetime]
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[dict[str, Any]]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    evidence_kind: Mapped[str | None]
    evidence_id: Mapped[UUID | None]

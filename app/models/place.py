"""Episodes beyond a bound, and what is thought of single fixes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PlaceEpisode(Base):
    """From when until when somebody was beyond what bounds them; `until` is NULL while it goes on.

    `decided_at` and `ended_at` are the instants of the fixes that decided the two ends: judging from an instant on
    begins with what had been decided by then. `fixes` counts those seen beyond, `last_seen_at` is the newest of them.
    What late evidence took the ground from is `withdrawn_at`, and stays.
    """

    __tablename__ = "place_episodes"
    __table_args__ = (
        CheckConstraint("kind IN ('left_area', 'forbidden_zone', 'left_zone')", name="kind_known"),
        CheckConstraint("from_at <= decided_at AND until <= ended_at", name="decided_by_what_came_first"),
        CheckConstraint("(until IS NULL) = (ended_at IS NULL)", name="end_is_whole"),
        Index("ix_place_episodes_subject_id", "subject_id", "ended_at", postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    from_at: Mapped[datetime]
    decided_at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    over: Mapped[str | None]
    how: Mapped[str]
    last_seen_at: Mapped[datetime]
    fixes: Mapped[int]
    late: Mapped[bool]
    judged_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class PositionMark(Base):
    """Why one fix weighs less. A row beside the fix: positions are many, never changed, and seldom marked.

    `at` is the fix's effective time. There is no foreign key: partitions of positions come and go as a whole.
    """

    __tablename__ = "position_marks"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    position_id: Mapped[UUID] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    marked_at: Mapped[datetime]

"""Samples of records: what was drawn from where, and what was seen, asked and answered about each record."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.sampling import EntryKind


class Sample(Base):
    """One draw, never changed. `seed` is that of the lot; `population` is how many records it was drawn from."""

    __tablename__ = "samples"
    __table_args__ = (
        CheckConstraint("from_day <= to_day", name="days_in_order"),
        CheckConstraint("size BETWEEN 1 AND 200", name="size_known"),
        Index("ix_samples_drawn_at", "drawn_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seed: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    item: Mapped[str | None]
    from_day: Mapped[date]
    to_day: Mapped[date]
    size: Mapped[int]
    population: Mapped[int]
    why: Mapped[str]
    drawn_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    drawn_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class SampledRecord(Base):
    """One record of a sample; `n` is the order in which they were drawn."""

    __tablename__ = "sampled_records"
    __table_args__ = (Index("ix_sampled_records_record_id", "record_id"),)

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    n: Mapped[int]


class SampleEntry(Base):
    """What somebody did about a drawn record, only ever added. `n` is their order, which no clock decides."""

    __tablename__ = "sample_entries"
    __table_args__ = (
        one_of("kind", EntryKind),
        CheckConstraint("(kind = 'looked') = (note IS NULL)", name="all_but_looks_have_words"),
        ForeignKeyConstraint(["sample_id", "record_id"], ["sampled_records.sample_id", "sampled_records.record_id"]),
        UniqueConstraint("sample_id", "record_id", "n"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sample_id: Mapped[UUID]
    record_id: Mapped[UUID]
    n: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None]
    body_hash: Mapped[bytes]

"""Searches (查找) for people out of contact: what was owed, what was done, and how each ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.orders_searches import EntryKind, SearchKind, SearchOutcome, SearchStep


class Search(Base):
    """One search. `opened_by` is empty where a rule opened it; who ended it is always a named officer."""

    __tablename__ = "searches"
    __table_args__ = (
        one_of("kind", SearchKind),
        one_of("outcome", SearchOutcome),
        CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (ended_by IS NULL)",
            name="ended_by_somebody",
        ),
        Index("ix_searches_open", "subject_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_searches_subject_id", "subject_id", "opened_at"),
        Index("ix_searches_opened_at", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str]
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alerts.id"))
    judgment_id: Mapped[UUID | None] = mapped_column(ForeignKey("judgments.id"))
    absent_since: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    why: Mapped[str]
    policy_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_versions.id"))
    body_hash: Mapped[bytes]
    outcome: Mapped[str | None]
    found_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    end_note: Mapped[str | None]


class SearchDuty(Base):
    """The duty behind one step of a search."""

    __tablename__ = "search_duties"
    __table_args__ = (one_of("step", SearchStep), UniqueConstraint("duty_id"))

    search_id: Mapped[UUID] = mapped_column(ForeignKey("searches.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id"))


class SearchEntry(Base):
    """One thing that was done in a search, never changed afterwards: a correction names the entry it puts right."""

    __tablename__ = "search_entries"
    __table_args__ = (
        one_of("kind", EntryKind),
        CheckConstraint("happened_at <= written_at", name="written_after_it_happened"),
        Index("ix_search_entries_search_id", "search_id", "happened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    search_id: Mapped[UUID] = mapped_column(ForeignKey("searches.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    with_whom: Mapped[str]
    found: Mapped[str]
    photo_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("records.id"))
    document_no: Mapped[str | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("search_entries.id"))
    body_hash: Mapped[bytes]

"""四知道: every statement about a person that was learned or verified, and which later one took its place."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.known_facts import How, Source
from app.rules.known_facts import KnownItem


class KnownFact(Base):
    """One statement about one field, never changed afterwards. Those of one check came in one request.

    `value` is empty where the value stands in the file itself: then `held` is its fingerprint. `held` of a test of a
    contact tells whose. Without `verified_by` it is a mere word.
    """

    __tablename__ = "known_facts"
    __table_args__ = (
        one_of("item", KnownItem),
        one_of("source", Source),
        one_of("how", How),
        CheckConstraint("value IS NOT NULL OR held IS NOT NULL", name="says_something"),
        CheckConstraint("(verified_by IS NULL) = (verified_at IS NULL)", name="verified_by_somebody"),
        CheckConstraint("(evidence_kind IS NULL) = (evidence_id IS NULL)", name="evidence_whole"),
        CheckConstraint("learned_at <= written_at", name="written_after_it_was_learned"),
        Index("ix_known_facts_subject_id", "subject_id", "field", "learned_at"),
        Index("ix_known_facts_check_id", "check_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    item: Mapped[str]
    field: Mapped[str]
    value: Mapped[str | None]
    held: Mapped[UUID | None]
    source: Mapped[str]
    said_by: Mapped[str | None]
    how: Mapped[str]
    learned_at: Mapped[datetime]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    evidence_kind: Mapped[str | None]
    evidence_id: Mapped[UUID | None]
    note: Mapped[str | None]
    settles: Mapped[bool]
    confirms_id: Mapped[UUID | None] = mapped_column(ForeignKey("known_facts.id"))
    written_by_kind: Mapped[str]
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class KnownFactEnd(Base):
    """A statement that counts no longer, and the one since which it does not. Both stay on record."""

    __tablename__ = "known_fact_ends"

    fact_id: Mapped[UUID] = mapped_column(ForeignKey("known_facts.id"), primary_key=True)
    ended_by: Mapped[UUID] = mapped_column(ForeignKey("known_facts.id"))


class KnownFactDispute(Base):
    """A statement that said something else than another live one when it was kept. They contradict each other as long
    as both are live: whoever looks for contradictions reads these few rows, and not all that was ever said.
    """

    __tablename__ = "known_fact_disputes"
    __table_args__ = (Index("ix_known_fact_disputes_subject_id", "subject_id"),)

    fact_id: Mapped[UUID] = mapped_column(ForeignKey("known_facts.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("known_facts.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))

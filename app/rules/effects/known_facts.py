"""The effect that keeps what was learned or verified of a person. Part of the union in `effects`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import About, Actor


class Source(StrEnum):
    """Who says so."""

    SUBJECT = "subject"
    FAMILY = "family"
    CONTACT = "contact"
    EMPLOYER = "employer"
    COMMUNITY = "community"
    POLICE = "police"
    DOCUMENT = "document"
    OFFICER = "officer"
    OTHER = "other"


class How(StrEnum):
    """How it was learned. What a person only reported by phone is a word, and no verification."""

    SEEN = "seen"
    DOCUMENT = "document"
    CALL = "call"
    VISIT = "visit"
    TALK = "talk"
    THIRD_PARTY = "third_party"
    PHONE_REPORT = "phone_report"


@dataclass(frozen=True)
class KeepFact:
    """One statement about one field of a person, added and never changed.

    `value` is None where the value stands in the file itself and `held` is its fingerprint then. `verified` is the
    officer who answers for it, None for a mere word. `supersedes` are statements that count no longer since this one,
    `confirms_id` is the one that says the same, `differs_from` are those that still count and say something else,
    `outdated_by` is what the same source said later, where this one is about an earlier time.
    `settles`: an officer decided between statements that differed; the verification is then that of the chosen one,
    `verified_as`.
    """

    id: UUID
    check_id: UUID
    subject_id: UUID
    item: str
    field: str
    value: str | None
    held: UUID | None
    source: Source
    said_by: str | None
    how: How
    learned_at: datetime
    verified: bool
    actor: Actor
    at: datetime
    body_hash: bytes
    evidence: About | None = None
    note: str | None = None
    confirms_id: UUID | None = None
    supersedes: tuple[UUID, ...] = ()
    differs_from: tuple[UUID, ...] = ()
    outdated_by: UUID | None = None
    settles: bool = False
    verified_as: tuple[UUID | None, datetime | None] | None = None

    @property
    def verification(self) -> tuple[UUID | None, datetime | None]:
        """By whom and when it was verified; (None, None) for a mere word."""
        if self.verified_as is not None:
            return self.verified_as
        return (self.actor.id, self.learned_at) if self.verified else (None, None)

"""What is known when a visit or talk is written down, and what was kept of it. All instants are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.rules.effects.records import NO_DETAILS, Details
from app.rules.facts import DutyKind, DutyState, Fix, Reason
from app.rules.policy import Item, Policy

NONE_KNOWN = UUID(int=0)


@dataclass(frozen=True)
class NewRecord:
    """What an officer writes: `items` are codes of the local rule, `fix` is where the officer was, by the own phone.

    `settles` are follow-ups that this record did. `fix_given` is the pair of coordinates and datum as they were sent.
    `files` are the attachments that were sent ahead and belong to it; None where the sender does not name them.
    """

    id: UUID
    kind: DutyKind
    subject_id: UUID
    items: tuple[str, ...]
    happened_at: datetime
    note: str
    body_hash: bytes
    ended_at: datetime | None = None
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    met: str | None = None
    corrects_id: UUID | None = None
    details: Details = NO_DETAILS
    settles: tuple[UUID, ...] = ()
    files: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Owed:
    """A duty of the office about this subject, as it stands. `chained`: a turn of those that come back again and again;
    else something brought it up, an event or a day that comes.
    """

    id: UUID
    kind: DutyKind
    rule_code: str
    state: DutyState
    opens_at: datetime
    due_at: datetime
    chained: bool = True


@dataclass(frozen=True)
class RecordFacts:
    """One subject and what its office owes about it. `corrected` is the (subject, kind) of the record that the new one
    corrects, None where there is no such record. `home_distance_m` is None without a fix or a known home. `former` are
    items that the policy has no more and by which something is still owed.
    """

    subject_id: UUID
    office_id: UUID
    office_path: str
    ended_at: datetime | None
    policy: Policy
    owed: tuple[Owed, ...] = ()
    corrected: tuple[UUID, DutyKind] | None = None
    home_distance_m: float | None = None
    policy_version_id: UUID = NONE_KNOWN
    former: Mapping[str, Item] = field(default_factory=dict)

    def item(self, code: str) -> Item | None:
        """What may be written down: what the policy has, and what is owed by an older one."""
        return self.policy.item(code) or self.former.get(code)


@dataclass(frozen=True)
class Covered:
    """An item of a kept record and the duty that it fulfilled, if any; the duty is settled by when it happened.

    Of several duties of one item this is the oldest, `also` are the others with their due times.
    """

    item: str
    duty_id: UUID | None = None
    due_at: datetime | None = None
    also: tuple[tuple[UUID, datetime], ...] = ()

    @property
    def settled(self) -> tuple[tuple[UUID, datetime], ...]:
        """All duties of the item that the record settled, with their due times."""
        first = () if self.duty_id is None or self.due_at is None else ((self.duty_id, self.due_at),)
        return first + self.also


@dataclass(frozen=True)
class Receipt:
    """A record as it was kept: the same however often it is asked for."""

    id: UUID
    kind: DutyKind
    subject_id: UUID
    office_id: UUID
    officer_id: UUID
    happened_at: datetime
    ended_at: datetime | None
    written_at: datetime
    items: tuple[Covered, ...]
    reasons: tuple[Reason, ...]
    home_distance_m: float | None
    accuracy_m: float | None
    corrects_id: UUID | None

"""What is known when knowledge about a person is judged or added to. All instants are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from app.rules.effects.known_facts import How, Source
from app.rules.facts import About, DutyState, SubjectStatus, SupervisionClass
from app.rules.policy import Policy


@dataclass(frozen=True)
class Statement:
    """A live statement: no later one took its place. `id` is None for one that stands in a visit or talk record."""

    id: UUID | None
    field: str
    value: str | None
    held: UUID | None
    source: Source
    said_by: str | None
    how: How
    learned_at: datetime
    verified_at: datetime | None
    verified_by: UUID | None
    written_at: datetime
    evidence: About | None = None
    note: str | None = None
    settles: bool = False
    verified_by_name: str | None = None


@dataclass(frozen=True)
class InFile:
    """What stands in the file itself, as fingerprints: by field, None where nothing stands; and of each contact."""

    held: Mapping[str, UUID | None]
    contacts: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class OpenCheck:
    """A duty to verify an item, as it stands."""

    id: UUID
    item: str
    state: DutyState
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class KnowledgeFacts:
    """One person with all that is known, and what is owed about it."""

    subject_id: UUID
    office_id: UUID
    office_path: str
    status: SubjectStatus
    class_: SupervisionClass | None
    policy: Policy
    in_file: InFile
    statements: tuple[Statement, ...] = ()
    owed: tuple[OpenCheck, ...] = ()


@dataclass(frozen=True)
class Told:
    """One field of a check: the value, or of what stands in the file its fingerprint (of a contact: whose test)."""

    field: str
    value: str | None = None
    held: UUID | None = None
    note: str | None = None


@dataclass(frozen=True)
class NewCheck:
    """What an officer learned or verified in one go. `settle` tells why this counts where others said otherwise, and
    is None where both are to be kept.
    """

    id: UUID
    happened_at: datetime
    source: Source
    how: How
    told: tuple[Told, ...]
    body_hash: bytes
    said_by: str | None = None
    evidence: About | None = None
    note: str | None = None
    settle: str | None = None


@dataclass(frozen=True)
class Settlement:
    """An officer's decision which of several live statements of a field counts, and why."""

    id: UUID
    field: str
    chosen: UUID
    reason: str
    body_hash: bytes


def fingerprint(subject_id: UUID, field: str, *parts: object) -> UUID | None:
    """What tells whether what stands in the file is still what was verified; None where nothing stands there.

    It holds nothing that could be read back beside the file itself, and never an identity number.
    """
    if all(part in (None, "") for part in parts):
        return None
    return uuid5(subject_id, "|".join([field, *("" if part is None else str(part) for part in parts)]))

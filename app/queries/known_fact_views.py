"""四知道 as people read it: items, fields, statements, tests of contacts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.known_facts import Standing


@dataclass(frozen=True)
class StatementShown:
    """One live statement. `text` is None where it is sealed; `id` is None for one that stands in a record."""

    id: UUID | None
    value: str | None
    text: str | None
    source: str
    source_text: str
    said_by: str | None
    how: str
    how_text: str
    learned_at: datetime
    verified_at: datetime | None
    verified_by_name: str | None
    note: str | None
    settles: bool
    evidence_kind: str | None
    evidence_id: UUID | None


@dataclass(frozen=True)
class ContactShown:
    """Somebody who can reach the person, and the last test: `reached` is None where none was made."""

    key: UUID
    name: str | None
    relation: str
    reached: bool | None
    tested_at: datetime | None
    tested_by_name: str | None


@dataclass(frozen=True)
class FieldShown:
    """One field as it stands. `text` is what holds now, None where nothing does or where it is sealed (`sealed`).

    `needed`: the item is not known without it. `held` is the fingerprint of what stands in the file.
    """

    code: str
    title: str
    form: str
    standing: str
    needed: bool
    sealed: bool
    value: str | None
    text: str | None
    verified_at: datetime | None
    verified_by_name: str | None
    how_text: str | None
    fresh_until: datetime | None
    changed: bool
    held: UUID | None
    statements: tuple[StatementShown, ...]
    contacts: tuple[ContactShown, ...] = ()


@dataclass(frozen=True)
class ItemShown:
    """One of the four items. `counts` are its needed fields by standing; it is known where all of them are."""

    code: str
    title: str
    standing: str
    counts: Mapping[str, int]
    fields: tuple[FieldShown, ...]


@dataclass(frozen=True)
class Knowledge:
    """All four items of one person."""

    subject_id: UUID
    subject_name: str
    minor: bool
    supervised: bool
    sealed: bool
    items: tuple[ItemShown, ...]
    as_of: datetime

    @property
    def contradictions(self) -> tuple[FieldShown, ...]:
        """The fields on which sources differ."""
        found = (field for item in self.items for field in item.fields)
        return tuple(field for field in found if field.standing == Standing.CONTRADICTED)

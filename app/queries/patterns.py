"""People whose check-ins follow a pattern that asks a person to look, with what was noted of it before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.office import User
from app.models.pattern import PatternNote
from app.models.subject import Subject
from app.queries.habits import habits, shared_devices, together
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, page_of
from app.rules.facts import Actor, Reason, SubjectStatus
from app.rules.patterns import Pattern, Shared, of_one, of_two, refuse_days
from app.store.scope import subjects_of


@dataclass(frozen=True)
class Seen:
    """One pattern. `other_name` is the other person's, where two are concerned."""

    pattern: Pattern
    why: Reason
    other_id: UUID | None = None
    other_name: str | None = None


@dataclass(frozen=True)
class Note:
    """What an officer noted, and what the person said: own words, sealed with the name."""

    pattern: str
    noted_at: datetime
    noted_by_name: str
    note: str | None
    answer: str | None


@dataclass(frozen=True)
class PersonSeen:
    """One person with what stands out, and the notes of before, the latest first."""

    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    patterns: tuple[Seen, ...]
    notes: tuple[Note, ...]


def people(
    connection: Connection, actor: Actor, *, days: int, now: datetime, after: Key | None = None, limit: int = 50
) -> Page[PersonSeen]:
    """Everybody within reach whose check-ins of the last `days` follow a pattern, by number of the file.

    Five statements for any number of people. Two people are only compared where both are within reach.
    """
    refuse_days(days)
    rows = connection.execute(_within(actor)).all()
    named = {row.id: Named(row.name, row.minor_regime, row.office_id) for row in rows}
    seen = _seen(connection, actor, named, since=now - timedelta(days=days), now=now)
    last = after[0] if after else ""
    shown = [row for row in rows if row.id in seen and row.subject_no > last][: limit + 1]
    notes = _notes(connection, [row.id for row in shown])
    found = [_person(actor, row, named[row.id], seen[row.id], notes[row.id]) for row in shown]
    return page_of(found, limit, lambda person: [person.subject_no])


def _within(actor: Actor) -> Any:
    columns = (Subject.id, Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id)
    in_correction = Subject.status == SubjectStatus.IN_CORRECTION
    return select(*columns).where(subjects_of(actor), in_correction).order_by(Subject.subject_no)


def _seen(
    connection: Connection, actor: Actor, named: Mapping[UUID, Named], *, since: datetime, now: datetime
) -> Mapping[UUID, list[Seen]]:
    ids = list(named)
    seen: dict[UUID, list[Seen]] = defaultdict(list)
    for subject_id, habit in habits(connection, ids, since=since, now=now):
        for pattern, why in of_one(habit):
            seen[subject_id].append(Seen(pattern, why))
    for shared in _pairs(connection, ids, since, now):
        if (told := of_two(shared)) is not None:
            name = shown_name(actor, named[shared.other_id])
            seen[shared.subject_id].append(Seen(Pattern.SHARED_PHONE, told, shared.other_id, name))
    return seen


def _pairs(connection: Connection, ids: Sequence[UUID], since: datetime, now: datetime) -> list[Shared]:
    return [
        *shared_devices(connection, ids, since=since, now=now),
        *together(connection, ids, since=since, now=now),
    ]


def _notes(connection: Connection, subject_ids: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    """The notes of before, the latest first."""
    columns = (PatternNote.subject_id, PatternNote.pattern, PatternNote.noted_at, PatternNote.note, PatternNote.answer)
    statement = select(*columns, User.name).join(User, User.id == PatternNote.noted_by)
    found: dict[UUID, list[Any]] = defaultdict(list)
    order = (PatternNote.noted_at.desc(), PatternNote.id)
    for row in connection.execute(statement.where(PatternNote.subject_id.in_(subject_ids)).order_by(*order)):
        found[row.subject_id].append(row)
    return found


def _person(actor: Actor, row: Any, named: Named, seen: list[Seen], notes: list[Any]) -> PersonSeen:
    sealed = is_sealed(actor, named)
    return PersonSeen(
        subject_id=row.id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        office_id=row.office_id,
        patterns=tuple(seen),
        notes=tuple(
            Note(n.pattern, n.noted_at, n.name, None if sealed else n.note, None if sealed else n.answer) for n in notes
        ),
    )

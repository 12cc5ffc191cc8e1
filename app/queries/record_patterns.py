"""Officers whose records are worth a second look, each with the reason, the records, and what was said of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select, text, tuple_
from sqlalchemy.orm import aliased

from app.models.office import Office, User
from app.models.record_pattern import RecordPatternNote
from app.models.visit import Record
from app.queries.page import Key, Page, page_of
from app.rules.calendar import last_day_before, legal_day
from app.rules.errors import Refused
from app.rules.facts import Actor, Role
from app.rules.record_patterns import Seen, Written, of_officer
from app.store import policies
from app.store.scope import below

SUPERVISORS = frozenset({Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.CITY_STAFF})
AT_ONCE = 50
MOST_DAYS = 366
"""No policy may look further back."""
NOTES_SHOWN = 5

# Corrections say again what was said before; they would be alike by themselves.
RECORDS = text(
    """
    SELECT r.officer_id, r.office_id, r.id, r.subject_id, r.happened_at, r.note,
           CASE WHEN r.kind = 'visit' AND r.accuracy_m > 0 THEN r.home_distance_m - r.accuracy_m END AS far_m,
           ARRAY(SELECT d.due_at FROM record_items i JOIN duties d ON d.id = i.duty_id
                 WHERE i.record_id = r.id ORDER BY d.due_at) AS dues,
           ARRAY(SELECT encode(a.sha256, 'hex') || ':' || coalesce(a.look, 0) FROM attachments a
                 WHERE a.about_kind = 'record' AND a.about_id = r.id AND a.purpose = 'photo'
                 ORDER BY a.id) AS photos
    FROM records r
    WHERE r.officer_id = ANY(:officers) AND r.office_id = ANY(:offices) AND r.corrects_id IS NULL
      AND r.happened_at > :since AND r.happened_at <= :now
    """
)


@dataclass(frozen=True)
class Said:
    """What somebody said of a pattern; `own`: the officer whose records they are."""

    pattern: str
    noted_at: datetime
    noted_by_name: str
    own: bool
    note: str


@dataclass(frozen=True)
class OfficerSeen:
    """One officer with what stands out, and what was said of it, the latest first."""

    officer_id: UUID
    officer_name: str
    office_id: UUID
    office_code: str
    office_name: str
    patterns: tuple[Seen, ...]
    said: tuple[Said, ...]


def officers(
    connection: Connection, actor: Actor, *, now: datetime, after: Key | None = None, limit: int = 20
) -> Page[OfficerSeen]:
    """Officers within reach whose records of the last days follow a pattern; an officer is shown nobody else's.

    In the order of offices and names, found in steps of fifty officers: three statements a step. One who writes in two
    offices is looked at in each.
    """
    found: list[OfficerSeen] = []
    last = _place(after)
    while len(found) <= limit:
        rows = connection.execute(_writers(actor, last, now)).all()
        found += _seen(connection, rows, now)
        if len(rows) < AT_ONCE:
            break
        last = (rows[-1].code, rows[-1].officer_id)
    return page_of(found, limit, lambda one: [one.office_code, str(one.officer_id)])


def _place(after: Key | None) -> tuple[str, UUID] | None:
    if after is None:
        return None
    try:
        code, officer_id = after
        return code, UUID(officer_id)
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error


def _writers(actor: Actor, last: tuple[str, UUID] | None, now: datetime) -> Any:
    """Who wrote something in which office, at any time that a policy may look at."""
    recent = Record.happened_at > now - timedelta(days=MOST_DAYS)
    wrote = select(Record.officer_id, Record.office_id).where(recent).distinct().subquery()
    statement = (
        select(
            *(User.id.label("officer_id"), User.name.label("officer_name")),
            *(Office.id.label("office_id"), Office.name.label("office_name"), Office.code),
        )
        .join(wrote, wrote.c.officer_id == User.id)
        .join(Office, Office.id == wrote.c.office_id)
        .where(_within(actor))
    )
    if last is not None:
        statement = statement.where(tuple_(Office.code, User.id) > last)
    return statement.order_by(Office.code, User.id).limit(AT_ONCE)


def _within(actor: Actor) -> ColumnElement[bool]:
    reaches = [
        below(grant.office_path) if grant.role in SUPERVISORS else and_(below(grant.office_path), User.id == actor.id)
        for grant in actor.grants
    ]
    return or_(*reaches) if reaches else false()


def _seen(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[OfficerSeen]:
    if not rows:
        return []
    rules = policies.in_force(connection, {row.office_id for row in rows}, at=now)
    written = _written(connection, rows, now)
    seen = {}
    for row in rows:
        proof = rules[row.office_id].policy.proof
        since = now - timedelta(days=proof.look_days)
        records = [one for one in written[row.officer_id, row.office_id] if one.happened_at > since]
        seen[row.officer_id, row.office_id] = tuple(of_officer(records, proof))
    shown = [row for row in rows if seen[row.officer_id, row.office_id]]
    said = _said(connection, [row.officer_id for row in shown])
    return [
        OfficerSeen(
            officer_id=row.officer_id,
            officer_name=row.officer_name,
            office_id=row.office_id,
            office_code=row.code,
            office_name=row.office_name,
            patterns=seen[row.officer_id, row.office_id],
            said=tuple(said[row.officer_id][:NOTES_SHOWN]),
        )
        for row in shown
    ]


def _written(
    connection: Connection, rows: Sequence[Row[Any]], now: datetime
) -> Mapping[tuple[UUID, UUID], list[Written]]:
    """The records of these officers in these offices, by both."""
    asked = {"officers": [row.officer_id for row in rows], "offices": [row.office_id for row in rows]}
    found: dict[tuple[UUID, UUID], list[Written]] = defaultdict(list)
    for row in connection.execute(RECORDS, {**asked, "since": now - timedelta(days=MOST_DAYS), "now": now}):
        found[row.officer_id, row.office_id].append(_record(row))
    return found


def _record(row: Row[Any]) -> Written:
    return Written(
        id=row.id,
        subject_id=row.subject_id,
        happened_at=row.happened_at,
        day=legal_day(row.happened_at),
        note=row.note,
        far_m=row.far_m,
        last_days=tuple(last_day_before(due_at) for due_at in row.dues),
        photos=tuple(_photo(told) for told in row.photos),
    )


def _photo(told: str) -> tuple[bytes, int | None]:
    sha256, _, look = told.partition(":")
    return bytes.fromhex(sha256), int(look) or None


def _said(connection: Connection, officer_ids: Sequence[UUID]) -> Mapping[UUID, list[Said]]:
    writer, note = aliased(User), RecordPatternNote
    statement = (
        select(note.officer_id, note.pattern, note.noted_at, note.noted_by, note.note, writer.name)
        .join(writer, writer.id == note.noted_by)
        .where(note.officer_id.in_(officer_ids))
        .order_by(note.noted_at.desc(), note.id)
    )
    found: dict[UUID, list[Said]] = defaultdict(list)
    for row in connection.execute(statement):
        own = row.noted_by == row.officer_id
        found[row.officer_id].append(Said(row.pattern, row.noted_at, row.name, own, row.note))
    return found

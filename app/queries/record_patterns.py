"""Officers whose records are worth a second look, each with the reason, the records, and what was said of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from app.models.office import Office, User
from app.models.record_pattern import RecordPatternNote
from app.models.visit import Record
from app.queries.page import Key, Page, page_of
from app.rules.calendar import last_day_before, legal_day
from app.rules.errors import Refused
from app.rules.facts import Actor, DutyKind, Role
from app.rules.policy import Policy
from app.rules.policy.items import Place
from app.rules.record_patterns import Seen, Written, of_officer
from app.store import policies
from app.store.scope import offices_of

SUPERVISORS = frozenset({Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.CITY_STAFF})
OFFICES_AT_ONCE = 10
MOST_DAYS = 366
"""No policy may look further back."""
NOTES_SHOWN = 3
"""Of a pattern, by the officer, and by others: however much others note, the officer's own answer stays beside it."""

# Corrections say again what was said before; they would be alike by themselves. So would reviews, which are looked up
# at the desk. A photo counts for the record of its own person alone, and no longer once it is deleted.
RECORDS = text(
    """
    SELECT r.officer_id, r.office_id, r.id, r.kind, r.subject_id, r.happened_at, r.note,
           CASE WHEN r.accuracy_m > 0 AND NOT r.reasons @> '[{"code": "place_mock"}]'
                THEN r.home_distance_m - r.accuracy_m END AS far_m,
           covered.items, covered.openings, covered.dues,
           ARRAY(SELECT encode(a.sha256, 'hex') || ':' || coalesce(a.look, 0) FROM attachments a
                 WHERE a.about_kind = 'record' AND a.about_id = r.id AND a.subject_id = r.subject_id
                   AND a.purpose = 'photo' AND a.deleted_at IS NULL
                 ORDER BY a.id) AS photos
    FROM unnest(CAST(:offices AS uuid[]), CAST(:since AS timestamptz[]), CAST(:writers AS uuid[]))
         AS asked(office_id, since, writer_id)
    JOIN records r ON r.office_id = asked.office_id AND r.happened_at > asked.since AND r.happened_at <= :now
    CROSS JOIN LATERAL (
        SELECT array_agg(i.item ORDER BY i.item) AS items, array_agg(d.opens_at ORDER BY i.item) AS openings,
               array_agg(d.due_at ORDER BY i.item) AS dues
        FROM record_items i LEFT JOIN duties d ON d.id = i.duty_id WHERE i.record_id = r.id) covered
    WHERE (asked.writer_id IS NULL OR r.officer_id = asked.writer_id) AND r.corrects_id IS NULL AND r.kind <> 'review'
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

    In the order of offices, found in steps of some offices: five statements a step, and only so many steps as the page
    needs. One who writes in two offices is looked at in each.
    """
    found: list[OfficerSeen] = []
    begin = last = _place(after)
    while len(found) <= limit:
        offices = connection.execute(_offices(actor, last, now)).all()
        seen = _seen(connection, actor, offices, now)
        found += [one for one in seen if begin is None or (one.office_code, one.officer_id) > begin]
        if len(offices) < OFFICES_AT_ONCE:
            break
        last = (offices[-1].code, LAST_OF_OFFICE)
    return page_of(found, limit, lambda one: [one.office_code, str(one.officer_id)])


LAST_OF_OFFICE = UUID(int=2**128 - 1)
"""No officer of an office comes after this one."""


def _place(after: Key | None) -> tuple[str, UUID] | None:
    if after is None:
        return None
    try:
        code, officer_id = after
        return code, UUID(officer_id)
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error


def _offices(actor: Actor, last: tuple[str, UUID] | None, now: datetime) -> Any:
    """The next offices within reach where anybody wrote something that a policy may look at."""
    recent = exists().where(Record.office_id == Office.id, Record.happened_at > now - timedelta(days=MOST_DAYS))
    statement = select(Office.id, Office.name, Office.code, Office.path).where(offices_of(actor), recent)
    if last is not None:
        code, officer_id = last
        further = Office.code > code
        statement = statement.where(further if officer_id == LAST_OF_OFFICE else or_(further, Office.code == code))
    return statement.order_by(Office.code).limit(OFFICES_AT_ONCE)


def _supervises(actor: Actor, path: str) -> bool:
    return any(
        grant.role in SUPERVISORS and (path == grant.office_path or path.startswith(f"{grant.office_path}."))
        for grant in actor.grants
    )


def _seen(connection: Connection, actor: Actor, offices: Sequence[Row[Any]], now: datetime) -> list[OfficerSeen]:
    """What stands out in these offices, in the order of offices and officers."""
    if not offices:
        return []
    in_force = policies.in_force(connection, {row.id for row in offices}, at=now)
    rules = {office_id: one.policy for office_id, one in in_force.items()}
    written = _written(connection, actor, offices, rules, now)
    patterns = {key: tuple(of_officer(records, rules[key[1]].proof)) for key, records in written.items()}
    shown = [key for key, seen in patterns.items() if seen]
    names, said = _names(connection, shown), _said(connection, {officer_id for officer_id, _ in shown})
    return [
        OfficerSeen(
            officer_id=officer_id,
            officer_name=names[officer_id],
            office_id=office.id,
            office_code=office.code,
            office_name=office.name,
            patterns=patterns[officer_id, office.id],
            said=tuple(said[officer_id]),
        )
        for office in offices
        for officer_id in sorted(who for who, where in shown if where == office.id)
    ]


def _written(
    connection: Connection, actor: Actor, offices: Sequence[Row[Any]], rules: Mapping[UUID, Policy], now: datetime
) -> Mapping[tuple[UUID, UUID], list[Written]]:
    """The records of these offices' last days, by officer and office: in an office not supervised the own alone."""
    asked = {
        "offices": [office.id for office in offices],
        "since": [now - timedelta(days=rules[office.id].proof.look_days) for office in offices],
        "writers": [None if _supervises(actor, office.path) else actor.id for office in offices],
    }
    found: dict[tuple[UUID, UUID], list[Written]] = defaultdict(list)
    for row in connection.execute(RECORDS, {**asked, "now": now}):
        found[row.officer_id, row.office_id].append(_record(row, rules[row.office_id]))
    return found


def _record(row: Row[Any], policy: Policy) -> Written:
    """How far from the home it was written says something only of what is done there."""
    items = [policy.item(code) for code in row.items or ()]
    turns = zip(row.openings or (), row.dues or (), strict=True)
    at_home = any(item is not None and item.place is Place.HOME for item in items)
    return Written(
        id=row.id,
        kind=DutyKind(row.kind),
        subject_id=row.subject_id,
        happened_at=row.happened_at,
        day=legal_day(row.happened_at),
        note=row.note,
        far_m=row.far_m if at_home else None,
        turns=tuple((legal_day(opens_at), last_day_before(due_at)) for opens_at, due_at in turns if opens_at),
        photos=tuple(_photo(told) for told in row.photos),
    )


def _photo(told: str) -> tuple[bytes, int | None]:
    sha256, _, look = told.partition(":")
    return bytes.fromhex(sha256), int(look) or None


def _names(connection: Connection, keys: Iterable[tuple[UUID, UUID]]) -> Mapping[UUID, str]:
    wanted = {officer_id for officer_id, _ in keys}
    return {row.id: row.name for row in connection.execute(select(User.id, User.name).where(User.id.in_(wanted)))}


def _said(connection: Connection, officer_ids: Iterable[UUID]) -> Mapping[UUID, list[Said]]:
    """The latest answers and notes of each pattern, the last first."""
    note = RecordPatternNote
    own = (note.noted_by == note.officer_id).label("own")
    place = func.row_number().over(partition_by=(note.officer_id, note.pattern, own), order_by=note.noted_at.desc())
    columns = (note.id, note.officer_id, note.pattern, note.noted_at, note.noted_by, note.note, own)
    latest = select(*columns, place.label("place")).where(note.officer_id.in_(set(officer_ids))).subquery()
    writer = aliased(User)
    statement = (
        select(latest, writer.name)
        .join(writer, writer.id == latest.c.noted_by)
        .where(latest.c.place <= NOTES_SHOWN)
        .order_by(latest.c.noted_at.desc(), latest.c.id)
    )
    found: dict[UUID, list[Said]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.officer_id].append(Said(row.pattern, row.noted_at, row.name, row.own, row.note))
    return found

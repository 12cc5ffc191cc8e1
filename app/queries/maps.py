"""What is drawn on officers' maps: where people were seen last, outlines of areas, zones, and episodes of alerts.

Whoever calls `people` records that it was read.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, select, true
from sqlalchemy.orm import aliased

from app.models.alert import Alert, AlertOccurrence
from app.models.area import Area
from app.models.office import Office
from app.models.subject import Subject, SubjectState
from app.models.zone import Zone
from app.queries.names import Named, shown_name
from app.queries.told import sentence_of
from app.rules.errors import NotFound
from app.rules.facts import Actor, Handling, SubjectStatus
from app.rules.wording.alerts import KINDS
from app.store import areas
from app.store.scope import below, subjects_of

Geometry = dict[str, Any]
FINE_DIGITS = 6
MOST_ZONES = 2000
MOST_OF_ONE = 50
"""Zones of one person on a map, the last to begin; more would hide one another."""
FEW_METRES_DEG = 0.00005
"""How far an outline may be from the zone's where a whole office is shown."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """One person's newest fix, in WGS-84."""

    id: UUID
    subject_no: str
    name: str
    office_name: str
    lon: float
    lat: float
    accuracy_m: float
    at: datetime
    unclosed_alerts: int
    minor: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """An area as it is drawn: GeoJSON in WGS-84, left out of it what is finer than was asked for."""

    id: UUID
    kind: str
    name: str
    geometry: Geometry


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone of one person with its shape in WGS-84; of a circle the centre and the radius too."""

    id: UUID
    kind: str
    name: str
    from_at: datetime
    until: datetime | None
    hours: Sequence[dict[str, Any]]
    geometry: Geometry
    centre: tuple[float, float] | None
    radius_m: float | None


@dataclass(frozen=True, slots=True)
class Episode:
    """One occurrence of an alert: what was told of a time, for whoever wonders why a track has a gap there."""

    alert_id: UUID
    kind: str
    title: str
    why: str
    from_at: datetime
    until: datetime | None
    cause: str
    strength: str


def people(
    connection: Connection, actor: Actor, office_path: str | None, *, after: str | None = None, limit: int | None = None
) -> Sequence[LastSeen]:
    """Those under correction within reach with a last fix, by number; of the office at that path and those below it."""
    unclosed = (
        select(Alert.subject_id, func.count().label("n"))
        .where(Alert.handling != Handling.CLOSED)
        .group_by(Alert.subject_id)
        .subquery()
    )
    number = Subject.subject_no.collate("C")
    statement = (
        select(
            Subject.id,
            Subject.subject_no,
            Subject.name,
            Subject.minor_regime,
            Subject.office_id,
            Office.name.label("office_name"),
            func.ST_X(SubjectState.last_position).label("lon"),
            func.ST_Y(SubjectState.last_position).label("lat"),
            SubjectState.last_accuracy_m,
            SubjectState.last_position_at,
            func.coalesce(unclosed.c.n, 0).label("unclosed"),
        )
        .join(Office, Office.id == Subject.office_id)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .outerjoin(unclosed, unclosed.c.subject_id == Subject.id)
        .where(subjects_of(actor), Subject.status == SubjectStatus.IN_CORRECTION)
        .where(SubjectState.last_position_at.is_not(None))
        .order_by(number)
        .limit(limit)
    )
    if office_path is not None:
        statement = statement.where(below(office_path))
    if after is not None:
        statement = statement.where(number > after)
    return [_seen(actor, row) for row in connection.execute(statement)]


def _seen(actor: Actor, row: Any) -> LastSeen:
    return LastSeen(
        id=row.id,
        subject_no=row.subject_no,
        name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        office_name=row.office_name,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.last_accuracy_m,
        at=row.last_position_at,
        unclosed_alerts=row.unclosed,
        minor=row.minor_regime,
    )


def permitted_areas(connection: Connection, actor: Actor, office_path: str | None, *, at: datetime) -> Sequence[UUID]:
    """The areas that people of the office, and of those below it, may not leave at that instant."""
    named = (
        select(Subject.permitted_area_id)
        .join(Office, Office.id == Subject.office_id)
        .where(subjects_of(actor), Subject.status == SubjectStatus.IN_CORRECTION)
        .where(true() if office_path is None else below(office_path))
    )
    one, other = aliased(Area), aliased(Area)
    same = and_(other.kind == one.kind, other.code == one.code, other.in_force.contains(at))
    statement = select(other.id).join(one, same).where(one.id.in_(named)).distinct()
    return sorted(connection.execute(statement).scalars(), key=str)


def area_at(connection: Connection, actor: Actor, subject_id: UUID, at: datetime) -> UUID | None:
    """The version of the area that bound one person at that instant; None where none did."""
    asked = select(func.permitted_area_at(Subject.id, at)).where(Subject.id == subject_id, subjects_of(actor))
    found: UUID | None = connection.execute(asked).scalar_one_or_none()
    return found


def outline(connection: Connection, area_id: UUID, *, tolerance_deg: float) -> Outline:
    """One area; NotFound for none. Boundaries are public: they are no person's."""
    rows = _outlines(connection, tolerance_deg, Area.id == area_id)
    if not rows:
        raise NotFound("not_found")
    return rows[0]


def counties_around(connection: Connection, area_id: UUID, *, at: datetime, tolerance_deg: float) -> Sequence[Outline]:
    """The counties that the surroundings of an area touch, for orientation; none where none were imported."""
    box = select(func.ST_Expand(func.ST_Envelope(Area.boundary), 0.2)).where(Area.id == area_id).scalar_subquery()
    touches = Area.boundary.op("&&")(box)
    return _outlines(connection, tolerance_deg, Area.kind == "county", Area.in_force.contains(at), touches)


def _outlines(connection: Connection, tolerance_deg: float, *which: Any) -> Sequence[Outline]:
    drawn = func.ST_AsGeoJSON(func.ST_SimplifyPreserveTopology(Area.boundary, tolerance_deg), FINE_DIGITS)
    statement = select(Area.id, Area.kind, Area.name, drawn.label("drawn")).where(*which).order_by(Area.code)
    return [Outline(row.id, row.kind, row.name, json.loads(row.drawn)) for row in connection.execute(statement)]


def counties_of(connection: Connection, places: Sequence[tuple[float, float]]) -> Sequence[str | None]:
    """The county in which each place lies, as people name it; None where none is known."""
    return areas.county_names(connection, places)


def county_of_last(connection: Connection, actor: Actor, subject_id: UUID) -> str | None:
    """The county of one person's newest fix; None where there is none, or it lies in no county that is known."""
    row = connection.execute(
        select(func.ST_X(SubjectState.last_position).label("lon"), func.ST_Y(SubjectState.last_position).label("lat"))
        .join(Subject, Subject.id == SubjectState.subject_id)
        .where(Subject.id == subject_id, subjects_of(actor), SubjectState.last_position.is_not(None))
    ).one_or_none()
    return counties_of(connection, [(row.lon, row.lat)])[0] if row else None


def zones_within(connection: Connection, actor: Actor, office_path: str | None, *, at: datetime) -> Sequence[DrawnZone]:
    """The zones that hold at an instant for people of an office and of those below it; at most `MOST_ZONES`."""
    ends = func.least(Zone.until, Zone.removed_at)
    statement = (
        _zones(tolerance_deg=FEW_METRES_DEG)
        .join(Office, Office.id == Subject.office_id)
        .where(subjects_of(actor), Subject.status == SubjectStatus.IN_CORRECTION)
        .where(Zone.from_at <= at, ends.is_(None) | (ends > at))
        .order_by(Zone.from_at.desc(), Zone.id)
        .limit(MOST_ZONES)
    )
    if office_path is not None:
        statement = statement.where(below(office_path))
    return [_zone(row) for row in connection.execute(statement)]


def zones(
    connection: Connection, actor: Actor, subject_id: UUID, from_at: datetime, until: datetime | None
) -> Sequence[DrawnZone]:
    """The zones of one person whose term touches [from_at, until), in the order in which they begin; without `until`
    those that have not ended by `from_at`. At most `MOST_OF_ONE`.
    """
    ends = func.least(Zone.until, Zone.removed_at)
    statement = (
        _zones()
        .where(Zone.subject_id == subject_id, subjects_of(actor), true() if until is None else Zone.from_at < until)
        .where((ends.is_(None)) | ((ends > from_at) & (ends > Zone.from_at)))
        .order_by(Zone.from_at.desc(), Zone.id.desc())
        .limit(MOST_OF_ONE)
    )
    return [_zone(row) for row in connection.execute(statement)][::-1]


def _zones(tolerance_deg: float | None = None) -> Select[Any]:
    shape = Zone.shape if tolerance_deg is None else func.ST_SimplifyPreserveTopology(Zone.shape, tolerance_deg)
    return select(
        Zone.id,
        Zone.kind,
        Zone.name,
        Zone.from_at,
        func.least(Zone.until, Zone.removed_at).label("ends"),
        Zone.hours,
        func.ST_AsGeoJSON(shape, FINE_DIGITS).label("drawn"),
        func.ST_X(Zone.centre).label("lon"),
        func.ST_Y(Zone.centre).label("lat"),
        Zone.radius_m,
    ).join(Subject, Subject.id == Zone.subject_id)


def _zone(row: Any) -> DrawnZone:
    centre = (row.lon, row.lat) if row.lon is not None else None
    return DrawnZone(
        row.id, row.kind, row.name, row.from_at, row.ends, row.hours, json.loads(row.drawn), centre, row.radius_m
    )


def episodes(
    connection: Connection, actor: Actor, subject_id: UUID, from_at: datetime, until: datetime, *, today: date
) -> Sequence[Episode]:
    """What alerts told of that time, in order."""
    rows = connection.execute(
        select(
            AlertOccurrence.alert_id,
            Alert.kind,
            AlertOccurrence.why,
            AlertOccurrence.event_at,
            AlertOccurrence.recovered_at,
            AlertOccurrence.cause,
            AlertOccurrence.strength,
        )
        .join(Alert, Alert.id == AlertOccurrence.alert_id)
        .join(Subject, Subject.id == Alert.subject_id)
        .where(Alert.subject_id == subject_id, subjects_of(actor), AlertOccurrence.event_at < until)
        .where(AlertOccurrence.recovered_at.is_(None) | (AlertOccurrence.recovered_at > from_at))
        .order_by(AlertOccurrence.event_at, AlertOccurrence.alert_id)
    )
    return [_episode(row, today) for row in rows]


def _episode(row: Any, today: date) -> Episode:
    title = KINDS[row.kind]
    why = sentence_of(row.why, today=today) or title
    return Episode(row.alert_id, row.kind, title, why, row.event_at, row.recovered_at, row.cause, row.strength)

"""Zones of people, as officers see them and as the person does."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from app.models.office import User
from app.models.subject import Subject
from app.models.zone import Zone
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of

DECIMALS = 7
"""Of degrees: a centimetre."""
MOST_OWN = 200


@dataclass(frozen=True)
class Circle:
    """Centre in degrees of WGS-84, radius in metres."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class ZoneView:
    """One zone. `until` is as it was set; `ends_at` is the earlier of that and its removal, None: no end is set.

    `geometry` is GeoJSON in WGS-84, of a circle the polygon that stands for it; None in lists. Reasons, in people's own
    words, are sealed with the name.
    """

    id: UUID
    subject_id: UUID
    subject_name: str
    kind: str
    name: str
    from_at: datetime
    until: datetime | None
    ends_at: datetime | None
    hours: list[dict[str, Any]]
    circle: Circle | None
    geometry: dict[str, Any] | None
    given: dict[str, Any] | None
    prohibition: str | None
    document_no: str | None
    article: str | None
    reason: str | None
    created_by: UUID
    created_by_name: str
    created_at: datetime
    removed_at: datetime | None
    removed_by: UUID | None
    removed_by_name: str | None
    removal_reason: str | None


@dataclass(frozen=True)
class OwnZone:
    """A zone as the person sees it: what is asked, where, when, and on what ground."""

    id: UUID
    kind: str
    name: str
    from_at: datetime
    until: datetime | None
    hours: list[dict[str, Any]]
    circle: Circle | None
    geometry: dict[str, Any]
    document_no: str | None
    article: str | None


def whose(connection: Connection, actor: Actor, subject_id: UUID) -> str:
    """The name of the person as `actor` reads it; NotFound out of reach."""
    columns = (Subject.name, Subject.minor_regime, Subject.office_id)
    row = connection.execute(select(*columns).where(Subject.id == subject_id, subjects_of(actor))).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return shown_name(actor, Named(row.name, row.minor_regime, row.office_id))


def zone(connection: Connection, actor: Actor, zone_id: UUID) -> ZoneView:
    """One zone with its shape; NotFound outside the actor's reach."""
    shape = (_geojson().label("geometry"), Zone.given)
    row = connection.execute(_zones(actor).add_columns(*shape).where(Zone.id == zone_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row, json.loads(row.geometry), row.given)


def zones(
    connection: Connection,
    actor: Actor,
    *,
    subject_id: UUID | None = None,
    held_at: datetime | None = None,
    over_at: datetime | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[ZoneView]:
    """Zones within the actor's reach, the last to begin first, without shapes; with `held_at` those that have neither
    ended nor been removed by then, with `over_at` the others.
    """
    statement = _zones(actor).order_by(Zone.from_at.desc(), Zone.id.desc()).limit(limit + 1)
    if subject_id is not None:
        statement = statement.where(Zone.subject_id == subject_id)
    ends = func.least(Zone.until, Zone.removed_at)
    if held_at is not None:
        statement = statement.where(ends.is_(None) | (ends > held_at))
    if over_at is not None:
        statement = statement.where(ends <= over_at)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Zone.from_at, Zone.id) < tuple_(*key))
    rows = [_view(actor, row, None, None) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.from_at.isoformat(), str(row.id)])


def own_zones(connection: Connection, subject_id: UUID, *, now: datetime) -> tuple[OwnZone, ...]:
    """What binds the person now or will, the first to begin first."""
    ends = func.least(Zone.until, Zone.removed_at)
    rows = connection.execute(
        select(
            *(Zone.id, Zone.kind, Zone.name, Zone.from_at, Zone.until, Zone.hours, Zone.document_no, Zone.article),
            *(*_circle(), _geojson().label("geometry")),
        )
        .where(Zone.subject_id == subject_id, ends.is_(None) | (ends > now))
        .order_by(Zone.from_at, Zone.id)
        .limit(MOST_OWN)
    )
    return tuple(
        OwnZone(
            id=row.id,
            kind=row.kind,
            name=row.name,
            from_at=row.from_at,
            until=row.until,
            hours=row.hours,
            circle=_circle_of(row),
            geometry=json.loads(row.geometry),
            document_no=row.document_no,
            article=row.article,
        )
        for row in rows
    )


def _geojson() -> Any:
    return func.ST_AsGeoJSON(Zone.shape, DECIMALS)


def _circle() -> tuple[Any, ...]:
    centre = (func.ST_X(Zone.centre).label("lon"), func.ST_Y(Zone.centre).label("lat"))
    return (*centre, Zone.radius_m)


def _circle_of(row: Row[Any]) -> Circle | None:
    return Circle(row.lon, row.lat, row.radius_m) if row.radius_m is not None else None


def _zones(actor: Actor) -> Select[*tuple[Any, ...]]:
    setter, remover = aliased(User), aliased(User)
    return (
        select(
            *(Zone.id, Zone.subject_id, Zone.kind, Zone.name, Zone.from_at, Zone.until, Zone.hours),
            *(Zone.prohibition, Zone.document_no, Zone.article, Zone.reason, Zone.created_by, Zone.created_at),
            *(Zone.removed_at, Zone.removed_by, Zone.removal_reason, *_circle()),
            func.least(Zone.until, Zone.removed_at).label("ends_at"),
            *(setter.name.label("created_by_name"), remover.name.label("removed_by_name")),
            *(Subject.name.label("subject_name"), Subject.minor_regime, Subject.office_id),
        )
        .join(Subject, Subject.id == Zone.subject_id)
        .join(setter, setter.id == Zone.created_by)
        .outerjoin(remover, remover.id == Zone.removed_by)
        .where(subjects_of(actor))
    )


def _view(actor: Actor, row: Row[Any], geometry: dict[str, Any] | None, given: dict[str, Any] | None) -> ZoneView:
    named = Named(row.subject_name, row.minor_regime, row.office_id)
    sealed = is_sealed(actor, named)
    return ZoneView(
        id=row.id,
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        kind=row.kind,
        name=row.name,
        from_at=row.from_at,
        until=row.until,
        ends_at=row.ends_at,
        hours=row.hours,
        circle=_circle_of(row),
        geometry=geometry,
        given=given,
        prohibition=row.prohibition,
        document_no=row.document_no,
        article=row.article,
        reason=None if sealed else row.reason,
        created_by=row.created_by,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
        removed_by_name=row.removed_by_name,
        removal_reason=None if sealed else row.removal_reason,
    )

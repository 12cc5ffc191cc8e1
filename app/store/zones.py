"""Zones on disk: which hold for whom, how a shape becomes a polygon, and the removal, which is written once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from math import ceil, pi, sqrt
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, func, or_, select, text
from sqlalchemy.exc import IntegrityError

from app.models.subject import Subject, SubjectState
from app.models.zone import Zone as Row
from app.rules.bounds import WeeklyHours, Zone, ZoneKind
from app.rules.effects.zones import RemoveZone, SetZone
from app.rules.errors import Conflict
from app.rules.facts import Actor, SubjectStatus
from app.rules.shapes import Polygon
from app.rules.wording.zones import REMOVED_AT_THE_END
from app.rules.zones.hours import as_json
from app.rules.zones.setting import Examined, Ground, RemovalFacts, Wanted, ZoneFacts
from app.store.scope import subjects_of

FEWEST_CORNERS = 32
FAR = datetime.max.replace(tzinfo=UTC)
OFF_AT_MOST_M = 0.25
"""How far the polygon of a circle may run inside of it."""


# `ends` is of times that are there: least leaves NULL out.
HOLDING = text(
    """
    SELECT id, subject_id, kind, name, from_at, ends, hours
    FROM zones CROSS JOIN LATERAL (SELECT least(until, removed_at) AS ends) AS of_both
    WHERE subject_id = ANY(:ids) AND from_at < :until AND (ends IS NULL OR ends > :from_at AND ends > from_at)
    ORDER BY subject_id, from_at, id
    """
)


def holding(
    tx: Connection, subject_ids: Sequence[UUID], from_at: datetime, until: datetime
) -> Mapping[UUID, Sequence[Zone]]:
    """The zones of these subjects whose term touches [from_at, until), in the order in which they begin. One query.

    A removal ends a zone early: `Zone.until` is the earlier of the two. Hours are for the caller: a zone with hours is
    given whether or not one of them falls into the span. Shapes are measured in the database (`zones.shape`).
    """
    if not subject_ids:
        return {}
    rows = tx.execute(HOLDING, {"ids": list(subject_ids), "from_at": from_at, "until": until})
    found: dict[UUID, list[Zone]] = defaultdict(list)
    for row in rows:
        zone = Zone(row.id, row.subject_id, ZoneKind(row.kind), row.name, row.from_at, row.ends, hours_of(row.hours))
        found[row.subject_id].append(zone)
    return found


def hours_of(stored: Sequence[Mapping[str, Any]]) -> tuple[WeeklyHours, ...]:
    """Hours as the rules know them, from how the table keeps them."""
    return tuple(
        WeeklyHours(frozenset(each["weekdays"]), time.fromisoformat(each["from"]), time.fromisoformat(each["to"]))
        for each in stored
    )


def body_hash_of(tx: Connection, zone_id: UUID) -> bytes | None:
    """The fingerprint of the request that set this zone; None where there is no such zone."""
    return tx.execute(select(Row.body_hash).where(Row.id == zone_id)).scalar_one_or_none()


def facts(tx: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> ZoneFacts | None:
    """What decides on a zone, under the subject's lock; None where the actor may not know the subject. One query."""
    held = (
        select(func.count())
        .where(Row.subject_id == subject_id, Row.removed_at.is_(None), or_(Row.until.is_(None), Row.until > now))
        .scalar_subquery()
    )
    row = tx.execute(
        select(Subject.status, held.label("held"))
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    return ZoneFacts(subject_id, SubjectStatus(row.status), row.held) if row else None


EXAMINE = text(
    """
    SELECT CASE WHEN ST_IsValid(shape) THEN NULL ELSE ST_IsValidReason(shape) END AS invalid,
           CASE WHEN ST_IsValid(shape) THEN ST_Area(CAST(shape AS geography)) / 1e6 ELSE 0 END AS km2
    FROM (SELECT ST_SetSRID(ST_GeomFromGeoJSON(:shape), 4326) AS shape) AS sent
    """
)


def examine(tx: Connection, polygons: Sequence[Polygon]) -> Examined:
    """What PostGIS finds of a shape before it is taken: what is wrong with it, and how large it is. One query."""
    row = tx.execute(EXAMINE, {"shape": geojson(polygons)}).one()
    return Examined(row.invalid, row.km2)


APART = """
    SELECT id FROM zones
    WHERE subject_id = :id AND kind = 'stay_inside' AND removed_at IS NULL AND (until IS NULL OR until > :now)
      AND NOT {touches}
"""
APART_OF_POLYGON = text(APART.format(touches="ST_Intersects(shape, ST_SetSRID(ST_GeomFromGeoJSON(:shape), 4326))"))
APART_OF_CIRCLE = text(
    APART.format(
        touches="ST_DWithin(CAST(shape AS geography), "
        "CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography), :radius_m)"
    )
)


def ground_of(tx: Connection, subject_id: UUID, wanted: Wanted, *, now: datetime) -> Ground:
    """What a wanted zone is examined for. A shape that is not valid is compared with nothing."""
    examined = examine(tx, wanted.polygons) if wanted.polygons is not None else None
    if wanted.kind is not ZoneKind.STAY_INSIDE or (examined is not None and examined.invalid is not None):
        return Ground(examined)
    if wanted.circle is not None:
        lon, lat, radius_m = wanted.circle
        found = tx.execute(
            APART_OF_CIRCLE, {"id": subject_id, "now": now, "lon": lon, "lat": lat, "radius_m": radius_m}
        )
    else:
        shape = geojson(wanted.polygons or ())
        found = tx.execute(APART_OF_POLYGON, {"id": subject_id, "now": now, "shape": shape})
    ids = set(found.scalars())
    held = holding(tx, [subject_id], now, FAR).get(subject_id, ()) if ids else ()
    return Ground(examined, [zone for zone in held if zone.id in ids])


def geojson(polygons: Sequence[Polygon]) -> str:
    """A GeoJSON MultiPolygon."""
    return json.dumps({"type": "MultiPolygon", "coordinates": polygons})


# Inside is told by straight lines in degrees, distances by arcs on the spheroid: short sides are the same line in both.
SET = """
    INSERT INTO zones (id, subject_id, kind, name, from_at, until, hours, shape, centre, radius_m, given, prohibition,
                       document_no, article, reason, created_by, created_at, body_hash)
    VALUES (:id, :subject_id, :kind, :name, :from_at, :until, CAST(:hours AS jsonb), {shape}, {centre}, :radius_m,
            CAST(:given AS jsonb), :prohibition, :document_no, :article, :reason, :created_by, :at, :body_hash)
"""
SET_POLYGON = text(SET.format(shape="ST_Segmentize(ST_SetSRID(ST_GeomFromGeoJSON(:shape), 4326), 0.01)", centre="NULL"))
SET_CIRCLE = text(
    SET.format(
        shape="""(
        SELECT ST_MakePolygon(ST_MakeLine(
                   CAST(ST_Project(CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography), :radius_m,
                                   2 * pi() * (corner % :corners) / :corners) AS geometry)
                   ORDER BY corner))
        FROM generate_series(0, CAST(:corners AS integer)) AS corner)""",
        centre="ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)",
    )
)


def write(tx: Connection, effects: Sequence[SetZone]) -> None:
    """Write zones. Conflict `id_reused` where at this very moment somebody used the id for another subject."""
    for effect in effects:
        try:
            with tx.begin_nested():
                if effect.circle is None:
                    shape = {"shape": geojson(effect.polygons or ()), "radius_m": None}
                    tx.execute(SET_POLYGON, {**_row(effect), **shape})
                else:
                    lon, lat, radius_m = effect.circle
                    circle = {"lon": lon, "lat": lat, "radius_m": radius_m, "corners": _corners(radius_m)}
                    tx.execute(SET_CIRCLE, {**_row(effect), **circle})
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
            raise Conflict("id_reused") from error


def _corners(radius_m: float) -> int:
    """So many that no side lies more than `OFF_AT_MOST_M` inside the circle."""
    return max(FEWEST_CORNERS, ceil(pi * sqrt(radius_m / (2 * OFF_AT_MOST_M))))


def _row(effect: SetZone) -> dict[str, Any]:
    return {
        "id": effect.id,
        "subject_id": effect.subject_id,
        "kind": effect.kind,
        "name": effect.name,
        "from_at": effect.from_at,
        "until": effect.until,
        "hours": json.dumps(as_json(effect.hours)),
        "given": json.dumps(effect.given),
        "prohibition": effect.prohibition,
        "document_no": effect.document_no,
        "article": effect.article,
        "reason": effect.reason,
        "created_by": effect.created_by,
        "at": effect.at,
        "body_hash": effect.body_hash,
    }


def removal_facts(tx: Connection, actor: Actor, zone_id: UUID) -> RemovalFacts | None:
    """The zone as it stands, under its subject's lock; None where the actor may not know it."""
    row = tx.execute(
        select(Row.id, Row.subject_id, Row.until, Row.removed_at)
        .join(Subject, Subject.id == Row.subject_id)
        .join(SubjectState, SubjectState.subject_id == Row.subject_id)
        .where(Row.id == zone_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    return RemovalFacts(row.id, row.subject_id, row.until, row.removed_at) if row else None


REMOVE = text(
    "UPDATE zones SET removed_at = :at, removed_by = :removed_by, removal_reason = :reason"
    " WHERE id = :id AND removed_at IS NULL"
)


CLOSE = text(
    """
    UPDATE zones SET removed_at = :at, removed_by = :removed_by, removal_reason = :reason
    WHERE subject_id = :subject_id AND removed_at IS NULL AND (until IS NULL OR until > :at)
    """
)


def close(tx: Connection, subject_id: UUID, *, ended_by: UUID, now: datetime) -> None:
    """Supervision ends: none of the subject's zones holds any more. The caller holds the lock."""
    values = {"subject_id": subject_id, "at": now, "removed_by": ended_by, "reason": REMOVED_AT_THE_END}
    tx.execute(CLOSE, values)


def remove(tx: Connection, effects: Sequence[RemoveZone]) -> None:
    """Write removals; the callers hold the locks."""
    tx.execute(REMOVE, [{"id": e.id, "at": e.at, "removed_by": e.removed_by, "reason": e.reason} for e in effects])

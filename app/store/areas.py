"""Permitted areas on disk: versions of what may not be left, made from units when first needed and cut into pieces that
are quick to measure by.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, select, text

from app.models.area import Area
from app.rules.areas import PermittedUnits, permitted_units, place_name
from app.rules.errors import Refused
from app.store import outlines, units

AREAS = uuid5(NAMESPACE_URL, "zhifang:area")
KIND = "permitted"


@dataclass(frozen=True, slots=True)
class AreaVersion:
    """A boundary and when it is in force: from `from_at` until `until`, exclusive; None is open."""

    id: UUID
    from_at: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether this version is in force at that instant."""
        return (self.from_at is None or self.from_at <= at) and (self.until is None or at < self.until)


# The outlines carry six decimals. Uniting on that grid lets neighbours' common borders vanish instead of leaving
# slivers, while a real enclave of another county stays a hole. "Inside" is told by straight lines in degrees, distances
# by arcs on the spheroid: with a vertex at least each 0.01 degree both mean the same line, to a few centimetres.
WRITE = """
    WITH united AS (
        SELECT ST_Multi(ST_CollectionExtract(ST_Union(ST_MakeValid(shape), 0.000001), 3)) AS boundary
        FROM ({shapes}) AS member
    ), written AS (
        INSERT INTO areas (id, kind, code, name, source, created_at, in_force, boundary)
        SELECT :id, 'permitted', :code, :name, :source, :now, tstzrange(:from_at, :until), boundary FROM united
        ON CONFLICT DO NOTHING
        RETURNING id, boundary
    ), parts AS (
        INSERT INTO area_parts (area_id, n, part)
        SELECT piece.id, row_number() OVER (), piece.geom
        FROM (SELECT id, (ST_Dump(ST_Subdivide(boundary, 128))).geom FROM written) AS piece
    )
    INSERT INTO area_edges (area_id, n, edge)
    SELECT piece.id, row_number() OVER (), piece.geom
    FROM (SELECT id, (ST_Dump(ST_Subdivide(ST_Segmentize(ST_Boundary(boundary), 0.01), 128))).geom
          FROM written) AS piece
"""
FROM_OUTLINES = text(
    WRITE.format(
        shapes="SELECT ST_SetSRID(ST_GeomFromGeoJSON(outline), 4326) AS shape "
        "FROM unnest(CAST(:members AS text[])) AS outline"
    )
)
FROM_UNITS = text(WRITE.format(shapes="SELECT boundary AS shape FROM areas WHERE id = ANY(:members)"))


def ensure_permitted_area(tx: Connection, code: str, *, now: datetime) -> UUID:
    """The id of the area that somebody who lives in the unit `code` may not leave, as it is in force at `now`; all its
    versions are written if they are not there yet.

    `code` is a 6-digit adcode of a county, a district or a city; Refused `unknown_area` for any other.
    """
    on_record = units.on_record(tx, code)
    permitted = permitted_units(code, units.names(on_record, now) if on_record else outlines.units())
    found = _in_force(tx, permitted.code, now)
    if found is None:
        if on_record:
            _write_versions(tx, permitted.code, on_record, now)
        else:
            _write_from_outlines(tx, permitted, now)
        found = _in_force(tx, permitted.code, now)
    if found is None:
        raise Refused("unknown_area", fields={"permitted_area": "unknown_area"})
    return found


def area_ids_of_destinations(tx: Connection, codes: Collection[str], *, now: datetime) -> Mapping[str, UUID]:
    """For each unit named by leave: the area that somebody who lives there may not leave, in force at `now`.

    Areas that nobody needed before are written. Refused `unknown_area` for a code that names no county, district or
    city. For fixes of another time take `versions` of the ids.
    """
    return {code: ensure_permitted_area(tx, code, now=now) for code in sorted(set(codes))}


def versions(tx: Connection, area_ids: Collection[UUID]) -> Mapping[UUID, Sequence[AreaVersion]]:
    """All versions of the permitted areas of which these ids name one each, oldest first. One query.

    Almost always one for each. `subjects.permitted_area_id`, and what `area_ids_of_destinations` gives, may name any
    version: a fix is measured against the one that `holds` at the fix's effective time.
    """
    rows = tx.execute(VERSIONS, {"ids": list(area_ids)})
    return {
        asked: [AreaVersion(row.id, row.in_force.lower, row.in_force.upper) for row in same if not row.in_force.isempty]
        for asked, same in groupby(rows, key=lambda row: row.asked)
    }


# In words of its own, like what judging asks of zones: it is asked for every phone each second, and to build the
# statement anew took longer than to answer it.
VERSIONS = text(
    """
    SELECT named.id AS asked, a.id, a.in_force
    FROM areas named JOIN areas a ON a.kind = named.kind AND a.code = named.code
    WHERE named.id = ANY(:ids) ORDER BY named.id, a.in_force
    """
)


def permitted_at(tx: Connection, subject_ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, UUID]:
    """Which version of which area bound these subjects at that instant. One query.

    Who had no area on record then, or none that was in force, is left out.
    """
    rows = tx.execute(PERMITTED_AT, {"ids": list(subject_ids), "at": at})
    return {row.subject_id: row.area_id for row in rows}


PERMITTED_AT = text(
    """
    SELECT subject_id, area_id FROM unnest(CAST(:ids AS uuid[])) AS asked(subject_id)
    CROSS JOIN LATERAL permitted_area_at(subject_id, :at) AS area_id WHERE area_id IS NOT NULL
    """
)

NOTE_BEFORE = text(
    """
    INSERT INTO areas_before (subject_id, until, area_id)
    SELECT id, :until, permitted_area_id FROM subjects
    WHERE id = :id AND permitted_area_id IS DISTINCT FROM CAST(:area_id AS uuid) ON CONFLICT DO NOTHING
    """
)


def note_before(tx: Connection, subject_id: UUID, area_id: UUID, *, until: datetime) -> None:
    """Keep what bound the subject until now, before `area_id` is written: late fixes of that time are judged by it."""
    tx.execute(NOTE_BEFORE, {"id": subject_id, "area_id": area_id, "until": until})


# Which county a place lies in: a few pieces of boundaries hold it, and one of them belongs to a county in force.
NAMES = text(
    """
    SELECT county.code, county.name,
           (SELECT name FROM areas WHERE kind = 'city' AND code = left(county.code, 4) || '00'
            AND in_force @> seen.at LIMIT 1) AS city,
           (SELECT name FROM areas WHERE kind = 'province' AND code = left(county.code, 2) || '0000'
            AND in_force @> seen.at LIMIT 1) AS province
    FROM (SELECT coalesce(CAST(:at AS timestamptz), now()) AS at) AS seen
    CROSS JOIN unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS asked(lon, lat, n)
    LEFT JOIN LATERAL (
        SELECT a.code, a.name FROM area_parts p JOIN areas a ON a.id = p.area_id
        WHERE ST_Intersects(p.part, ST_SetSRID(ST_MakePoint(asked.lon, asked.lat), 4326))
          AND a.kind = 'county' AND a.in_force @> seen.at
        ORDER BY a.code LIMIT 1
    ) AS county ON true
    ORDER BY asked.n
    """
)


def county_names(
    tx: Connection, places: Sequence[tuple[float, float]], *, at: datetime | None = None
) -> list[str | None]:
    """In which county each place (longitude, latitude in WGS-84) lies, as people name it: `浙江省江山市`. One query.

    None at sea, abroad, and where the province's units are not loaded yet (the job `load_units` sees to that). `at`
    asks for the units in force at that time instead of today's; names alone hang on it, never a judgment.
    """
    if not places:
        return []
    lons, lats = [float(lon) for lon, _ in places], [float(lat) for _, lat in places]
    rows = tx.execute(NAMES, {"lons": lons, "lats": lats, "at": at})
    return [place_name(row.name, row.city, row.province) if row.code else None for row in rows]


def _in_force(tx: Connection, code: str, at: datetime) -> UUID | None:
    return tx.execute(
        select(Area.id).where(Area.kind == KIND, Area.code == code, Area.in_force.contains(at))
    ).scalar_one_or_none()


def _write_from_outlines(tx: Connection, permitted: PermittedUnits, now: datetime) -> None:
    """The one version of an area in a province of which nothing else is on record."""
    source = outlines.source()
    members = list(outlines.county_outlines(permitted.units))
    values = {"code": permitted.code, "name": permitted.name, "source": source, "from_at": None, "until": None}
    area_id = uuid5(AREAS, f"{KIND}|{permitted.code}|{source}")
    tx.execute(FROM_OUTLINES, {**values, "id": area_id, "now": now, "members": members})


def _write_versions(tx: Connection, code: str, on_record: Sequence[units.Unit], now: datetime) -> None:
    for version in units.versions_of(code, on_record):
        write_version(tx, version, now)


def write_version(tx: Connection, version: units.Made, now: datetime) -> UUID:
    """Write a permitted area out of units on record; gives its id."""
    begins = version.from_at.isoformat() if version.from_at else "-"
    made_of = "|".join(map(str, version.members))
    area_id = uuid5(AREAS, f"{KIND}|{version.permitted.code}|{begins}|{now.isoformat()}|{made_of}")
    values = {"id": area_id, "code": version.permitted.code, "name": version.permitted.name, "now": now}
    term = {"source": version.source, "from_at": version.from_at, "until": version.until}
    tx.execute(FROM_UNITS, {**values, **term, "members": list(version.members)})
    return area_id

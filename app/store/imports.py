"""An official file of boundaries on its way into the versions of areas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.areas.reading import SentUnit
from app.store.zones import geojson


@dataclass(frozen=True)
class Standing:
    """The version of an area that is in force on the day on which another one comes: `begins` says on that very day."""

    id: UUID
    begins: bool
    same: bool
    until: datetime | None


@dataclass(frozen=True)
class Permitted:
    """A permitted area in force on that day."""

    id: UUID
    code: str
    until: datetime | None


LONGEST = text("SET LOCAL statement_timeout = '10min'")


def take_time(tx: Connection) -> None:
    """A whole country's boundaries take longer than a request may."""
    tx.execute(LONGEST)


INVALID = text(
    """
    SELECT g.n, CASE WHEN ST_IsEmpty(ST_CollectionExtract(ST_MakeValid(shape), 3)) THEN NULL
                ELSE ST_IsValidReason(shape) END AS reason
    FROM (SELECT u.n, ST_SetSRID(ST_GeomFromGeoJSON(u.shape), 4326) AS shape
          FROM unnest(CAST(:shapes AS text[])) WITH ORDINALITY AS u(shape, n)) AS g
    WHERE NOT ST_IsValid(shape)
    """
)


def invalid(tx: Connection, units: Sequence[SentUnit]) -> Mapping[int, str | None]:
    """What PostGIS says is wrong, by the number of the feature; None where mending would leave nothing."""
    rows = tx.execute(INVALID, {"shapes": [geojson(unit.polygons) for unit in units]})
    return {units[row.n - 1].n: row.reason for row in rows}


STANDING = text(
    """
    SELECT a.id, a.kind, a.code, coalesce(lower(a.in_force) = :at, false) AS begins, upper(a.in_force) AS until,
           a.source = :source AND ST_Equals(
               a.boundary, ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(u.shape), 4326)), 3))
               AS same
    FROM unnest(CAST(:kinds AS text[]), CAST(:codes AS text[]), CAST(:shapes AS text[])) AS u(kind, code, shape)
    JOIN areas a ON a.kind = u.kind AND a.code = u.code AND a.in_force @> CAST(:at AS timestamptz)
    """
)


def standing(
    tx: Connection, units: Sequence[SentUnit], source: str, at: datetime
) -> Mapping[tuple[str, str], Standing]:
    """By level and adcode: which version of these units is in force at `at`, and whether it is what was sent."""
    sent = {
        "kinds": [unit.level for unit in units],
        "codes": [unit.code for unit in units],
        "shapes": [geojson(unit.polygons) for unit in units],
    }
    rows = tx.execute(STANDING, {**sent, "source": source, "at": at})
    return {(row.kind, row.code): Standing(row.id, row.begins, row.same and row.begins, row.until) for row in rows}


def next_after(tx: Connection, kind: str, code: str, at: datetime) -> datetime | None:
    """When the next version of an area begins; None: there is none."""
    found: datetime | None = tx.execute(NEXT, {"kind": kind, "code": code, "at": at}).scalar_one()
    return found


NEXT = text(
    "SELECT min(lower(in_force)) FROM areas"
    " WHERE kind = :kind AND code = :code AND lower(in_force) > :at AND NOT isempty(in_force)"
)

END = text("UPDATE areas SET in_force = in_force * tstzrange(NULL, CAST(:at AS timestamptz)) WHERE id = ANY(:ids)")


def end(tx: Connection, area_ids: Collection[UUID], at: datetime) -> None:
    """These versions are in force until `at`; one that would begin then never is."""
    tx.execute(END, {"ids": list(area_ids), "at": at})


def permitted_in_force(tx: Connection, provinces: Collection[str], at: datetime) -> list[Permitted]:
    """The permitted areas of these provinces (two digits) that are in force at `at`."""
    rows = tx.execute(PERMITTED, {"provinces": list(provinces), "at": at})
    return [Permitted(row.id, row.code, row.until) for row in rows]


PERMITTED = text(
    """
    SELECT id, code, upper(in_force) AS until FROM areas
    WHERE kind = 'permitted' AND left(code, 2) = ANY(:provinces) AND in_force @> CAST(:at AS timestamptz)
    ORDER BY code
    """
)


def residents(tx: Connection, codes: Collection[str]) -> list[UUID]:
    """Whoever may not leave one of these permitted areas, and is under correction."""
    return list(tx.execute(RESIDENTS, {"codes": list(codes)}).scalars())


RESIDENTS = text(
    """
    SELECT s.id FROM subjects s JOIN areas a ON a.id = s.permitted_area_id
    WHERE a.code = ANY(:codes) AND s.status = 'in_correction' ORDER BY s.id
    """
)

"""Administrative units with their boundaries: loaded from the package's outlines, or taken from an official file."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, text

from app.rules.areas import COUNTY
from app.store import outlines
from app.store.arrays import as_json
from app.store.outlines import Outline

UNITS = uuid5(NAMESPACE_URL, "zhifang:unit")

# Only units of county level are cut into pieces: places are named by them, the others are drawn.
WRITE = text(
    """
    WITH sent AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(id uuid, level text, code text, name text, n integer)
    ), written AS (
        INSERT INTO areas (id, kind, code, name, source, created_at, in_force, boundary)
        SELECT r.id, r.level, r.code, r.name, :source, :now, tstzrange(:from_at, :until),
               ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(g.shape), 4326)), 3))
        FROM sent r JOIN unnest(CAST(:shapes AS text[])) WITH ORDINALITY AS g(shape, n) ON g.n = r.n
        ON CONFLICT DO NOTHING
        RETURNING id, kind, boundary
    ), parts AS (
        INSERT INTO area_parts (area_id, n, part)
        SELECT piece.id, row_number() OVER (PARTITION BY piece.id), piece.geom
        FROM (SELECT id, (ST_Dump(ST_Subdivide(boundary, 128))).geom FROM written WHERE kind = :county) AS piece
    )
    SELECT count(*) FROM written
    """
)


def load_province(tx: Connection, province: str, *, now: datetime) -> int:
    """Write all units of a province (two digits) from the package's outlines, in force at any time; gives how many.

    Nothing where some are on record already, whatever their source.
    """
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('zhifang:units:' || :province))"), {"province": province})
    if province in loaded_provinces(tx):
        return 0
    return write(tx, outlines.of_province(province), outlines.source(), None, now=now)


def loaded_provinces(tx: Connection) -> frozenset[str]:
    """The first two digits of the provinces whose units are on record."""
    return frozenset(tx.execute(LOADED).scalars())


def provinces_to_load(tx: Connection) -> list[str]:
    """The provinces of which no unit is on record, by the first two digits of their adcodes."""
    return sorted(set(outlines.provinces()) - loaded_provinces(tx))


LOADED = text("SELECT DISTINCT left(code, 2) FROM areas WHERE kind = 'county'")


def write(
    tx: Connection,
    units: Sequence[Outline],
    source: str,
    from_at: datetime | None,
    *,
    now: datetime,
    until: datetime | None = None,
) -> int:
    """Write units with their boundaries, in force from `from_at` until `until`; None is open. One statement."""
    begins = from_at.isoformat() if from_at else "-"
    rows = [
        {
            "id": uuid5(UNITS, f"{unit.level}|{unit.code}|{source}|{begins}|{now.isoformat()}|{unit.geometry}"),
            "level": unit.level,
            "code": unit.code,
            "name": unit.name,
            "n": n,
        }
        for n, unit in enumerate(units, start=1)
    ]
    written = tx.execute(
        WRITE,
        {
            "rows": as_json(rows),
            "shapes": [unit.geometry for unit in units],
            "source": source,
            "from_at": from_at,
            "until": until,
            "now": now,
            "county": COUNTY,
        },
    )
    return int(written.scalar_one())

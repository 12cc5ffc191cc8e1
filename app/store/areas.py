"""Permitted areas on disk: made from outlines when first needed, and cut into pieces that are quick to measure by."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, select, text

from app.models.area import Area
from app.rules.areas import permitted_units
from app.store import outlines

AREAS = uuid5(NAMESPACE_URL, "zhifang:area")
KIND = "permitted"

# The outlines carry six decimals. Uniting on that grid lets neighbours' common borders vanish instead of leaving
# slivers, while a real enclave of another county stays a hole. "Inside" is told by straight lines in degrees, distances
# by arcs on the spheroid: with a vertex at least each 0.01 degree both mean the same line, to a few centimetres.
WRITE = text(
    """
    WITH united AS (
        SELECT ST_Multi(ST_CollectionExtract(
                   ST_Union(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(outline), 4326)), 0.000001), 3)) AS boundary
        FROM unnest(CAST(:outlines AS text[])) AS outline
    ), written AS (
        INSERT INTO areas (id, kind, code, name, source, created_at, boundary)
        SELECT :id, :kind, :code, :name, :source, :now, boundary FROM united
        ON CONFLICT (kind, code, source) DO NOTHING
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
)


def ensure_permitted_area(tx: Connection, code: str, *, now: datetime) -> UUID:
    """The id of the area that somebody who lives in the unit `code` may not leave, written if it is not there yet.

    `code` is a 6-digit adcode of a county, a district or a city; Refused `unknown_area` for any other.
    """
    permitted = permitted_units(code, outlines.units())
    known = tx.execute(
        select(Area.id).where(Area.kind == KIND, Area.code == permitted.code, Area.source == outlines.source())
    ).scalar_one_or_none()
    if known is not None:
        return known
    area_id = uuid5(AREAS, f"{KIND}|{permitted.code}|{outlines.source()}")
    tx.execute(
        WRITE,
        {
            "id": area_id,
            "kind": KIND,
            "code": permitted.code,
            "name": permitted.name,
            "source": outlines.source(),
            "now": now,
            "outlines": list(outlines.county_outlines(permitted.units)),
        },
    )
    return area_id

"""How far a place lies from a subject's home and from the edge of the area that the subject may not leave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.places import Measured

# The piece that is nearest in degrees need not be the nearest in metres, but its distance bounds the answer: only the
# pieces within that reach are measured. A metre is at most 1/110574 of a degree of latitude, and more degrees of
# longitude the farther north. Beyond 1000 km (and across the date line) every piece is measured.
MEASURE = text(
    """
    WITH asked AS (
        SELECT s.home, a.id AS area_id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS place
        FROM subjects s
        LEFT JOIN areas a ON a.id = permitted_area_at(s.id, :at)
        WHERE s.id = :subject_id
    ), bound AS (
        SELECT nearest.metres,
               1.01 * nearest.metres / 110574 AS north,
               1.01 * nearest.metres / (110574 * greatest(cos(radians(least(abs(:lat) + 10, 89))), 0.01)) AS east
        FROM asked CROSS JOIN LATERAL (
            SELECT ST_Distance(CAST(e.edge AS geography), CAST(asked.place AS geography)) AS metres
            FROM area_edges e WHERE e.area_id = asked.area_id ORDER BY e.edge <-> asked.place LIMIT 1) AS nearest
    )
    SELECT ST_Distance(CAST(home AS geography), CAST(place AS geography)) AS home_distance_m,
           CASE WHEN area_id IS NOT NULL THEN
               EXISTS (SELECT FROM area_parts p WHERE p.area_id = asked.area_id AND ST_Intersects(p.part, place))
           END AS inside_area,
           (SELECT min(ST_Distance(CAST(e.edge AS geography), CAST(place AS geography)))
            FROM area_edges e CROSS JOIN bound
            WHERE e.area_id = asked.area_id
              AND (bound.metres > 1000000 OR e.edge && ST_Expand(place, bound.east, bound.north))) AS edge_distance_m
    FROM asked
    """
)


def measure(tx: Connection, subject_id: UUID, lon: float, lat: float, *, at: datetime) -> Measured:
    """What lies between a place (degrees, WGS-84) and the subject's home and permitted area, as that bound the subject
    at `at`. One statement.

    The fields are None where the subject has no home or no area on record, or does not exist.
    """
    row = tx.execute(MEASURE, {"subject_id": subject_id, "lon": lon, "lat": lat, "at": at}).one_or_none()
    if row is None:
        return Measured(None, None, None)
    return Measured(row.home_distance_m, row.inside_area, row.edge_distance_m)

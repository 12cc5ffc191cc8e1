"""When the first evidence of a true episode reached the service: what an alert's delay is counted from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import AlertKind

PLACE_KINDS = {AlertKind.LEFT_AREA, AlertKind.FORBIDDEN_ZONE, AlertKind.LEFT_ZONE}
GOOD_ACCURACY_M = 100
FAR_OUTSIDE_M = 200

# Whatever was stored was covered by a power: the gate keeps nothing else. Late fixes count from when they came.
FIXES = """
    SELECT min(p.received_at)
    FROM positions p {bound}
    WHERE p.subject_id = :subject_id AND p.effective_at >= :from_at AND p.effective_at <= :to_at
      AND p.accuracy_m > 0 AND p.accuracy_m <= :accuracy AND {where}
      AND ST_Distance(CAST(ST_Boundary({shape}) AS geography), CAST(p.place AS geography)) >= :outside_m
"""
ZONE = """
    JOIN zones z ON z.subject_id = p.subject_id AND z.kind = '{kind}' AND z.from_at <= p.effective_at
     AND p.effective_at < coalesce(least(z.until, z.removed_at), 'infinity')
"""
AREA = "JOIN subjects s ON s.id = p.subject_id JOIN areas a ON a.id = s.permitted_area_id"

FIRST = {
    kind: text(FIXES.format(bound=bound, where=where, shape=shape))
    for kind, bound, where, shape in (
        (AlertKind.LEFT_AREA, AREA, "NOT ST_Covers(a.boundary, p.place)", "a.boundary"),
        (AlertKind.FORBIDDEN_ZONE, ZONE.format(kind="forbidden"), "ST_Covers(z.shape, p.place)", "z.shape"),
        (AlertKind.LEFT_ZONE, ZONE.format(kind="stay_inside"), "NOT ST_Covers(z.shape, p.place)", "z.shape"),
    )
}
"""For each kind: beyond the outline of what bounds the person, to the side on which the person must not be."""


def first_evidence(
    connection: Connection, kind: str, subject_id: UUID, from_at: datetime, to_at: datetime
) -> datetime | None:
    """When the first covered fix arrived that is good to 100 m and 200 m beyond the bound; None: not observable.

    Beyond a forbidden zone's bound means 200 m deep in it. Kinds that are not about places are observable from their
    start.
    """
    if kind not in PLACE_KINDS:
        return from_at
    found: datetime | None = connection.execute(
        FIRST[AlertKind(kind)],
        {
            "subject_id": subject_id,
            "from_at": from_at,
            "to_at": to_at,
            "accuracy": GOOD_ACCURACY_M,
            "outside_m": FAR_OUTSIDE_M,
        },
    ).scalar()
    return found

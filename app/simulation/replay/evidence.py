"""When the first evidence of a true episode reached the service: what an alert's delay is counted from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import AlertKind

PLACE_KINDS = {AlertKind.LEFT_AREA, AlertKind.FORBIDDEN_ZONE, AlertKind.LEFT_ZONE}
GOOD_ACCURACY_M = 100
FAR_OUTSIDE_M = 200

OUTSIDE = text(
    """
    SELECT p.received_at
    FROM positions p JOIN subjects s ON s.id = p.subject_id JOIN areas a ON a.id = s.permitted_area_id
    WHERE p.subject_id = :subject_id AND p.effective_at >= :from_at AND p.effective_at <= :to_at
      AND p.accuracy_m <= :accuracy AND NOT ST_Covers(a.boundary, p.place)
      AND ST_Distance(CAST(a.boundary AS geography), CAST(p.place AS geography)) >= :outside_m
    ORDER BY p.received_at LIMIT 1
    """
)


def first_evidence(
    connection: Connection, kind: str, subject_id: UUID, from_at: datetime, to_at: datetime
) -> datetime | None:
    """When the first covered fix arrived that is good to 100 m and at least 200 m outside; None: not observable.

    Kinds that are not about places are observable from their start. Zones are not built, so nothing shows them.
    """
    if kind not in PLACE_KINDS:
        return from_at
    if kind != AlertKind.LEFT_AREA:
        return None
    found: datetime | None = connection.execute(
        OUTSIDE,
        {
            "subject_id": subject_id,
            "from_at": from_at,
            "to_at": to_at,
            "accuracy": GOOD_ACCURACY_M,
            "outside_m": FAR_OUTSIDE_M,
        },
    ).scalar()
    return found

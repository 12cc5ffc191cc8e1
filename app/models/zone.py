"""Places that one person may not enter, or has to stay in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.bounds import ZoneKind


class Zone(Base):
    """One zone as it was decided. It is never changed: only its removal is written, once.

    `shape` is a polygon in WGS-84 with a vertex at least each 0.01 degree; of a circle, whose `centre` and `radius_m`
    stand beside it, it is less than half a metre off. `given` is what was sent, with its datum. `hours` holds lists
    `{"weekdays": [1..7], "from": "22:00", "to": "06:00"}`, local. `prohibition` is the kind of 禁止令 (SF 0015 9.53).
    """

    __tablename__ = "zones"
    __table_args__ = (
        one_of("kind", ZoneKind),
        CheckConstraint("from_at < until", name="begins_before_it_ends"),
        CheckConstraint("(centre IS NULL) = (radius_m IS NULL)", name="circle_is_whole"),
        CheckConstraint("radius_m BETWEEN 1 AND 50000", name="radius_sensible"),
        CheckConstraint(
            "kind <> 'forbidden' OR (prohibition = '01' AND document_no IS NOT NULL AND article IS NOT NULL)",
            name="forbidden_by_a_court",
        ),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removal_reason IS NULL)",
            name="removal_is_whole",
        ),
        Index("ix_zones_subject_id", "subject_id", "from_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    name: Mapped[str]
    from_at: Mapped[datetime]
    until: Mapped[datetime | None]
    hours: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    shape: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=4326, spatial_index=False))
    centre: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    radius_m: Mapped[float | None]
    given: Mapped[dict[str, Any]]
    prohibition: Mapped[str | None]
    document_no: Mapped[str | None]
    article: Mapped[str | None]
    reason: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    removal_reason: Mapped[str | None]
    body_hash: Mapped[bytes]

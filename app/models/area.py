"""Boundaries as versioned data."""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Area(Base):
    """One version of a boundary, in force for a time. `kind` is the level of an administrative unit, or `permitted`
    for what may not be left [Law 27].

    `code` is the adcode (GB/T 2260), of a permitted area that of the city or county which it is. At any instant at most
    one version of a kind and code is in force; an empty range was replaced for all of its time.
    """

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("kind IN ('province', 'city', 'county', 'permitted')", name="kind_known"),
        ExcludeConstraint(("kind", "="), ("code", "="), ("in_force", "&&"), name="ex_areas_in_force", using="gist"),
        Index("ix_areas_code", "code", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime]
    boundary: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    in_force: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, server_default=text("'(,)'"))


class AreaPart(Base):
    """A piece of an area of at most 128 vertices, for quick tests of "inside"."""

    __tablename__ = "area_parts"
    __table_args__ = (Index("ix_area_parts_part", "part", postgresql_using="gist"),)

    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))


class AreaEdge(Base):
    """A piece of an area's outline, for the distance to it."""

    __tablename__ = "area_edges"
    __table_args__ = (Index("ix_area_edges_edge", "edge", postgresql_using="gist"),)

    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    edge: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=4326, spatial_index=False))


class AreaBefore(Base):
    """What bound a person until an instant, before another area did; None: no area on record. Rows are only added.

    The present area stands in `subjects`. `permitted_area_at(subject, instant)` in the database gives the version of
    whichever bound the person then.
    """

    __tablename__ = "areas_before"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    until: Mapped[datetime] = mapped_column(primary_key=True)
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"))

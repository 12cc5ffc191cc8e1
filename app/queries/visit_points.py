"""Points of the places where visits are made beside the home, as they count now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from app.models.office import Office, User
from app.models.subject import Subject
from app.models.visit_point import VisitPoint
from app.queries.names import Named, is_sealed, shown_name
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of, subjects_of

MOST_SHOWN = 5_000


@dataclass(frozen=True)
class PointView:
    """One point, in degrees of WGS-84. `name` and place are sealed with the person's name."""

    id: UUID
    office_id: UUID
    office_name: str
    subject_id: UUID | None
    place: str
    name: str | None
    lon: float | None
    lat: float | None
    set_at: datetime
    set_by_name: str


def of_offices(connection: Connection, actor: Actor) -> tuple[PointView, ...]:
    """Communities and police stations of offices within reach, by office, kind and name."""
    statement = _points().where(VisitPoint.subject_id.is_(None), offices_of(actor))
    rows = connection.execute(
        statement.order_by(Office.code, VisitPoint.place, VisitPoint.name, VisitPoint.id).limit(MOST_SHOWN)
    )
    return tuple(PointView(**row) for row in rows.mappings())


def of_person(connection: Connection, actor: Actor, subject_id: UUID) -> tuple[str, tuple[PointView, ...]]:
    """The person's name as it is listed, and where they work or are known; NotFound out of reach."""
    person = connection.execute(
        select(Subject.name, Subject.minor_regime, Subject.office_id).where(
            Subject.id == subject_id, subjects_of(actor)
        )
    ).one_or_none()
    if person is None:
        raise NotFound("not_found")
    named = Named(person.name, person.minor_regime, person.office_id)
    sealed = {"name": None, "lon": None, "lat": None} if is_sealed(actor, named) else {}
    rows = connection.execute(_points().where(VisitPoint.subject_id == subject_id).order_by(VisitPoint.set_at.desc()))
    return shown_name(actor, named), tuple(PointView(**{**row, **sealed}) for row in rows.mappings())


def _points() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(VisitPoint.id, VisitPoint.office_id, Office.name.label("office_name"), VisitPoint.subject_id),
            *(VisitPoint.place, VisitPoint.name, VisitPoint.lon, VisitPoint.lat, VisitPoint.set_at),
            User.name.label("set_by_name"),
        )
        .join(Office, Office.id == VisitPoint.office_id)
        .join(User, User.id == VisitPoint.set_by)
        .where(VisitPoint.ended_at.is_(None))
    )

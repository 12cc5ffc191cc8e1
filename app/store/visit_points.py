"""Points of places on disk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.models.office import Office
from app.models.subject import Subject
from app.models.visit_point import VisitPoint
from app.rules.facts import Actor
from app.rules.visit_points import MOST, NewPoint
from app.store.scope import offices_of, subjects_of


def known(tx: Connection, point_id: UUID) -> tuple[UUID, bytes] | None:
    """Who set this one, and the fingerprint of the request; None where there is none."""
    statement = select(VisitPoint.set_by, VisitPoint.body_hash).where(VisitPoint.id == point_id)
    row = tx.execute(statement).one_or_none()
    return None if row is None else (row.set_by, row.body_hash)


def is_full(tx: Connection, office_id: UUID, subject_id: UUID | None) -> bool:
    """Whether the office, or the person, has as many points as are measured against."""
    whose = VisitPoint.subject_id == subject_id if subject_id else VisitPoint.subject_id.is_(None)
    within = (VisitPoint.office_id == office_id, whose, VisitPoint.ended_at.is_(None))
    return int(tx.execute(select(func.count()).select_from(VisitPoint).where(*within)).scalar_one()) >= MOST


def add(tx: Connection, new: NewPoint, office_id: UUID, *, set_by: UUID, now: datetime) -> bool:
    """Write one; False where its id was used at this very moment."""
    row = {
        "id": new.id,
        "office_id": office_id,
        "subject_id": new.subject_id,
        "place": new.place,
        "name": new.name,
        "lon": new.at.lon,
        "lat": new.at.lat,
        "given": {"lon": new.at.given_lon, "lat": new.at.given_lat, "datum": new.at.datum},
        "set_at": now,
        "set_by": set_by,
        "body_hash": new.body_hash,
    }
    added = insert(VisitPoint).values(row).on_conflict_do_nothing(index_elements=["id"]).returning(VisitPoint.id)
    return tx.execute(added).one_or_none() is not None


def within_reach(tx: Connection, actor: Actor, point_id: UUID) -> tuple[UUID | None, bool] | None:
    """Whose a point is (None: an office's), and whether it is ended; None out of reach. The row is locked."""
    person = VisitPoint.subject_id.in_(select(Subject.id).where(subjects_of(actor)))
    office = VisitPoint.subject_id.is_(None) & VisitPoint.office_id.in_(select(Office.id).where(offices_of(actor)))
    row = tx.execute(
        select(VisitPoint.subject_id, VisitPoint.ended_at)
        .where(VisitPoint.id == point_id, or_(person, office))
        .with_for_update()
    ).one_or_none()
    return None if row is None else (row.subject_id, row.ended_at is not None)


def close(tx: Connection, subject_id: UUID, *, ended_by: UUID, now: datetime) -> None:
    """Supervision ends, and with it what was known of where this person works or who answers for them nearby."""
    mine = (VisitPoint.subject_id == subject_id, VisitPoint.ended_at.is_(None))
    tx.execute(update(VisitPoint).where(*mine).values(ended_at=now, ended_by=ended_by))


def end(tx: Connection, point_id: UUID, *, by: UUID, now: datetime) -> None:
    """It counts no more for what happens from now on."""
    tx.execute(update(VisitPoint).where(VisitPoint.id == point_id).values(ended_at=now, ended_by=by))

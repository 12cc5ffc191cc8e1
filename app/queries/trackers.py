"""Credentials of third-party clients, as officers see them. Secrets are nowhere to be read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, literal, select
from sqlalchemy.orm import aliased

from app.models.office import User
from app.models.session import Session
from app.models.subject import DeviceBinding, Subject, SubjectState
from app.models.tracker import TrackerCredential
from app.queries.names import Named, shown_name
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class TrackerView:
    """One credential. `ended_at` is None while it is good; `last_heard_at` is told of a good one only, once it was."""

    id: UUID
    subject_id: UUID
    client: str
    name: str
    datum: str
    created_at: datetime
    created_by_name: str
    ended_at: datetime | None
    revoked_by_name: str | None
    revoke_reason: str | None
    refused_at: datetime | None
    last_heard_at: datetime | None


@dataclass(frozen=True)
class TrackersOf:
    """All credentials that one person has had, the latest first, and whether another can be issued now."""

    subject_id: UUID
    subject_name: str
    phone_bound: bool
    items: tuple[TrackerView, ...]


def trackers_of(connection: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> TrackersOf:
    """Those of one of the actor's subjects; NotFound for any other. Two queries."""
    bound = select(literal(1)).where(DeviceBinding.subject_id == Subject.id, DeviceBinding.bound.contains(now)).exists()
    row = connection.execute(
        select(Subject.id, Subject.name, Subject.minor_regime, Subject.office_id, bound.label("bound")).where(
            Subject.id == subject_id, subjects_of(actor)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    name = shown_name(actor, Named(row.name, row.minor_regime, row.office_id))
    return TrackersOf(row.id, name, row.bound, _views(connection, subject_id, now))


def tracker(connection: Connection, actor: Actor, credential_id: UUID, *, now: datetime) -> TrackerView:
    """One credential of the actor's subjects; NotFound for any other."""
    subject_id = connection.execute(
        select(TrackerCredential.subject_id)
        .join(Subject, Subject.id == TrackerCredential.subject_id)
        .where(TrackerCredential.id == credential_id, subjects_of(actor))
    ).scalar_one_or_none()
    if subject_id is None:
        raise NotFound("not_found")
    return next(view for view in _views(connection, subject_id, now) if view.id == credential_id)


def _views(connection: Connection, subject_id: UUID, now: datetime) -> tuple[TrackerView, ...]:
    """A credential ends with its session, or with the binding of its phone."""
    issuer, revoker = aliased(User), aliased(User)
    binding = and_(
        DeviceBinding.subject_id == TrackerCredential.subject_id,
        DeviceBinding.device_id == TrackerCredential.device_id,
    )
    ended_at = func.least(Session.ended_at, func.upper(DeviceBinding.bound)).label("ended_at")
    heard = and_(
        SubjectState.subject_id == TrackerCredential.subject_id,
        SubjectState.last_heard_at >= TrackerCredential.created_at,
        DeviceBinding.bound.contains(now),
    )
    rows = connection.execute(
        select(
            TrackerCredential.id,
            TrackerCredential.subject_id,
            TrackerCredential.client,
            TrackerCredential.name,
            TrackerCredential.datum,
            TrackerCredential.created_at,
            issuer.name.label("created_by_name"),
            ended_at,
            revoker.name.label("revoked_by_name"),
            TrackerCredential.revoke_reason,
            TrackerCredential.refused_at,
            SubjectState.last_heard_at,
        )
        .join(issuer, issuer.id == TrackerCredential.created_by)
        .join(Session, Session.id == TrackerCredential.session_id)
        .outerjoin(DeviceBinding, binding)
        .outerjoin(revoker, revoker.id == TrackerCredential.revoked_by)
        .outerjoin(SubjectState, heard)
        .where(TrackerCredential.subject_id == subject_id)
        .order_by(TrackerCredential.created_at.desc(), TrackerCredential.id)
    ).mappings()
    return tuple(TrackerView(**row) for row in rows)

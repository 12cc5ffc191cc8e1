"""Spot checks with what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, select, tuple_

from app.models.checkin import Attempt
from app.models.duty import Duty
from app.models.office import User
from app.models.spot_check import SpotCheck
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.spot_checks import shortest
from app.store import policies
from app.store.scope import subjects_of


@dataclass(frozen=True)
class SpotCheckView:
    """One spot check. `state` is that of its duty; `reason` is in the officer's own words, sealed with the name."""

    id: UUID
    subject_id: UUID
    subject_name: str
    minor: bool
    duty_id: UUID
    ordered_by: UUID
    ordered_by_name: str
    ordered_at: datetime
    due_at: datetime
    limit_minutes: int
    ground: str
    reason: str | None
    photo: bool
    question: str | None
    state: str
    receipt_no: str | None


@dataclass(frozen=True)
class Limits:
    """What may be ordered now for one person: minutes, whether a photo may be asked for."""

    subject_name: str
    least: int
    most: int
    photo: bool


def spot_checks(
    connection: Connection, actor: Actor, *, subject_id: UUID | None = None, after: Key | None = None, limit: int = 50
) -> Page[SpotCheckView]:
    """Spot checks of subjects within reach, the last ordered first."""
    statement = _views(actor).order_by(SpotCheck.ordered_at.desc(), SpotCheck.id.desc()).limit(limit + 1)
    if subject_id:
        statement = statement.where(SpotCheck.subject_id == subject_id)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(SpotCheck.ordered_at, SpotCheck.id) < tuple_(*key))
    rows = [_view(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.ordered_at.isoformat(), str(row.id)])


def spot_check(connection: Connection, actor: Actor, spot_check_id: UUID) -> SpotCheckView:
    """One spot check; NotFound where its subject is not within reach."""
    row = connection.execute(_views(actor).where(SpotCheck.id == spot_check_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row)


def limits(connection: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> Limits:
    """Within what a spot check of this subject may be ordered; NotFound out of reach."""
    columns = (Subject.name, Subject.minor_regime, Subject.office_id)
    row = connection.execute(select(*columns).where(Subject.id == subject_id, subjects_of(actor))).one_or_none()
    if row is None:
        raise NotFound("not_found")
    policy = policies.of_office(connection, row.office_id, at=now).policy
    least, name = shortest(policy), shown_name(actor, Named(row.name, row.minor_regime, row.office_id))
    return Limits(name, least, max(policy.spot_checks.max_minutes, least), policy.photos.check_ins != "off")


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    done = and_(Duty.evidence_kind == "attempt", Attempt.subject_id == Duty.subject_id, Attempt.id == Duty.evidence_id)
    return (
        select(
            *(SpotCheck.id, SpotCheck.subject_id, SpotCheck.duty_id, SpotCheck.ordered_by, SpotCheck.ordered_at),
            *(SpotCheck.limit_minutes, SpotCheck.ground, SpotCheck.reason, SpotCheck.photo, SpotCheck.question),
            *(Subject.name, Subject.minor_regime, Subject.office_id, User.name.label("ordered_by_name")),
            *(Duty.due_at, Duty.state, Attempt.receipt_no),
        )
        .join(Subject, Subject.id == SpotCheck.subject_id)
        .join(Duty, Duty.id == SpotCheck.duty_id)
        .join(User, User.id == SpotCheck.ordered_by)
        .outerjoin(Attempt, done)
        .where(subjects_of(actor))
    )


def _view(actor: Actor, row: Row[Any]) -> SpotCheckView:
    named = Named(row.name, row.minor_regime, row.office_id)
    return SpotCheckView(
        id=row.id,
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        duty_id=row.duty_id,
        ordered_by=row.ordered_by,
        ordered_by_name=row.ordered_by_name,
        ordered_at=row.ordered_at,
        due_at=row.due_at,
        limit_minutes=row.limit_minutes,
        ground=row.ground,
        reason=None if is_sealed(actor, named) else row.reason,
        photo=row.photo,
        question=row.question,
        state=row.state,
        receipt_no=row.receipt_no,
    )

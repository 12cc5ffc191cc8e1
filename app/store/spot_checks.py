"""Spot checks on disk: what decides on one, and the order as it was given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from app.models.duty import Duty
from app.models.spot_check import SpotCheck
from app.models.subject import DeviceBinding, Subject, SubjectState
from app.rules.calendar import legal_day, start_of_day
from app.rules.effects import OrderSpotCheck
from app.rules.errors import Conflict
from app.rules.facts import Actor, Channel, DutyState, SubjectStatus, TrackerClient
from app.rules.spot_checks import RULE_CODE, SpotFacts
from app.store import policies
from app.store.scope import subjects_of

LONGEST_AGO = timedelta(days=3)
"""A spot check lasts a day at most, and its grace another."""
CANNOT_ANSWER = tuple(TrackerClient)
"""Platforms of phones that only report where they are: nobody can be asked anything on them."""
OWED = (DutyState.PLANNED, DutyState.OPEN)


def body_hash_of(tx: Connection, spot_check_id: UUID) -> bytes | None:
    """The fingerprint of the request that ordered this one; None where there is none."""
    return tx.execute(select(SpotCheck.body_hash).where(SpotCheck.id == spot_check_id)).scalar_one_or_none()


def facts(tx: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> SpotFacts | None:
    """What decides on a spot check, under the subject's lock; None where the actor may not know the subject.

    Three queries.
    """
    bound = select(DeviceBinding.id).where(
        DeviceBinding.subject_id == subject_id,
        DeviceBinding.bound.contains(now),
        DeviceBinding.platform.not_in(CANNOT_ANSWER),
    )
    row = tx.execute(
        select(Subject.status, Subject.office_id, Subject.channel, bound.exists().label("has_phone"))
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    ordered = tx.execute(
        select(
            func.count().filter(Duty.opens_at >= start_of_day(legal_day(now))).label("today"),
            func.count().filter(Duty.state.in_(OWED), Duty.grace_until > now).label("owed"),
        ).where(
            Duty.subject_id == subject_id,
            Duty.rule_code == RULE_CODE,
            Duty.state != DutyState.CANCELLED,
            Duty.opens_at > now - LONGEST_AGO,
        )
    ).one()
    in_force = policies.of_office(tx, row.office_id, at=now)
    return SpotFacts(
        subject_id=subject_id,
        status=SubjectStatus(row.status),
        office_id=row.office_id,
        channel=Channel(row.channel),
        has_phone=row.has_phone,
        policy_version_id=in_force.version_id,
        policy=in_force.policy,
        ordered_today=ordered.today,
        one_open=ordered.owed > 0,
    )


def write(tx: Connection, effects: Sequence[OrderSpotCheck]) -> None:
    """Write orders. Conflict `id_reused` where at this very moment somebody used the id for another subject."""
    for effect in effects:
        row = {
            "id": effect.id,
            "subject_id": effect.subject_id,
            "duty_id": effect.duty_id,
            "ordered_by": effect.ordered_by.id,
            "ordered_at": effect.at,
            "limit_minutes": effect.limit_minutes,
            "ground": effect.ground,
            "reason": effect.reason,
            "photo": effect.photo,
            "question": effect.question,
            "body_hash": effect.body_hash,
        }
        try:
            with tx.begin_nested():
                tx.execute(insert(SpotCheck), row)
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
            raise Conflict("id_reused") from error

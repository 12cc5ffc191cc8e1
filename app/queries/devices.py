"""Which phones a subject has had, and which one is bound now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from app.models.office import User
from app.models.subject import DeviceBinding, Subject, SubjectState
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class DeviceView:
    """One binding of a phone; `bound_to` is None while it lasts, `last_heard_at` is told of the present one only,
    and where it was heard since it was bound.
    """

    device_id: UUID
    platform: str
    model: str | None
    app_version: str | None
    bound_from: datetime
    bound_to: datetime | None
    released_by: str | None
    last_heard_at: datetime | None


def devices(connection: Connection, actor: Actor, subject_id: UUID) -> tuple[DeviceView, ...]:
    """The phones of one of the actor's subjects, the latest first; NotFound for any other subject."""
    bound = DeviceBinding.bound
    heard_from_it = and_(func.upper_inf(bound), SubjectState.last_heard_at >= func.lower(bound))
    rows = connection.execute(
        select(
            DeviceBinding.device_id,
            DeviceBinding.platform,
            DeviceBinding.model,
            DeviceBinding.app_version,
            func.lower(bound).label("bound_from"),
            func.upper(bound).label("bound_to"),
            User.name.label("released_by"),
            SubjectState.last_heard_at,
        )
        .select_from(Subject)
        .outerjoin(DeviceBinding, DeviceBinding.subject_id == Subject.id)
        .outerjoin(SubjectState, and_(SubjectState.subject_id == Subject.id, heard_from_it))
        .outerjoin(User, User.id == DeviceBinding.released_by)
        .where(Subject.id == subject_id, subjects_of(actor))
        .order_by(func.lower(bound).desc())
    ).mappings()
    found = list(rows)
    if not found:
        raise NotFound("not_found")
    return tuple(DeviceView(**row) for row in found if row["device_id"] is not None)

"""Which phone is bound to which subject."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import Range, insert

from app.models.subject import DeviceBinding, Subject, SubjectState
from app.rules.devices import Device, PhoneFacts
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor, Channel, SubjectStatus
from app.store.scope import subjects_of


def facts(tx: Connection, subject_id: UUID, device_id: UUID, *, now: datetime) -> PhoneFacts | None:
    """What decides whether this phone may log in for this subject, under the subject's lock; None without a subject."""
    bound = (
        select(DeviceBinding.device_id)
        .where(DeviceBinding.subject_id == subject_id, DeviceBinding.bound.contains(now))
        .scalar_subquery()
    )
    holder = (
        select(DeviceBinding.subject_id)
        .where(DeviceBinding.device_id == device_id, DeviceBinding.bound.contains(now))
        .scalar_subquery()
    )
    row = tx.execute(
        select(Subject.status, Subject.channel, bound.label("bound"), holder.label("holder"))
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id)
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    return PhoneFacts(
        subject_id, device_id, SubjectStatus(row.status), Channel(row.channel), bound=row.bound, holder=row.holder
    )


def lock_subject(tx: Connection, actor: Actor, subject_id: UUID) -> None:
    """Take the lock of a subject of the actor's; NotFound for any other."""
    found = tx.execute(
        select(SubjectState.subject_id)
        .join(Subject, Subject.id == SubjectState.subject_id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if found is None:
        raise NotFound("not_found")


def bound_to(tx: Connection, subject_id: UUID, *, now: datetime) -> UUID | None:
    """The device bound to the subject at `now`."""
    return tx.execute(
        select(DeviceBinding.device_id).where(DeviceBinding.subject_id == subject_id, DeviceBinding.bound.contains(now))
    ).scalar_one_or_none()


def bind(tx: Connection, subject_id: UUID, device: Device, *, now: datetime) -> None:
    """Bind the device from `now` on, of which nothing is known yet.

    Conflict `device_not_bound` where the subject or the device is bound already.
    """
    row = {
        "id": uuid5(device.id, f"{subject_id}|{now.isoformat()}"),
        "subject_id": subject_id,
        "device_id": device.id,
        "platform": device.platform,
        "model": device.model,
        "app_version": device.app_version,
        "bound": Range(now, None, bounds="[)"),
    }
    bound = tx.execute(insert(DeviceBinding).values(row).on_conflict_do_nothing().returning(DeviceBinding.id))
    if bound.one_or_none() is None:
        raise Conflict("device_not_bound")
    tx.execute(
        update(SubjectState)
        .where(SubjectState.subject_id == subject_id)
        .values(battery_percent=None, maker=device.maker, carrier=device.carrier)
    )


def describe(tx: Connection, subject_id: UUID, maker: str | None, carrier: str | None) -> None:
    """Note what the bound phone says of its maker and carrier; what it does not say stays as it was known."""
    told = {name: value for name, value in (("maker", maker), ("carrier", carrier)) if value is not None}
    if told:
        tx.execute(update(SubjectState).where(SubjectState.subject_id == subject_id).values(told))


def release(tx: Connection, subject_id: UUID, *, released_by: UUID | None, now: datetime) -> UUID | None:
    """End the subject's binding at `now`; gives the device that was bound, None where there was none."""
    ended = func.tstzrange(func.lower(DeviceBinding.bound), func.greatest(func.lower(DeviceBinding.bound), now))
    return tx.execute(
        update(DeviceBinding)
        .where(DeviceBinding.subject_id == subject_id, func.upper_inf(DeviceBinding.bound))
        .values(bound=ended, released_by=released_by)
        .returning(DeviceBinding.device_id)
    ).scalar_one_or_none()

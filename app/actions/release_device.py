"""An officer frees a subject's phone, so that another one can be bound by the next log-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict
from app.rules.facts import About, Actor
from app.store import devices, effects, endpoints, sessions


def release_device(tx: Connection, actor: Actor, subject_id: UUID, reason: str, *, now: datetime) -> None:
    """Release the bound phone: its log-ins end and nothing more is pushed to it.

    NotFound for a subject that is not the actor's, Conflict `no_device_bound` where there is nothing to release.
    """
    devices.lock_subject(tx, actor, subject_id)
    device_id = devices.release(tx, subject_id, released_by=actor.id, now=now)
    if device_id is None:
        raise Conflict("no_device_bound")
    sessions.end_of_owner(tx, "subject", subject_id, "device_released", now=now)
    endpoints.retire_of_owner(tx, "subject", subject_id, "device_released", now=now)
    released = WriteAudit(now, actor, "device.release", subject_id, About("device", device_id), reason)
    effects.apply(tx, [Decision((released,))])

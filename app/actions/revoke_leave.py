"""Revoke leave or a permit that was approved, with a reason that the person is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.leave.deciding import revoke
from app.store import effects, leave_facts


def revoke_leave(tx: Connection, actor: Actor, leave_id: UUID, reason: str, *, now: datetime) -> None:
    """It counts no longer from now on. NotFound out of reach; NotAllowed and Conflict as the rule says."""
    person, leave = leave_facts.case(tx, actor, leave_id, now=now)
    effects.apply(tx, [revoke(person, leave, reason, actor, now=now)])

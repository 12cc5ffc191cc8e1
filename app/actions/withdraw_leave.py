"""Take a request for leave back before it was decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.leave.asking import withdraw
from app.store import effects, leave_facts


def withdraw_leave(tx: Connection, actor: Actor, leave_id: UUID, note: str | None, *, now: datetime) -> None:
    """The person's own act, or its word as an officer entered it. NotFound out of reach, Conflict `leave_decided`."""
    person, leave = leave_facts.case(tx, actor, leave_id, now=now)
    effects.apply(tx, [withdraw(person, leave, note, actor, now=now)])

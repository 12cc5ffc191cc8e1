"""Put on record that what is sealed of a person's facts (四知道) was opened, and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import Actor
from app.store import effects, subjects


def reveal_facts(tx: Connection, actor: Actor, subject_id: UUID, reason: str, *, now: datetime) -> None:
    """Written in the transaction that reads them. NotFound for a subject out of reach."""
    subjects.within_reach(tx, actor, subject_id)
    effects.apply(tx, [Decision((WriteAudit(now, actor, "facts.reveal", subject_id, reason=reason),))])

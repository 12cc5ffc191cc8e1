"""Take back what somebody wrote down as an occasion for visits and talks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.occasions import withdraw
from app.store import effects, occasion_facts


def withdraw_occasion(tx: Connection, actor: Actor, occasion_id: UUID, reason: str, *, now: datetime) -> None:
    """It did not happen, or belongs to somebody else: what followed and is not settled falls away.

    NotFound out of reach; Conflict and NotAllowed as the rule says.
    """
    subject_id = occasion_facts.subject_of(tx, occasion_id)
    facts = occasion_facts.facts(tx, actor, subject_id, now=now) if subject_id else None
    if facts is None:
        raise NotFound("not_found")
    effects.apply(tx, [withdraw(facts, occasion_facts.written(tx, occasion_id), reason, actor, now=now)])

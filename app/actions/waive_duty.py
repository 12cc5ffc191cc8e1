"""Let a duty go, with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import waive
from app.rules.facts import Actor
from app.store import duties, effects


def waive_duty(tx: Connection, actor: Actor, duty_id: UUID, reason: str, *, now: datetime) -> None:
    """Waive one duty, whoever owes it; what it allowed to collect ends with it.

    NotFound for a duty about nobody within reach, Conflict `duty_settled` as the rule says.
    """
    facts = duties.waive_facts(tx, actor, duty_id)
    effects.apply(tx, [waive(facts, reason, actor, now=now)])

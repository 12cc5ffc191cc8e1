"""Close an alert."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.alerts import close
from app.rules.facts import Actor, CloseReason
from app.store import effects, handling


def close_alert(
    tx: Connection, actor: Actor, alert_id: UUID, reason: CloseReason, result: str, *, now: datetime
) -> None:
    """The actor closes the alert with reason and result. A silence that goes on is looked at anew.

    NotFound outside the actor's offices, Conflict `alert_closed` where somebody closed it before.
    """
    facts = handling.facts(tx, actor, alert_id)
    effects.apply(tx, [close(facts, actor, reason, result, now=now)])

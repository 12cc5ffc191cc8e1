"""Take an alert on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.alerts import acknowledge
from app.rules.facts import Actor
from app.store import effects, handling


def acknowledge_alert(tx: Connection, actor: Actor, alert_id: UUID, *, now: datetime) -> None:
    """The actor takes the alert on, also from a colleague; its ladder stops.

    NotFound outside the actor's offices, Conflict `alert_closed` where somebody closed it.
    """
    facts = handling.facts(tx, actor, alert_id)
    effects.apply(tx, [acknowledge(facts, actor, now=now)])

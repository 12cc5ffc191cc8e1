"""End a zone early: it stays on record with who ended it, when and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.zones.setting import remove_zone as decide
from app.store import effects, rejudging, zones


def remove_zone(tx: Connection, actor: Actor, zone_id: UUID, *, reason: str, now: datetime) -> None:
    """End the zone now, and have the person's fixes judged without it from now on.

    NotFound out of reach, Conflict `zone_ended` where it has ended already.
    """
    facts = zones.removal_facts(tx, actor, zone_id)
    if facts is None:
        raise NotFound("not_found")
    effects.apply(tx, [decide(facts, reason, actor, now=now)])
    rejudging.mark(tx, [facts.subject_id], now)

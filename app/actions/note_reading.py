"""Put on record that somebody's data were shown: in the transaction that reads them, before the answer goes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.access_log import MAP_READ
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor
from app.store import effects


def note_reading(
    tx: Connection,
    actor: Actor,
    action: str,
    subject_id: UUID | None,
    *,
    now: datetime,
    about: About | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Who looked at what of whom (`action` of `rules.access_log.READS`), and why where that had to be said. The caller
    has read it, so it is in reach.
    """
    act = WriteAudit(now, actor, action, subject_id, about, reason, details=details or {})
    effects.apply(tx, [Decision((act,))])


def note_map(tx: Connection, actor: Actor, people: int, *, now: datetime, office_id: UUID | None = None) -> None:
    """Who looked at the places of so many `people` of an office, or of all offices in which the actor's grants are."""
    looked_at = {office_id} if office_id else {grant.office_id for grant in actor.grants}
    for one in sorted(looked_at, key=str):
        note_reading(tx, actor, MAP_READ, None, now=now, about=About("office", one), details={"people": people})

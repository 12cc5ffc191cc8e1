"""Put on record that somebody's data were shown: in the transaction that reads them, before the answer goes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

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

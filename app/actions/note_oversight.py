"""Put on record what a procurator opened of the audit: they read only, and each reading is known."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor, Role
from app.store import effects


def note_oversight(
    tx: Connection, actor: Actor, opened: Mapping[str, object], *, now: datetime, about: About | None = None
) -> None:
    """One act with what was opened, for procurators alone: those in charge look at their own work all day."""
    if actor.has(Role.PROCURATOR):
        effects.apply(tx, [Decision((WriteAudit(now, actor, "compliance.read", None, about, details=dict(opened)),))])


def note_export(
    tx: Connection,
    actor: Actor,
    exported: Mapping[str, object],
    purpose: str,
    *,
    now: datetime,
    about: About | None = None,
) -> None:
    """One act for a file that leaves the service, whoever takes it, with what is in it and what it is for."""
    act = WriteAudit(now, actor, "compliance.export", None, about, reason=purpose, details=dict(exported))
    effects.apply(tx, [Decision((act,))])

"""Log out: here, or where one is logged in elsewhere."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor
from app.store import effects, endpoints, sessions


def end_session(tx: Connection, actor: Actor, *, now: datetime) -> None:
    """End the session that asks; its device gets no more pushes for this person."""
    if actor.session_id is None or actor.id is None:
        return
    sessions.end(tx, actor.session_id, "log_out", now=now)
    _stop_pushes(tx, actor, actor.device_id, now)


def end_own_session(tx: Connection, actor: Actor, session_id: UUID, *, now: datetime) -> None:
    """End one of one's own sessions, wherever it is; NotFound for any other."""
    found = sessions.live_of_owner(tx, session_id, actor.kind, actor.id, now=now) if actor.id else None
    if found is None:
        raise NotFound("not_found")
    sessions.end(tx, session_id, "ended_by_owner", now=now)
    _stop_pushes(tx, actor, found.device_id, now)
    act = WriteAudit(now, actor, "session.end", object=About("session", session_id))
    effects.apply(tx, [Decision((act,))])


def end_other_sessions(tx: Connection, actor: Actor, *, now: datetime) -> None:
    """End every session of one's own but the one that asks; other devices get no more pushes."""
    if actor.session_id is None or actor.id is None:
        return
    sessions.end_others(tx, actor.kind, actor.id, actor.session_id, "ended_by_owner", now=now)
    endpoints.retire_of_owner(tx, actor.kind, actor.id, "log_out", now=now, spared=actor.device_id)
    act = WriteAudit(now, actor, "session.end_others", object=About("user", actor.id))
    effects.apply(tx, [Decision((act,))])


def _stop_pushes(tx: Connection, actor: Actor, device_id: UUID | None, now: datetime) -> None:
    if device_id and actor.id:
        endpoints.retire_of_device(tx, actor.kind, actor.id, device_id, "log_out", now=now)

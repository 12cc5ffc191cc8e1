"""Log out."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.store import endpoints, sessions


def end_session(tx: Connection, actor: Actor, *, now: datetime) -> None:
    """End the session that asks; its device gets no more pushes for this person."""
    if actor.session_id is None or actor.id is None:
        return
    sessions.end(tx, actor.session_id, "log_out", now=now)
    if actor.device_id:
        endpoints.retire_of_device(tx, actor.kind, actor.id, actor.device_id, "log_out", now=now)

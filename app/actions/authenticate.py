"""Find out who a session stands for, and note that a phone was heard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotAllowed
from app.rules.facts import Actor
from app.store import sessions


def authenticate_user(tx: Connection, session_id: UUID, owner_id: UUID, *, now: datetime) -> Actor:
    """The user of a live session with the roles held now; NotAllowed `session_ended` otherwise. One query."""
    actor = sessions.user(tx, session_id, owner_id, now=now)
    if actor is None:
        raise NotAllowed("session_ended")
    return actor


def authenticate_phone(tx: Connection, session_id: UUID, owner_id: UUID, *, now: datetime, heard: bool = True) -> Actor:
    """The subject of a live session on the bound phone, heard by the same statement; NotAllowed otherwise."""
    actor = sessions.phone(tx, session_id, owner_id, now=now, heard=heard)
    if actor is None:
        raise NotAllowed("session_ended")
    return actor

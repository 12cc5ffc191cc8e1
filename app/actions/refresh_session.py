"""Exchange a refresh token for the next one, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor
from app.rules.sessions import Caller, Refresh, SessionFacts, judge_refresh, term
from app.store import effects, sessions, throttling


@dataclass(frozen=True)
class Refreshed:
    """The session's next generation and its new end."""

    generation: int
    expires_at: datetime


def refresh_session(
    tx: Connection, session_id: UUID, owner_kind: str, owner_id: UUID, generation: int, *, now: datetime
) -> Refreshed | None:
    """The next generation; None where the token counts no more.

    A token that was used before ends every session of its device, which is written and audited: the caller must let
    this transaction commit.
    """
    session = sessions.lock(tx, session_id, owner_kind, owner_id, now=now)
    verdict = judge_refresh(session, generation)
    if session is None or verdict is Refresh.OVER:
        return None
    if verdict is Refresh.REUSED:
        _end_the_device(tx, session, session_id, Actor(owner_kind, owner_id), now)
        return None
    expires_at = now + term(owner_kind, session.device_id)
    sessions.rotate(tx, session_id, expires_at=expires_at, now=now)
    return Refreshed(generation + 1, expires_at)


def count_bad_token(tx: Connection, caller: Caller, *, now: datetime) -> None:
    """Count a token that we never signed against its address; TooOften after many. The transaction must commit."""
    throttling.take(tx, throttling.from_address(caller.address), now=now)


def _end_the_device(tx: Connection, session: SessionFacts, session_id: UUID, owner: Actor, now: datetime) -> None:
    if session.device_id:
        sessions.end_of_device(tx, session.device_id, "reuse", now=now)
    else:
        sessions.end(tx, session_id, "reuse", now=now)
    subject_id = owner.id if owner.kind == "subject" else None
    about = About("session", session_id)
    effects.apply(tx, [Decision((WriteAudit(now, owner, "session.reuse", subject_id, about),))])

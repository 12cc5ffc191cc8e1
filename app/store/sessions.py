"""Who a token stands for, looked up on every request: a withdrawn role, session or device counts at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, text, update

from app.models.session import Session
from app.rules.facts import Actor, Grant, Role
from app.rules.sessions import SessionFacts

USER = text(
    """
    SELECT s.device_id, r.role, o.id AS office_id, o.path, EXISTS (
        SELECT FROM totps t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL AND t.ended_at IS NULL
    ) AS second_factor
    FROM sessions s
    JOIN users u ON u.id = s.owner_id AND u.disabled_at IS NULL
    LEFT JOIN user_roles r ON r.user_id = u.id AND r.held @> CAST(:now AS timestamptz)
    LEFT JOIN offices o ON o.id = r.office_id
    WHERE s.id = :session_id AND s.owner_id = :owner_id AND s.owner_kind = 'user'
      AND s.ended_at IS NULL AND s.expires_at > :now
    ORDER BY r.role, o.path
    """
)

PHONE_KNOWN = text(
    """
    SELECT s.owner_id, s.device_id
    FROM sessions s
    JOIN subjects p ON p.id = s.owner_id AND p.status = 'in_correction'
    JOIN device_bindings b
      ON b.subject_id = p.id AND b.device_id = s.device_id AND b.bound @> CAST(:now AS timestamptz)
    WHERE s.id = :session_id AND s.owner_id = :owner_id AND s.owner_kind = 'subject'
      AND s.ended_at IS NULL AND s.expires_at > :now
    """
)

PHONE_HEARD = text(
    """
    UPDATE subject_states t SET last_heard_at = greatest(t.last_heard_at, :now),
        heard_again_at = CASE WHEN t.silent THEN coalesce(t.heard_again_at, :now) ELSE t.heard_again_at END
    FROM sessions s
    JOIN subjects p ON p.id = s.owner_id AND p.status = 'in_correction'
    JOIN device_bindings b
      ON b.subject_id = p.id AND b.device_id = s.device_id AND b.bound @> CAST(:now AS timestamptz)
    WHERE t.subject_id = s.owner_id AND s.id = :session_id AND s.owner_id = :owner_id AND s.owner_kind = 'subject'
      AND s.ended_at IS NULL AND s.expires_at > :now
    RETURNING s.owner_id, s.device_id
    """
)

OPEN = text(
    """
    WITH replaced AS (
        UPDATE sessions SET ended_at = :at, end_reason = 'replaced'
        WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND device_id = :device_id AND ended_at IS NULL
    )
    INSERT INTO sessions (id, owner_kind, owner_id, device_id, generation, created_at, refreshed_at, expires_at,
                          client_name)
    VALUES (:id, :owner_kind, :owner_id, :device_id, 0, :at, :at, :expires_at, :client_name)
    """
)

LOCK = text(
    """
    SELECT s.device_id, s.generation, s.ended_at IS NULL AND s.expires_at > :now AND CASE s.owner_kind
        WHEN 'user' THEN EXISTS (SELECT FROM users u WHERE u.id = s.owner_id AND u.disabled_at IS NULL)
        ELSE EXISTS (
            SELECT FROM subjects p JOIN device_bindings b ON b.subject_id = p.id
            WHERE p.id = s.owner_id AND p.status = 'in_correction'
              AND b.device_id = s.device_id AND b.bound @> CAST(:now AS timestamptz))
        END AS live
    FROM sessions s
    WHERE s.id = :session_id AND s.owner_kind = :owner_kind AND s.owner_id = :owner_id
    FOR UPDATE
    """
)


def user(tx: Connection, session_id: UUID, owner_id: UUID, *, now: datetime) -> Actor | None:
    """The user behind a session with the roles held at `now`; None where session or user ended."""
    rows = tx.execute(USER, {"session_id": session_id, "owner_id": owner_id, "now": now}).all()
    if not rows:
        return None
    grants = tuple(Grant(Role(row.role), row.office_id, row.path) for row in rows if row.role)
    return Actor("user", owner_id, grants, session_id, rows[0].device_id, second_factor=rows[0].second_factor)


def phone(tx: Connection, session_id: UUID, owner_id: UUID, *, now: datetime, heard: bool) -> Actor | None:
    """The subject behind a session on the bound phone; None where session, binding or correction ended.

    With `heard` the same statement moves `last_heard_at`; posts of positions move it in their own statement.
    """
    statement = PHONE_HEARD if heard else PHONE_KNOWN
    row = tx.execute(statement, {"session_id": session_id, "owner_id": owner_id, "now": now}).one_or_none()
    return Actor("subject", row.owner_id, (), session_id, row.device_id) if row else None


@dataclass(frozen=True)
class NewSession:
    """A log-in to be written; `device_id` is None for a browser."""

    id: UUID
    owner_kind: str
    owner_id: UUID
    device_id: UUID | None
    at: datetime
    expires_at: datetime
    client_name: str | None = None


def open_(tx: Connection, session: NewSession) -> None:
    """Write a session whose first refresh token has generation 0; it replaces the owner's last one on that device."""
    tx.execute(OPEN, vars(session))


def lock(tx: Connection, session_id: UUID, owner_kind: str, owner_id: UUID, *, now: datetime) -> SessionFacts | None:
    """What decides over a refresh, under the session's lock."""
    keys = {"session_id": session_id, "owner_kind": owner_kind, "owner_id": owner_id, "now": now}
    row = tx.execute(LOCK, keys).one_or_none()
    return SessionFacts(row.device_id, row.generation, row.live) if row else None


def rotate(tx: Connection, session_id: UUID, *, expires_at: datetime, now: datetime) -> None:
    """The session's present refresh token is used up; the next generation counts."""
    tx.execute(
        update(Session)
        .where(Session.id == session_id)
        .values(generation=Session.generation + 1, refreshed_at=now, expires_at=expires_at)
    )


def end(tx: Connection, session_id: UUID, reason: str, *, now: datetime) -> None:
    """End one session."""
    _end(tx, Session.id == session_id, reason, now)


def live_of_owner(
    tx: Connection, session_id: UUID, owner_kind: str, owner_id: UUID, *, now: datetime
) -> SessionFacts | None:
    """A session of that owner that still counts, locked; None where there is none."""
    facts = lock(tx, session_id, owner_kind, owner_id, now=now)
    return facts if facts and facts.live else None


def end_of_owner(tx: Connection, owner_kind: str, owner_id: UUID, reason: str, *, now: datetime) -> None:
    """End every session of a user or subject."""
    _end(tx, and_(Session.owner_kind == owner_kind, Session.owner_id == owner_id), reason, now)


def end_others(tx: Connection, owner_kind: str, owner_id: UUID, spared: UUID, reason: str, *, now: datetime) -> None:
    """End every session of a user or subject but one."""
    mine = and_(Session.owner_kind == owner_kind, Session.owner_id == owner_id)
    _end(tx, and_(mine, Session.id != spared), reason, now)


def end_of_device(tx: Connection, device_id: UUID, reason: str, *, now: datetime) -> None:
    """End every session on a device, whoever logged in on it."""
    _end(tx, Session.device_id == device_id, reason, now)


def _end(tx: Connection, which: ColumnElement[bool], reason: str, now: datetime) -> None:
    tx.execute(update(Session).where(which, Session.ended_at.is_(None)).values(ended_at=now, end_reason=reason))

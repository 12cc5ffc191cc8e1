"""Who a token stands for, looked up on every request: a withdrawn role, session or device counts at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, text

from app.models.session import Session
from app.rules.facts import Actor, Grant, Role

USER = text(
    """
    SELECT s.device_id, r.role, o.id AS office_id, o.path
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


def user(tx: Connection, session_id: UUID, owner_id: UUID, *, now: datetime) -> Actor | None:
    """The user behind a session with the roles held at `now`; None where session or user ended."""
    rows = tx.execute(USER, {"session_id": session_id, "owner_id": owner_id, "now": now}).all()
    if not rows:
        return None
    grants = tuple(Grant(Role(row.role), row.office_id, row.path) for row in rows if row.role)
    return Actor("user", owner_id, grants, session_id, rows[0].device_id)


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


def open_(tx: Connection, session: NewSession) -> None:
    """Write a session whose first refresh token has generation 0."""
    tx.execute(
        insert(Session),
        {
            "id": session.id,
            "owner_kind": session.owner_kind,
            "owner_id": session.owner_id,
            "device_id": session.device_id,
            "generation": 0,
            "created_at": session.at,
            "refreshed_at": session.at,
            "expires_at": session.expires_at,
        },
    )

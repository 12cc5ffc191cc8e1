"""One's own log-ins that still count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.session import Session
from app.rules.facts import Actor


@dataclass(frozen=True)
class SessionView:
    """One log-in: what it is known by, since when it lasts, and whether it is the one that asks."""

    id: UUID
    client_name: str | None
    on_phone: bool
    current: bool
    since: datetime
    refreshed_at: datetime
    expires_at: datetime


def own(connection: Connection, actor: Actor, *, now: datetime) -> Sequence[SessionView]:
    """Of the actor alone, the latest first."""
    rows = connection.execute(
        select(
            Session.id,
            Session.client_name,
            Session.device_id,
            Session.created_at,
            Session.refreshed_at,
            Session.expires_at,
        )
        .where(
            Session.owner_kind == actor.kind,
            Session.owner_id == actor.id,
            Session.ended_at.is_(None),
            Session.expires_at > now,
        )
        .order_by(Session.created_at.desc(), Session.id)
    )
    return [
        SessionView(
            row.id,
            row.client_name,
            row.device_id is not None,
            row.id == actor.session_id,
            row.created_at,
            row.refreshed_at,
            row.expires_at,
        )
        for row in rows
    ]

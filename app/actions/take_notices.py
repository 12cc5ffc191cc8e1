"""What recipients do with their notices: their app is given them, and they read them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store import notices


def hand_out_notices(tx: Connection, actor: Actor, notice_ids: Sequence[UUID], *, now: datetime) -> None:
    """Note that the actor's app was given these notices. They stay unread, so a lost answer loses nothing."""
    if actor.id is not None and notice_ids:
        notices.hand_out(tx, actor.kind, actor.id, notice_ids, now=now)


def read_notice(tx: Connection, actor: Actor, notice_id: UUID, *, now: datetime) -> datetime:
    """Note that the actor read the notice; gives when that was the first time. NotFound where it is another's."""
    read_at = notices.read(tx, actor.kind, actor.id, notice_id, now=now) if actor.id else None
    if read_at is None:
        raise NotFound("not_found")
    return read_at

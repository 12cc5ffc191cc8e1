"""Keep what a phone sent and nobody could read: sealed, with the reason, for a replay after the fault is mended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.config import Settings
from app.rules.trackers import Tracker
from app.store import poison
from app.store.poison import Message
from app.store.sealing import sealing_keys

__all__ = ["Message", "keep_unreadable"]


def keep_unreadable(
    connection: Connection, tracker: Tracker, messages: Sequence[Message], settings: Settings, *, now: datetime
) -> int:
    """Each message once, however often it is sent; how many were new. Single statements: it may be in autocommit."""
    return poison.keep_messages(
        connection, sealing_keys(settings), tracker.subject_id, tracker.client.value, messages, now=now
    )

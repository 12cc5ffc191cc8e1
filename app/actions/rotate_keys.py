"""Bring what is sealed under the current keys, chunk by chunk."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import Actor
from app.store import effects, resealing
from app.store.identity import keys_of
from app.store.resealing import FIRST, Resealed

TABLES = tuple(place.table for place in resealing.PLACES)
JOB = Actor("job")


def rotate_chunk(tx: Connection, table: str, settings: Settings, *, after: UUID = FIRST) -> Resealed:
    """The next rows of one of TABLES that are not under the current keys yet."""
    place = next(place for place in resealing.PLACES if place.table == table)
    return resealing.reseal(tx, place, keys_of(settings), after=after)


def note_rotation(tx: Connection, resealed: Mapping[str, int], settings: Settings, *, now: datetime) -> None:
    """Put on record that the keys were changed, and of how many rows."""
    keys = keys_of(settings)
    details = {"sealing": keys.current, "search": keys.search_version, "rows": dict(resealed)}
    effects.apply(tx, [Decision((WriteAudit(now, JOB, "keys.rotate", details=details),))])

"""Look at a photo of a check-in: an act that is recorded with its reason before anything is shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor
from app.store import effects, photos
from app.store.sealing import sealing_keys


def read_photo(
    tx: Connection,
    actor: Actor,
    subject_id: UUID,
    photo_id: UUID,
    settings: Settings,
    *,
    reason: str,
    now: datetime,
) -> bytes:
    """The picture, a JPEG; who looked at it and why is written in the same transaction.

    NotFound out of reach, and for a photo whose time is over.
    """
    kept = photos.within_reach(tx, actor, subject_id, photo_id)
    if kept is None:
        raise NotFound("not_found")
    picture = photos.opened(tx, sealing_keys(settings), subject_id, photo_id)
    act = WriteAudit(now, actor, "photos.read", subject_id, About("photo", photo_id), reason)
    effects.apply(tx, [Decision((act,))])
    return picture

"""What the store of files needs from time to time: nobody's objects swept, lost ones told of, other keys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from app.rules.attachments import Stored, is_own_name
from app.store import attachments


def nobodys(tx: Connection, names: Sequence[str]) -> list[str]:
    """Which of these objects no content names; none of them where this database knows of no content at all.

    A database that was made anew must not empty the store that belongs to the old one; and what is not named as we name
    things is somebody else's, who keeps it in the same bucket or folder.
    """
    if not attachments.any_content(tx):
        return []
    known = attachments.known_objects(tx, names)
    return [name for name in names if name not in known and is_own_name(name)]


def held_after(tx: Connection, after: UUID, *, limit: int) -> list[Stored]:
    """The next contents that somebody holds, by id."""
    return attachments.held_after(tx, after, limit=limit)


def next_to_reseal(tx: Connection, current: int, *, after: UUID) -> Stored | None:
    """The next content under another key than the current one."""
    return attachments.under_other_keys(tx, current, after)


def note_resealed(tx: Connection, old: Stored, new: Stored) -> bool:
    """It lies under the new name and key; False where it was deleted or moved in the meantime."""
    return attachments.move(tx, old, new)

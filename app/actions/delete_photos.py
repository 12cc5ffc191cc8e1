"""Delete photos whose time is over."""

from datetime import datetime

from sqlalchemy import Connection

from app.store import photos


def delete_photos(tx: Connection, *, now: datetime, limit: int = 200) -> int:
    """Delete the next pictures whose time is over, and note when on each row; gives how many."""
    due = photos.due_for_deletion(tx, now=now, limit=limit)
    if due:
        photos.delete_pictures(tx, due, now=now)
    return len(due)

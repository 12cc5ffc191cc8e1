"""Delete an attachment: the row stays and says when, why and by whom, and the content goes with its last holder."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.attachments import UNCLAIMED_FOR, Stored
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor
from app.store import attachments, effects


def delete_attachment(tx: Connection, actor: Actor, attachment_id: UUID, *, reason: str, now: datetime) -> None:
    """A named user deletes it before its time. NotFound out of reach, and where it is deleted already."""
    kept = attachments.within_reach(tx, actor, attachment_id, lock=True)
    if kept is None:
        raise NotFound("not_found")
    attachments.delete(tx, [attachment_id], reason, by=actor.id, now=now)
    details = {"purpose": kept.purpose.value}
    about = About("attachment", attachment_id)
    act = WriteAudit(now, actor, "attachments.delete", kept.subject_id, about, reason, details)
    effects.apply(tx, [Decision((act,))])


def delete_due(tx: Connection, *, now: datetime, limit: int) -> int:
    """Delete what may be kept no longer, and what waited for a record in vain; gives how many."""
    due = attachments.due(tx, now=now, limit=limit)
    attachments.delete(tx, due, "time_over", by=None, now=now)
    unclaimed = attachments.unclaimed(tx, before=now - UNCLAIMED_FOR, limit=limit)
    attachments.delete(tx, unclaimed, "unclaimed", by=None, now=now)
    return len(due) + len(unclaimed)


def given_up(tx: Connection, *, limit: int) -> list[Stored]:
    """Contents whose last holder is gone, to be deleted in the store."""
    return attachments.given_up(tx, limit=limit)


def note_removed(tx: Connection, stored: Stored) -> None:
    """The store has deleted it."""
    attachments.note_removed(tx, stored.content_id)

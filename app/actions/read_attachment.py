"""Look at an attachment: an act that is recorded before anything is shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.attachments import Kept, Stored
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor
from app.store import attachments, effects


def located(tx: Connection, actor: Actor, attachment_id: UUID) -> tuple[Kept, Stored]:
    """An attachment within reach, and where its content lies. NotFound for any other, and once its content is gone."""
    kept = attachments.within_reach(tx, actor, attachment_id)
    if kept is None:
        raise NotFound("not_found")
    return kept, attachments.stored_of(tx, attachment_id)


def read_attachment(tx: Connection, actor: Actor, attachment_id: UUID, *, reason: str | None, now: datetime) -> None:
    """Record that somebody looks at it. NotFound as `located`."""
    kept, _ = located(tx, actor, attachment_id)
    act = WriteAudit(
        now,
        actor,
        "attachments.read",
        kept.subject_id,
        About("attachment", attachment_id),
        reason,
        {"purpose": kept.purpose.value},
    )
    effects.apply(tx, [Decision((act,))])

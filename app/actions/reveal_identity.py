"""Show a subject's whole identity number, once, with a reason that is recorded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict
from app.rules.facts import Actor
from app.store import effects, subjects
from app.store.identity import keys_of, unseal


def reveal_identity(
    tx: Connection, actor: Actor, subject_id: UUID, reason: str, settings: Settings, *, now: datetime
) -> str:
    """The number. NotFound for a subject out of reach, Conflict `no_id_number` where none is on record."""
    subjects.within_reach(tx, actor, subject_id)
    sealed = subjects.sealed_number(tx, subject_id)
    if sealed is None:
        raise Conflict("no_id_number")
    effects.apply(tx, [Decision((WriteAudit(now, actor, "identity.reveal", subject_id, reason=reason),))])
    return unseal(keys_of(settings), subject_id, sealed.cipher, sealed.key_version)

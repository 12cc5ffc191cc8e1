"""Audit rows, written in the transaction of the act itself."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from app.models.audit import Audit
from app.rules.effects import WriteAudit


def write(tx: Connection, effects: Sequence[WriteAudit]) -> None:
    """Add one row for each act."""
    tx.execute(
        insert(Audit),
        [
            {
                "at": act.at,
                "actor_kind": act.actor.kind,
                "actor_id": act.actor.id,
                "action": act.action,
                "subject_id": act.subject_id,
                "object_kind": act.object.kind if act.object else None,
                "object_id": act.object.id if act.object else None,
                "reason": act.reason,
                "details": dict(act.details),
            }
            for act in effects
        ],
    )

"""Seal what was added to the audit: a batch of acts gets its links, in the order of their ids."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.audit_chain import seal
from app.store import audit_chain

BATCH = 5000


def seal_audit(tx: Connection, until: int, *, now: datetime, limit: int = BATCH) -> int:
    """Seal acts after the newest link and up to the id `until`, of which none may appear any more; gives how many.

    Two at once come one after the other, and the second finds nothing left. A caller that dies leaves nothing.
    """
    audit_chain.alone(tx)
    head = audit_chain.head(tx)
    acts = audit_chain.acts(tx, after=head.audit_id, until=until, limit=limit)
    if acts:
        audit_chain.add(tx, seal(head, acts), now=now)
    return len(acts)

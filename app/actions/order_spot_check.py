"""Order a spot check: an officer asks one person to check in now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.spot_checks import Wanted, order
from app.store import effects, spot_checks


def order_spot_check(tx: Connection, actor: Actor, subject_id: UUID, wanted: Wanted, *, now: datetime) -> bool:
    """Open the duty and tell the phone; False where the same request had ordered it before.

    NotFound for a subject out of reach, Conflict `id_reused`; the rest as the rule says.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    facts = spot_checks.facts(tx, actor, subject_id, now=now)
    if facts is None:
        raise NotFound("not_found")
    known = spot_checks.body_hash_of(tx, wanted.id)
    if known is not None:
        if known != wanted.body_hash:
            raise Conflict("id_reused")
        return False
    effects.apply(tx, [order(facts, wanted, actor, now=now)])
    return True

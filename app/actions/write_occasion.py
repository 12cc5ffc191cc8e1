"""Write down what gives rise to visits and talks: an officer enters it, or the person reports it by phone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.occasions import Written, enter, report
from app.store import effects, occasion_facts


def write_occasion(tx: Connection, actor: Actor, subject_id: UUID, written: Written, *, now: datetime) -> bool:
    """Keep it once; False where the same request was served before. Duties follow from it by the job.

    NotFound for a subject out of reach, Conflict `id_reused`; the rest as the rules say.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    facts = occasion_facts.facts(tx, actor, subject_id, now=now)
    if facts is None:
        raise NotFound("not_found")
    known = occasion_facts.known(tx, actor, subject_id, written.id)
    if known is not None:
        if known != (subject_id, written.body_hash):
            raise Conflict("id_reused")
        return False
    rule = report if actor.kind == "subject" else enter
    effects.apply(tx, [rule(facts, written, actor, now=now)])
    return True

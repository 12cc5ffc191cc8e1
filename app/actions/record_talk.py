"""Write a talk down."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.proof import decide
from app.rules.visits import NewRecord, Receipt, judge
from app.store import effects, proofs, states, visits


def record_talk(tx: Connection, actor: Actor, new: NewRecord, *, now: datetime) -> tuple[Receipt, bool]:
    """Keep the record of a talk and what it proves, and settle the duties that it fulfils; False where it was kept.

    NotFound for a subject that is not within reach, Conflict where the id is another record's, Refused and NotAllowed
    as the rule says.
    """
    states.lock(tx, [new.subject_id])
    if known := visits.repeated(tx, actor, new):
        return known, False
    effects.apply(tx, [judge(visits.facts(tx, actor, new, now=now), new, actor, now=now)])
    effects.apply(tx, [decide(facts, now=now) for facts in proofs.facts_for(tx, [new.id])])
    return visits.receipt(tx, new.id), True

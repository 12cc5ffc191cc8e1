"""Write down what was done about a person: a visit, a talk, a verification, a review."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.visits import NewRecord, Receipt, judge
from app.store import effects, states, visits


def write_down(tx: Connection, actor: Actor, new: NewRecord, *, now: datetime) -> tuple[Receipt, bool]:
    """Keep a record of any kind and settle the duties that it fulfils; False where it was kept before.

    The caller admits the actor to the kind. NotFound for a subject that is not within reach, Conflict where the id is
    another record's, Refused and NotAllowed as the rule says.
    """
    states.lock(tx, [new.subject_id])
    if known := visits.repeated(tx, actor, new):
        return known, False
    effects.apply(tx, [judge(visits.facts(tx, actor, new, now=now), new, actor, now=now)])
    return visits.receipt(tx, new.id), True

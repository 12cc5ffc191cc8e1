"""Write down what was done about a person: a visit, a talk, a verification, a review."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor
from app.rules.proof import decide
from app.rules.visits import NewRecord, Receipt, judge
from app.rules.wording.attachments import DELETED_FOR
from app.store import attachments, effects, proofs, states, visits


def write_down(tx: Connection, actor: Actor, new: NewRecord, *, now: datetime) -> tuple[Receipt, bool]:
    """Keep a record of any kind and what it proves, and settle the duties that it fulfils; False where it was kept.

    The caller admits the actor to the kind. NotFound for a subject that is not within reach, Conflict where the id is
    another record's, Refused and NotAllowed as the rule says.
    """
    states.lock(tx, [new.subject_id])
    if known := visits.repeated(tx, actor, new):
        return known, False
    effects.apply(tx, [judge(visits.facts(tx, actor, new, now=now), new, actor, now=now)])
    if new.files is not None:
        _leave_out(tx, actor, new.id, new.files, now)
    effects.apply(tx, [decide(facts, now=now) for facts in proofs.facts_for(tx, [new.id])])
    return visits.receipt(tx, new.id), True


def _leave_out(tx: Connection, actor: Actor, record_id: UUID, named: Collection[UUID], now: datetime) -> None:
    """A photo that was sent and then taken out of the draft is none of the record's; it goes, and that is recorded."""
    left = attachments.left_out(tx, record_id, named, actor.id)
    if not left:
        return
    attachments.delete(tx, [one.id for one in left], "left_out", by=actor.id, now=now)
    acts = [
        WriteAudit(
            now,
            actor,
            "attachments.delete",
            one.subject_id,
            About("attachment", one.id),
            DELETED_FOR["left_out"],
            {"purpose": one.purpose.value},
        )
        for one in left
    ]
    effects.apply(tx, [Decision(tuple(acts))])

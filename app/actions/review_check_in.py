"""Review a doubtful check-in: a named officer accepts or rejects it, once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.checkins import Receipt, review
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import About, Actor
from app.store import checkins, effects, receipts, states


def review_check_in(
    tx: Connection, actor: Actor, subject_id: UUID, attempt_id: UUID, *, accepted: bool, note: str, now: datetime
) -> Receipt:
    """Settle the duty by the answer, and give the receipt as it stands then.

    NotFound for a try that is not within reach, Conflict where it was reviewed before or never waited for a review.
    """
    states.lock(tx, [subject_id])
    checkins.refuse_out_of_reach(tx, actor, subject_id)
    facts = checkins.review_facts(tx, subject_id, attempt_id)
    if facts is None:
        raise NotFound("not_found")
    decision = review(facts, accepted=accepted, note=note, actor=actor, now=now)
    details = {"accepted": accepted}
    act = WriteAudit(now, actor, "check_ins.review", subject_id, About("attempt", attempt_id), note, details)
    effects.apply(tx, [decision, Decision((act,))])
    return receipts.one(tx, subject_id, attempt_id)

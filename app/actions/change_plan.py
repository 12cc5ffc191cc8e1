"""Keep a correction plan: make a version, decide on it, look at the one in force again. Each by a named user."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.correction import CorrectionFacts, NewPlan, NewReview
from app.rules.correction import decide_plan as decided
from app.rules.correction import review_plan as reviewed
from app.rules.correction import write_plan as written
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor
from app.store import correction, effects, subjects


def write_plan(tx: Connection, actor: Actor, subject_id: UUID, new: NewPlan, *, now: datetime) -> bool:
    """Write the next version; False where the same request had written it before.

    NotFound for a subject out of reach; Conflict `id_reused`; the rest as the rule says.
    """
    found = _facts(tx, actor, subject_id, now)
    if _repeated(correction.plan_hash_of(tx, new.id), new.body_hash):
        return False
    effects.apply(tx, [written(found, new, actor, now=now)])
    return True


def decide_plan(
    tx: Connection, actor: Actor, subject_id: UUID, plan_id: UUID, *, approved: bool, note: str | None, now: datetime
) -> None:
    """Approve the newest version, or give it back. NotFound for a subject or version out of reach; else as the rule."""
    found = _facts(tx, actor, subject_id, now)
    effects.apply(tx, [decided(found, plan_id, actor, approved=approved, note=note, now=now)])


def review_plan(tx: Connection, actor: Actor, subject_id: UUID, new: NewReview, *, now: datetime) -> bool:
    """Note that the plan in force stays as it is; False where the same request had noted it before."""
    found = _facts(tx, actor, subject_id, now)
    if _repeated(correction.review_hash_of(tx, new.id), new.body_hash):
        return False
    effects.apply(tx, [reviewed(found, new, actor, now=now)])
    return True


def _facts(tx: Connection, actor: Actor, subject_id: UUID, now: datetime) -> CorrectionFacts:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    subjects.within_reach(tx, actor, subject_id)
    return correction.facts(tx, subject_id, now=now)


def _repeated(known: bytes | None, body_hash: bytes) -> bool:
    if known is not None and known != body_hash:
        raise Conflict("id_reused")
    return known is not None

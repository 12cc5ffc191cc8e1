"""Keep a correction group: somebody joins, leaves, signs the 矫正责任书. Each by a named user."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.correction import CorrectionFacts, Leaving, Letter, NewMember
from app.rules.correction import add_member as joined
from app.rules.correction import end_member as left
from app.rules.correction import note_letter as signed
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor
from app.store import absences, correction, effects, subjects


def add_member(tx: Connection, actor: Actor, subject_id: UUID, new: NewMember, *, now: datetime) -> bool:
    """Add a member; False where the same request had added it before.

    NotFound for a subject out of reach, or a user who is no colleague; Conflict `id_reused`; the rest as the rule says.
    """
    found = _facts(tx, actor, subject_id, now)
    known = correction.member_hash_of(tx, new.id)
    if known is not None:
        if known != new.body_hash:
            raise Conflict("id_reused")
        return False
    if new.user_id is not None:
        absences.refuse_out_of_reach(tx, actor, new.user_id, now=now)
    effects.apply(tx, [joined(found, new, actor, now=now)])
    return True


def end_member(tx: Connection, actor: Actor, subject_id: UUID, leaving: Leaving, *, now: datetime) -> None:
    """Note that a member left. NotFound for a subject out of reach, or nobody of its group; else as the rule says."""
    effects.apply(tx, [left(_facts(tx, actor, subject_id, now), leaving, actor, now=now)])


def note_letter(tx: Connection, actor: Actor, subject_id: UUID, letter: Letter, *, now: datetime) -> None:
    """Note that a member signed. NotFound as above; the rest as the rule says."""
    effects.apply(tx, [signed(_facts(tx, actor, subject_id, now), letter, actor, now=now)])


def _facts(tx: Connection, actor: Actor, subject_id: UUID, now: datetime) -> CorrectionFacts:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    subjects.within_reach(tx, actor, subject_id)
    return correction.facts(tx, subject_id, now=now)

"""Write down what an officer found when looking at a pattern of check-ins, and what the person said of it."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor
from app.rules.patterns import NewNote
from app.store import effects, patterns, subjects


def note_pattern(tx: Connection, actor: Actor, note: NewNote, *, now: datetime) -> bool:
    """Keep the note; False where the same request had written it before.

    NotFound for a subject out of reach, Conflict `id_reused`. Nothing follows from a note: it is read by people.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    subjects.within_reach(tx, actor, note.subject_id)
    subjects.claim(tx, note.id)
    known = patterns.body_hash_of(tx, note.id)
    if known is not None:
        if known != note.body_hash:
            raise Conflict("id_reused")
        return False
    patterns.add(tx, note, noted_by=actor.id, now=now)
    about = About("pattern_note", note.id)
    act = WriteAudit(now, actor, "patterns.note", note.subject_id, about, details={"pattern": note.pattern.value})
    effects.apply(tx, [Decision((act,))])
    return True

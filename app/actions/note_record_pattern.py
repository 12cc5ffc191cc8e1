"""Say something of a pattern of an officer's records: the officer an answer, a supervisor a note."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import About, Actor, Role
from app.rules.record_patterns import NewRecordNote
from app.store import effects, record_patterns

SUPERVISORS = (Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.CITY_STAFF)


def note_record_pattern(tx: Connection, actor: Actor, note: NewRecordNote, *, now: datetime) -> bool:
    """Keep what was said; False where the same request had written it before. Nothing follows from it.

    Officers speak for themselves alone: NotFound about a colleague, and about whoever wrote nothing within reach.
    Conflict `id_reused`.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    own = note.officer_id == actor.id
    if not (own or actor.has(*SUPERVISORS)) or not record_patterns.writes_within(tx, actor, note.officer_id):
        raise NotFound("not_found")
    known = record_patterns.noted(tx, note.id)
    if known is None and record_patterns.add(tx, note, noted_by=actor.id, now=now):
        details = {"pattern": note.pattern.value, "officer_id": str(note.officer_id), "own": own}
        act = WriteAudit(
            now, actor, "record_patterns.note", None, About("record_pattern_note", note.id), details=details
        )
        effects.apply(tx, [Decision((act,))])
        return True
    if known != (note.officer_id, actor.id, note.body_hash):
        raise Conflict("id_reused")
    return False

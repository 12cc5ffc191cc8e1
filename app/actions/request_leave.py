"""Ask for leave, for its extension, or for a permit for frequent travel: by phone, or entered by an officer."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.leave.asking import ask
from app.rules.leave.facts import Wanted
from app.store import effects, leave_facts


def request_leave(tx: Connection, actor: Actor, subject_id: UUID, wanted: Wanted, *, now: datetime) -> bool:
    """Write the request and tell whoever decides; False where the same request had been made before.

    NotFound for a subject out of reach, Conflict `id_reused`, Refused `unknown_area`, `proof_unknown`; the rest as the
    rule says.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    person = leave_facts.person(tx, actor, subject_id, now=now)
    if person is None:
        raise NotFound("not_found")
    if known := leave_facts.body_hash_of(tx, wanted.id):
        if known != (subject_id, wanted.body_hash):
            raise Conflict("id_reused")
        return False
    names = leave_facts.destination_names(tx, wanted.destinations, now=now)
    effects.apply(tx, [ask(person, replace(wanted, destination_names=names), actor, now=now)])
    return True

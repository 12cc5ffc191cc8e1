"""Say where an office is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed
from app.rules.facts import About, Actor, GivenPlace
from app.store import effects, office_places, offices


def set_office_place(tx: Connection, actor: Actor, office_id: UUID, place: GivenPlace, *, now: datetime) -> None:
    """The way to visits begins there from now on. NotFound for an office out of reach."""
    if actor.id is None:
        raise NotAllowed("not_allowed")
    offices.within_reach(tx, actor, office_id)
    office_places.keep(tx, office_id, place, set_by=actor.id, now=now)
    act = WriteAudit(now, actor, "office.place", object=About("office", office_id))
    effects.apply(tx, [Decision((act,))])

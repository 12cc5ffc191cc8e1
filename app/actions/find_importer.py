"""Find out for whom the command line imports a roster, and into which office."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotAllowed, NotFound
from app.rules.facts import Actor
from app.store import rosters


def find_importer(tx: Connection, login: str, *, now: datetime) -> Actor:
    """The user in whose name a roster is imported, with the roles held now; NotAllowed where there is no such user."""
    found = rosters.acting(tx, login, now=now)
    if found is None:
        raise NotAllowed("not_allowed")
    return found


def find_office(tx: Connection, actor: Actor, word: str) -> UUID:
    """The office within the user's reach that has this code, or alone has this name; NotFound otherwise."""
    found = {place.site.id for place in rosters.places(tx, actor) if word in {place.site.code, place.name}}
    if len(found) != 1:
        raise NotFound("not_found")
    return found.pop()

"""What is on record of oneself (四知道), as far as it is one's own to read [PIPL 45, 46]."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.queries.known_facts import known_facts
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.known_facts import BY_CODE
from app.rules.wording import sentence


@dataclass(frozen=True)
class OwnFact:
    """One thing on record. `text` is None where nothing is, or where it is still being looked into."""

    item: str
    field: str
    title: str
    text: str | None
    standing: str
    verified_at: datetime | None


@dataclass(frozen=True)
class OwnFacts:
    """All of them, and what to do where one is wrong."""

    items: tuple[OwnFact, ...]
    how_to_correct: str
    as_of: datetime


def own_facts(connection: Connection, actor: Actor, *, now: datetime) -> OwnFacts:
    """Of the subject who asks. What others said, and how an officer judges mood and risk, is not part of it."""
    if actor.id is None:
        raise NotFound("not_found")
    known = known_facts(connection, actor, actor.id, now=now, opened=True)
    items = tuple(
        OwnFact(item.code, field.code, field.title, field.text, field.standing, field.verified_at)
        for item in known.items
        for field in item.fields
        if BY_CODE[field.code].own
    )
    return OwnFacts(items, sentence("facts_correct"), now)

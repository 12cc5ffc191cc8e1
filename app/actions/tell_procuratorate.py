"""Record that the county told the procuratorate of a leave that the city approved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.leave import filing
from app.store import effects, leave_facts


def tell_procuratorate(
    tx: Connection, actor: Actor, leave_id: UUID, told_at: datetime, note: str, *, now: datetime
) -> None:
    """When and how it was told. NotFound out of reach; Conflict and Refused as the rule says."""
    person, leave = leave_facts.case(tx, actor, leave_id, now=now)
    decision = filing.tell_procuratorate(person.subject_id, leave, told_at, note, actor, now=now)
    effects.apply(tx, [decision])

"""Decide on a request for leave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.leave.deciding import decide
from app.rules.leave.facts import Verdict
from app.store import effects, leave_facts


def decide_leave(tx: Connection, actor: Actor, leave_id: UUID, verdict: Verdict, *, now: datetime) -> None:
    """Approve or refuse. NotFound out of reach; NotAllowed, Conflict and Refused as the rule says."""
    person, leave = leave_facts.case(tx, actor, leave_id, now=now)
    effects.apply(tx, [decide(person, leave, verdict, actor, now=now)])

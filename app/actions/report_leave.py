"""Report on the way: left, arrived, delayed, back, or a trip under a permit; by phone or to an officer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict
from app.rules.facts import Actor
from app.rules.leave import ReportKind
from app.rules.leave.facts import Told
from app.rules.leave.travelling import come_back, report
from app.store import effects, leave_facts


def report_leave(tx: Connection, actor: Actor, leave_id: UUID, told: Told, *, now: datetime) -> bool:
    """Keep what was told; a return ends the leave. False where the same had been told before.

    NotFound out of reach, Conflict `id_reused`; the rest as the rules say.
    """
    person, leave = leave_facts.case(tx, actor, leave_id, now=now)
    if known := leave_facts.report_hash_of(tx, told.id):
        if known != (leave_id, told.body_hash):
            raise Conflict("id_reused")
        return False
    rule = come_back if told.kind is ReportKind.RETURN else report
    effects.apply(tx, [rule(person, leave, told, actor, now=now)])
    return True

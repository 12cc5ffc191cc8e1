"""Tell of permits for frequent travel that end soon."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from app.rules.leave.filing import permit_ends
from app.store import effects, leave_facts


def remind_permits(tx: Connection, *, now: datetime, limit: int = 500) -> Mapping[str, int]:
    """The next permits of which the end should be told, each once; gives how many."""
    found = leave_facts.ending_permits(tx, now=now, limit=limit)
    effects.apply(tx, [permit_ends(permit, now=now) for permit in found])
    return {"permits": len(found)}

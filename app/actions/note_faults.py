"""Note what the watchdog found, and tell the administrators."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from app.rules.service_faults import tell
from app.store import effects, service_faults


def note_faults(tx: Connection, found: Mapping[str, int], *, now: datetime) -> int:
    """Keep each fault of `found` (its code, and how many; 0 is none) as long as it lasts; gives how many last.

    Only codes of `found` are looked at: a fault that another look found is not over because this one did not ask.
    """
    faults = service_faults.record(tx, found, tuple(found), now=now)
    if faults:
        effects.apply(tx, [tell(faults, service_faults.administrators(tx, now=now), now=now)])
    return sum(fault.recovered_at is None for fault in faults)

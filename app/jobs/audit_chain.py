"""The jobs of the chain over the audit: seal what was added, and note outside how far the chain has come."""

import logging
import time
from datetime import datetime

from app.actions.seal_audit import BATCH, seal_audit
from app.clients.checkpoints import note
from app.deps import Deps
from app.jobs.job import Counts
from app.queries.audit_chain import head, overdue, settled, waited_for
from app.rules.audit_chain import Horizon

LOG = logging.getLogger(__name__)
PATIENCE_S = 1.0
LOOK_S = 0.02


def seal(deps: Deps, now: datetime, *, patience_s: float = PATIENCE_S) -> Counts:
    """Seal everything that is committed, batch by batch. `waiting` counts transactions that keep the rest back.

    `failed` counts acts that should have been sealed long since: then the run is not a good one.
    """
    with deps.autocommit() as connection:
        until = settled(connection)
        ends = time.monotonic() + patience_s
        while (waiting := waited_for(connection, until)) and time.monotonic() < ends:
            time.sleep(LOOK_S)
    sealed = 0
    while not waiting:
        with deps.transaction() as tx:
            batch = seal_audit(tx, until.audit_id, now=now)
        sealed += batch
        if batch < BATCH:
            break
    return {"sealed": sealed, "waiting": waiting, "failed": _late(deps, until, now) if waiting else 0}


def _late(deps: Deps, until: Horizon, now: datetime) -> int:
    with deps.autocommit() as connection:
        return overdue(connection, until, now=now)


def note_head(deps: Deps, now: datetime) -> Counts:
    """Tell the log, and the file outside the database where one is named, which link is the newest."""
    with deps.autocommit() as connection:
        newest = head(connection)
    LOG.info("audit chain: link %d has hash %s", newest.seq, newest.hash.hex())
    if deps.settings.audit_checkpoints and newest.seq:
        note(deps.settings.audit_checkpoints, newest, at=now)
    return {"noted": newest.seq}

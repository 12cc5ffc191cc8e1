"""The job that judges again what records prove, once late evidence is there."""

from datetime import datetime

from app.actions.prove_records import prove_records
from app.deps import Deps
from app.jobs.job import Counts

AT_ONCE = 200


def prove(deps: Deps, now: datetime) -> Counts:
    """Judge in chunks, each in its own transaction; what is judged is due no more."""
    judged = 0
    while True:
        with deps.transaction() as tx:
            found = prove_records(tx, now=now, limit=AT_ONCE)
        judged += found
        if found < AT_ONCE:
            return {"records": judged}

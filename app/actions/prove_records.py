"""Judge what records prove: those that nobody judged yet, and those for which evidence came later."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.proof import decide
from app.store import effects, proofs


def prove_records(tx: Connection, *, now: datetime, limit: int = 200) -> int:
    """Judge the next records by everything that is known now; gives how many."""
    due = proofs.due(tx, now=now, limit=limit)
    effects.apply(tx, [decide(facts, now=now) for facts in proofs.facts_for(tx, due)])
    return len(due)

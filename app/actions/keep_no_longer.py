"""Delete what has served its time, by the policies of people's offices [PIPL 19, 47]."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.rules.policy.retention import Held
from app.store import policies, retention

FIRST = UUID(int=0)


def keep_no_longer(
    tx: Connection, after: UUID = FIRST, *, now: datetime, limit: int
) -> tuple[UUID | None, Counter[str]]:
    """Delete of the next people after `after` what may be kept no longer by the policy in force `now`.

    Gives after whom to go on, None at the end, and how much went of each.
    """
    offices = retention.people_after(tx, after, limit=limit)
    in_force = policies.in_force(tx, sorted(set(offices.values())), at=now) if offices else {}
    over: dict[tuple[Held, int], list[UUID]] = defaultdict(list)
    for subject_id, office_id in offices.items():
        for held, kept in in_force[office_id].policy.retention.items():
            over[held, kept.days].append(subject_id)
    deleted: Counter[str] = Counter()
    for (held, days), ids in over.items():
        deleted.update(retention.delete(tx, held, ids, before=now - timedelta(days=days), now=now))
    return (max(offices) if len(offices) == limit else None), deleted

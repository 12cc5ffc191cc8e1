"""Leave on disk as other rooms need it: what was approved, and for how long it counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.bounds import ApprovedLeave

APPROVED = text(
    """
    SELECT id, subject_id, counts_from, least(until, ended_at) AS until, destinations, kind = 'permit' AS frequent
    FROM leave_requests
    WHERE subject_id = ANY(:ids) AND counts_from < least(until, ended_at)
      AND counts_from < :until AND least(until, ended_at) > :from_at
    ORDER BY subject_id, counts_from, id
    """
)


def approved(
    tx: Connection, subject_ids: Sequence[UUID], from_at: datetime, until: datetime
) -> Mapping[UUID, Sequence[ApprovedLeave]]:
    """What was approved for each subject and touches [from_at, until), as far as it counts. One query for any number.

    A return that stands, a withdrawal, and an extension's end shorten or lengthen it; nothing counts from before its
    decision. Subjects without leave are left out.
    """
    if not subject_ids:
        return {}
    found: dict[UUID, list[ApprovedLeave]] = defaultdict(list)
    for row in tx.execute(APPROVED, {"ids": list(subject_ids), "from_at": from_at, "until": until}):
        leave = ApprovedLeave(
            row.id, row.subject_id, row.counts_from, row.until, tuple(row.destinations), frequent=row.frequent
        )
        found[row.subject_id].append(leave)
    return found

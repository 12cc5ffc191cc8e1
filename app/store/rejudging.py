"""Which subjects have new fixes to be judged, and what those fixes may fulfil."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import DutyState
from app.rules.positions import CheckFacts
from app.store import states

CLAIM = text(
    """
    SELECT subject_id, CASE WHEN rejudge_from <= :now AND look_again_at <= :now THEN least(rejudge_from, look_again_at)
                            WHEN rejudge_from <= :now THEN rejudge_from ELSE look_again_at END AS since
    FROM subject_states WHERE subject_id = ANY(:ids) AND (rejudge_from <= :now OR look_again_at <= :now)
    ORDER BY subject_id FOR UPDATE SKIP LOCKED
    """
)

# For each check whose window ends after the oldest new fix: the first proven fix in it. Both ways to a fix by its
# effective time are short ranges of an index, however long the history (see FAR_CLOCK in the model).
CHECKS = text(
    """
    SELECT t.subject_id, d.id, d.state, d.due_at, s.office_id, f.id AS fix_id, f.effective_at AS fix_at
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id
    JOIN duties d ON d.subject_id = t.subject_id AND d.kind = 'location_check'
     AND d.state IN ('planned', 'open', 'late', 'missed', 'unjudged')
     AND d.opens_at > t.rejudge_from - interval '2 days' AND d.opens_at <= :now AND d.grace_until > t.rejudge_from
    CROSS JOIN LATERAL (
        (SELECT p.id, p.effective_at FROM positions p
         WHERE p.subject_id = d.subject_id AND p.time_proven
           AND p.recorded_at >= d.opens_at - interval '1 hour' AND p.recorded_at < d.grace_until + interval '1 hour'
           AND p.effective_at >= d.opens_at AND p.effective_at < d.grace_until)
        UNION ALL
        (SELECT p.id, p.effective_at FROM positions p
         WHERE p.subject_id = d.subject_id AND p.time_proven
           AND p.effective_at - p.recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
           AND p.effective_at >= d.opens_at AND p.effective_at < d.grace_until)
        ORDER BY effective_at, id LIMIT 1
    ) AS f
    WHERE t.subject_id = ANY(:ids)
    ORDER BY t.subject_id, d.opens_at, d.id
    """
)

MARK = text(
    "UPDATE subject_states SET rejudge_from = least(rejudge_from, :since)"
    " WHERE subject_id = ANY(:ids) AND (rejudge_from IS NULL OR rejudge_from > :since)"
)

JUDGED = text(
    """
    UPDATE subject_states t
    SET rejudge_from = CASE WHEN t.rejudge_from > :now THEN t.rejudge_from END, look_again_at = j.look_again_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:look_again_at AS timestamptz[])) AS j(id, look_again_at)
    WHERE t.subject_id = j.id
    """
)


def claim(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, datetime]:
    """Lock those that still have something to be judged, each with the instant from which on; what another worker holds
    is left to it.
    """
    rows = tx.execute(CLAIM, {"ids": list(subject_ids), "now": now})
    return {row.subject_id: row.since for row in rows}


def location_checks(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, list[CheckFacts]]:
    """The location checks, by subject, that a stored fix may turn. The caller holds the locks."""
    if not subject_ids:
        return {}
    found: dict[UUID, list[CheckFacts]] = defaultdict(list)
    for row in tx.execute(CHECKS, {"ids": list(subject_ids), "now": now}):
        found[row.subject_id].append(
            CheckFacts(row.id, DutyState(row.state), row.due_at, row.office_id, row.fix_id, row.fix_at)
        )
    return found


def judged(tx: Connection, look_again_at: Mapping[UUID, datetime | None], *, now: datetime) -> None:
    """Nothing is left to be judged, until something begins or ends by the clock. No fix can have come in between: posts
    wait for the same lock.
    """
    looks = list(look_again_at.values())
    tx.execute(JUDGED, {"ids": list(look_again_at), "look_again_at": looks, "now": now})


def mark(tx: Connection, subject_ids: Sequence[UUID], since: datetime) -> None:
    """What bounds these subjects has changed from `since` on: they are judged again from there, fixes or not.

    `since` may lie ahead: nobody is looked at before it has come.
    """
    ids = sorted(set(subject_ids))
    if ids:
        states.lock(tx, ids)
        tx.execute(MARK, {"ids": ids, "since": since})

"""Who holds a job, and how its runs went. Leases are judged by the database's clock, which all workers share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.job import JobRun, JobState

LEASE = timedelta(seconds=8)
"""How long a job stays with a worker that is not heard of any more: with the longest tick (5 s), less than 15 s."""

CLAIM = text(
    """
    UPDATE job_states SET holder = :holder, lease_until = clock_timestamp() + CAST(:lease AS interval),
                          last_started_at = :now
    WHERE name = :name
      AND (lease_until IS NULL OR lease_until < clock_timestamp() OR holder = :holder)
      AND (last_ok_at IS NULL OR last_ok_at <= :ran_before OR last_ok_at > :now)
    RETURNING name
    """
)

RENEW = text(
    """
    UPDATE job_states SET lease_until = clock_timestamp() + CAST(:lease AS interval)
    WHERE name = :name AND holder = :holder AND lease_until IS NOT NULL RETURNING name
    """
)

RELEASE = text(
    """
    UPDATE job_states SET lease_until = NULL, last_finished_at = :finished_at, last_outcome = :outcome,
        last_error = :error, last_ok_at = CASE WHEN :outcome = 'ok' THEN :started_at ELSE last_ok_at END
    WHERE name = :name AND holder = :holder
    """
)

GIVE_BACK = text("UPDATE job_states SET lease_until = NULL WHERE name = :name AND holder = :holder")

GIVE_BACK_ALL = text("UPDATE job_states SET lease_until = NULL WHERE holder = :holder AND lease_until IS NOT NULL")


@dataclass(frozen=True)
class Run:
    """One run of a job as it is recorded. `outcome` is `ok`, `partial` (some items failed) or `failed`.

    `as_if`: it ran as if it were another time, which says nothing of how the job stands.
    """

    name: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    counts: Mapping[str, Any]
    error: str | None
    as_if: bool = False


def declare(tx: Connection, jobs: Iterable[tuple[str, int, str]]) -> None:
    """Make a row for each job (name, greatest age in seconds, why); what is known of its runs stays."""
    statement = upsert(JobState)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"max_age_s": statement.excluded.max_age_s, "why": statement.excluded.why},
        ),
        [{"name": name, "max_age_s": max_age_s, "why": why} for name, max_age_s, why in jobs],
    )


def claim(tx: Connection, name: str, holder: str, *, now: datetime, ran_before: datetime) -> bool:
    """Take the job if nobody holds it and it did not run well since `ran_before`."""
    claimed = tx.execute(
        CLAIM, {"name": name, "holder": holder, "lease": LEASE, "now": now, "ran_before": ran_before}
    ).one_or_none()
    return claimed is not None


def renew(tx: Connection, name: str, holder: str) -> bool:
    """Hold the job for another lease; False where somebody else has it by now, or it was given back."""
    return tx.execute(RENEW, {"name": name, "holder": holder, "lease": LEASE}).one_or_none() is not None


def release(tx: Connection, run: Run, holder: str) -> None:
    """Give the job back and note how it went; a run that did something or failed leaves a row of its own."""
    tx.execute(
        GIVE_BACK if run.as_if else RELEASE,
        {
            "name": run.name,
            "holder": holder,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "outcome": run.outcome,
            "error": run.error,
        },
    )
    if run.outcome != "ok" or any(run.counts.values()):
        tx.execute(
            insert(JobRun),
            {
                "name": run.name,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
                "outcome": run.outcome,
                "counts": dict(run.counts),
                "error": run.error,
            },
        )


def give_back(tx: Connection, name: str, holder: str) -> None:
    """Let another worker take the job at once; it counts as not having run."""
    tx.execute(GIVE_BACK, {"name": name, "holder": holder})


def give_back_all(tx: Connection, holder: str) -> None:
    """The same for everything that this worker holds."""
    tx.execute(GIVE_BACK_ALL, {"holder": holder})


def last_ok(tx: Connection, name: str) -> datetime | None:
    """When the job's last good run started."""
    return tx.execute(select(JobState.last_ok_at).where(JobState.name == name)).scalar_one_or_none()

"""A version of the policy takes the place of the one before: for an office and everything below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision
from app.rules.facts import JOB, Actor, Reason
from app.rules.planning import forget_plan
from app.rules.policy import Policy
from app.rules.silence import look_again
from app.store import effects, policies

CHUNK = 500


@dataclass(frozen=True)
class NewVersion:
    """What is installed: whose, from when on, and what becomes of versions that are to begin later."""

    id: UUID
    office_id: UUID
    policy: Policy
    from_at: datetime
    created_by: UUID | None
    later: policies.Later = policies.Later.STAYS


def install(tx: Connection, version: NewVersion, *, now: datetime, chunk: int = CHUNK) -> None:
    """Write the version, end the one before it, and take back what was planned from then on.

    Conflict `policy_planned_later` where a version that stays begins at that very instant.
    """
    policies.change_alone(tx)
    policies.add_version(
        tx,
        version.id,
        version.office_id,
        version.policy,
        in_force_from=version.from_at,
        created_by=version.created_by,
        now=now,
        later=version.later,
    )
    since = max(version.from_at, now)
    after = None
    # Every subject is locked, planned so far or not: else the planner could go on by the old version until we commit.
    # Who is being registered this moment cannot be, and was waited for.
    while planned := policies.lock_planned(tx, version.office_id, after=after, limit=chunk):
        effects.apply(tx, _changed(version.created_by, planned, since, now))
        after = planned[-1].subject_id


def _changed(
    created_by: UUID | None, planned: Sequence[policies.Planned], since: datetime, now: datetime
) -> Iterator[Decision]:
    """What is planned from `since` on is taken back, and silences are looked at anew by then."""
    actor = Actor("user", created_by) if created_by else JOB
    reason = Reason("policy_changed")
    for one in planned:
        until = one.planned_until
        if until > since:
            yield forget_plan(one.subject_id, planned_until=until, since=since, now=now, reason=reason, actor=actor)
        yield look_again(one.subject_id, one.silence_check_at, since=since)

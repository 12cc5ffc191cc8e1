"""A new version of the policy takes effect for an office and everything below it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, Refused
from app.rules.facts import JOB, About, Actor, Reason
from app.rules.planning import forget_plan
from app.rules.policy import Policy, content_hash, parse_policy, policy_from_mapping
from app.rules.silence import look_again
from app.store import effects, offices, policies

VERSIONS = uuid5(NAMESPACE_URL, "zhifang:policy_version")
CHUNK = 500
LATENESS = timedelta(minutes=1)
"""A request for "now" takes a moment to arrive: so much later it still means now."""

Content = str | Mapping[str, Any]


def install_policy(
    tx: Connection,
    office_id: UUID,
    content: Content,
    *,
    effective_from: datetime,
    created_by: UUID | None,
    now: datetime,
    chunk: int = CHUNK,
) -> UUID:
    """Install a policy, TOML text or an object, for an office; gives the version's id.

    For demo, replay and set-up: whoever calls may install for any office, and for the past. PolicyError names what is
    wrong, line by line.
    """
    policy = read_policy(content)
    version_id = uuid5(VERSIONS, f"{office_id}|{effective_from.isoformat()}|{content_hash(policy)}")
    _install(tx, _Version(version_id, office_id, policy, effective_from, created_by), now, chunk)
    return version_id


def adopt_policy(
    tx: Connection,
    actor: Actor,
    version_id: UUID,
    office_id: UUID,
    policy: Policy,
    *,
    effective_from: datetime | None,
    now: datetime,
) -> bool:
    """Let a policy take effect at `effective_from` (now, unless given) for one of the actor's offices.

    False where the same request was served before. The version in force until then ends there; what was planned from
    then on falls away and is planned anew. Refused for the past, Conflict where a later version is planned already.
    """
    offices.within_reach(tx, actor, office_id)
    known = policies.find(tx, version_id)
    if known:
        if (known.office_id, known.content_hash) != (office_id, content_hash(policy)):
            raise Conflict("id_reused")
        return False
    if effective_from and effective_from < now - LATENESS:
        raise Refused("policy_in_past", fields={"effective_from": "policy_in_past"})
    from_at = max(effective_from or now, now)
    _install(tx, _Version(version_id, office_id, policy, from_at, actor.id), now, CHUNK)
    adopted = WriteAudit(now, actor, "policy.adopt", object=About("policy_version", version_id))
    effects.apply(tx, [Decision((adopted,))])
    return True


def read_policy(content: Content) -> Policy:
    """TOML text or an object as a policy; PolicyError names every problem, in a text with its line."""
    return parse_policy(content) if isinstance(content, str) else policy_from_mapping(content)


@dataclass(frozen=True)
class _Version:
    """What is installed: whose, and from when on."""

    id: UUID
    office_id: UUID
    policy: Policy
    from_at: datetime
    created_by: UUID | None


def _install(tx: Connection, version: _Version, now: datetime, chunk: int) -> None:
    policies.add_version(
        tx,
        version.id,
        version.office_id,
        version.policy,
        in_force_from=version.from_at,
        created_by=version.created_by,
        now=now,
    )
    since = max(version.from_at, now)
    after = None
    # Every subject is locked, planned so far or not: else the planner could go on by the old version until we commit.
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

"""A new version of the policy takes effect for an office and everything below it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor, Reason, Role
from app.rules.policy import Policy, content_hash, parse_policy, policy_from_mapping
from app.store import effects, offices, policies, policy_drafts
from app.store.installing import CHUNK, NewVersion, install

TOLD = (Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.CITY_STAFF)
VERSIONS = uuid5(NAMESPACE_URL, "zhifang:policy_version")
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
    install(tx, NewVersion(version_id, office_id, policy, effective_from, created_by), now=now, chunk=chunk)
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
    then on falls away and is planned anew. A version that two people let begin later stays: this one holds until then.
    Refused for the past, Conflict where another begins at that very instant.
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
    install(tx, NewVersion(version_id, office_id, policy, from_at, actor.id), now=now)
    adopted = WriteAudit(now, actor, "policy.adopt", object=About("policy_version", version_id))
    effects.apply(tx, [Decision((adopted, *_told(tx, actor, version_id, office_id, now)))])
    return True


def _told(tx: Connection, actor: Actor, version_id: UUID, office_id: UUID, now: datetime) -> tuple[Notify, ...]:
    """One person alone did this: whoever else answers for the county, and the city above it, hears of it."""
    holders = policy_drafts.holders(tx, office_id, TOLD, now=now)
    about, told = About("policy_version", version_id), Reason("policy_adopted_alone")
    return tuple(Notify("user", one, about, "adopted", told, now, now) for one in holders if one != actor.id)


def read_policy(content: Content) -> Policy:
    """TOML text or an object as a policy; PolicyError names every problem, in a text with its line."""
    return parse_policy(content) if isinstance(content, str) else policy_from_mapping(content)

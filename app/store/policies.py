"""Which version of the policy is in force for an office: its own, or that of the nearest office above it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import Range, insert

from app.models.policy import PolicyVersion
from app.rules.errors import Conflict, Refused
from app.rules.policy import Item, Policy, content_hash, policy_from_mapping, to_mapping
from app.store.scope import UPWARD

# Hundreds of offices share a version: its content comes with the first alone, and not where this process has it.
IN_FORCE = text(
    f"""
    WITH nearest AS (
        SELECT DISTINCT ON (o.id) o.id AS office_id, v.id AS version_id
        FROM offices o
        JOIN offices scope ON scope.path = {UPWARD}
        JOIN policy_versions v ON v.office_id = scope.id AND v.in_force @> CAST(:at AS timestamptz)
        WHERE o.id = ANY(:office_ids)
        ORDER BY o.id, length(scope.path) DESC
    ), numbered AS (
        SELECT office_id, version_id, row_number() OVER (PARTITION BY version_id ORDER BY office_id) AS n FROM nearest
    )
    SELECT n.office_id, n.version_id, v.content_hash,
           CASE WHEN n.n = 1 AND NOT v.content_hash = ANY(CAST(:parsed AS text[])) THEN v.content END AS content
    FROM numbered n JOIN policy_versions v ON v.id = n.version_id
    ORDER BY n.version_id, n.n
    """  # noqa: S608  (put together from a constant)
)

CLOSE = text(
    """
    UPDATE policy_versions SET in_force = tstzrange(lower(in_force), :at)
    WHERE office_id = :office_id AND in_force @> CAST(:at AS timestamptz) AND lower(in_force) < :at
    """
)

FALL = text(
    """
    UPDATE policy_versions SET would_begin_at = lower(in_force), in_force = 'empty'
    WHERE office_id = :office_id AND lower(in_force) >= :at
    """
)

NEXT = text("SELECT min(lower(in_force)) FROM policy_versions WHERE office_id = :office_id AND lower(in_force) > :at")

VERSIONS = text(
    """
    SELECT id, content_hash, CASE WHEN NOT content_hash = ANY(CAST(:parsed AS text[])) THEN content END AS content
    FROM policy_versions WHERE id = ANY(:version_ids)
    """
)

PLANNED = text(
    """
    SELECT t.subject_id, t.planned_until, t.silence_check_at
    FROM offices scope
    JOIN offices o ON o.path = scope.path OR o.path LIKE scope.path || '.%'
    JOIN subjects s ON s.office_id = o.id
    JOIN subject_states t ON t.subject_id = s.id
    WHERE scope.id = :office_id AND t.planned_until IS NOT NULL
      AND (CAST(:after AS uuid) IS NULL OR t.subject_id > CAST(:after AS uuid))
    ORDER BY t.subject_id LIMIT :limit
    FOR UPDATE OF t
    """
)


class Later(StrEnum):
    """What becomes of versions of the same office that are to begin later than a new one.

    `STAYS`: the new one holds until the first of them begins. `FALLS`: none of them ever begins.
    """

    STAYS = "stays"
    FALLS = "falls"


ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('zhifang:policies', 0))")
BESIDE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('zhifang:policies', 0))")


def change_alone(tx: Connection) -> None:
    """Wait for whoever registers people by what holds now; whoever begins to waits until the change is there."""
    tx.execute(ALONE)


def hold(tx: Connection) -> None:
    """Keep what is in force as it is until this transaction ends: for people who are not there to be locked yet.

    To be asked for before any subject is locked, as a change of the policy locks them all.
    """
    tx.execute(BESIDE)


@dataclass(frozen=True)
class PolicyInForce:
    """A policy with the id of its version."""

    version_id: UUID
    policy: Policy


def in_force(tx: Connection, office_ids: Iterable[UUID], *, at: datetime) -> Mapping[UUID, PolicyInForce]:
    """The policy in force at `at` for each office, one query for all; Refused where an office has none."""
    wanted = set(office_ids)
    rows = tx.execute(IN_FORCE, {"office_ids": list(wanted), "at": at, "parsed": _known()}).all()
    found = {row.office_id: PolicyInForce(row.version_id, _parsed(row.content_hash, row.content)) for row in rows}
    if wanted - found.keys():
        raise Refused("no_policy_in_force")
    return found


def of_office(tx: Connection, office_id: UUID, *, at: datetime) -> PolicyInForce:
    """The policy in force at `at` for one office."""
    return in_force(tx, [office_id], at=at)[office_id]


@dataclass(frozen=True)
class VersionRow:
    """What a repeated request is compared with."""

    office_id: UUID
    content_hash: str


def find(tx: Connection, version_id: UUID) -> VersionRow | None:
    """One version wherever."""
    row = tx.execute(
        select(PolicyVersion.office_id, PolicyVersion.content_hash).where(PolicyVersion.id == version_id)
    ).one_or_none()
    return VersionRow(row.office_id, row.content_hash) if row else None


@dataclass(frozen=True)
class Planned:
    """Up to when a subject is planned, and when its silence is looked at next, if it is watched."""

    subject_id: UUID
    planned_until: datetime
    silence_check_at: datetime | None


def lock_planned(tx: Connection, office_id: UUID, *, after: UUID | None, limit: int) -> list[Planned]:
    """The subjects of an office, and of those below it, that are planned: the next by id, locked."""
    rows = tx.execute(PLANNED, {"office_id": office_id, "after": after, "limit": limit})
    return [Planned(**row) for row in rows.mappings()]


def by_id(tx: Connection, version_ids: Iterable[UUID]) -> Mapping[UUID, Policy]:
    """The policies of these versions, one query for all."""
    rows = tx.execute(VERSIONS, {"version_ids": list(version_ids), "parsed": _known()})
    return {row.id: _parsed(row.content_hash, row.content) for row in rows}


def former_items(tx: Connection, owed: Iterable[tuple[str, UUID]], policy: Policy) -> Mapping[str, Item]:
    """Items that `policy` has no more, for whatever is still owed by an older version: of (item, version) of each
    duty. No query where there is none.
    """
    gone = {code: version_id for code, version_id in owed if policy.item(code) is None}
    versions = by_id(tx, set(gone.values())) if gone else {}
    found = {code: versions[version_id].item(code) for code, version_id in gone.items()}
    return {code: item for code, item in found.items() if item is not None}


_PARSED: dict[str, Policy] = {}
"""Versions never change, so each content is parsed once in a process."""

MOST_KNOWN = 50
"""Of so many contents, the last ones that were parsed, the database is told that they need not be sent again."""


def _known() -> list[str]:
    return list(_PARSED)[-MOST_KNOWN:]


def _parsed(content_hash: str, content: Mapping[str, Any] | None) -> Policy:
    """The policy of that content, which may be left out where it was parsed before."""
    if content_hash not in _PARSED:
        assert content is not None  # noqa: S101  (left out for what is known alone)
        _PARSED[content_hash] = policy_from_mapping(content)
    return _PARSED[content_hash]


def add_version(
    tx: Connection,
    version_id: UUID,
    office_id: UUID,
    policy: Policy,
    *,
    in_force_from: datetime,
    created_by: UUID | None,
    now: datetime,
    later: Later = Later.STAYS,
) -> None:
    """Write a version in force from `in_force_from` on; the one in force until then ends there.

    Conflict `policy_planned_later` where a version that stays begins at that very instant.
    """
    place = {"office_id": office_id, "at": in_force_from}
    if later is Later.FALLS:
        tx.execute(FALL, place)
    until = tx.execute(NEXT, place).scalar_one()
    tx.execute(CLOSE, place)
    row = {
        "id": version_id,
        "office_id": office_id,
        "name": policy.name,
        "content": to_mapping(policy),
        "content_hash": content_hash(policy),
        "in_force": Range(in_force_from, until, bounds="[)"),
        "created_at": now,
        "created_by": created_by,
    }
    added = tx.execute(insert(PolicyVersion).values(row).on_conflict_do_nothing().returning(PolicyVersion.id))
    if added.one_or_none() is None:
        raise Conflict("policy_planned_later")

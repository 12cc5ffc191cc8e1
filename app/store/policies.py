"""Which version of the policy is in force for an office: its own, or that of the nearest office above it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.models.policy import PolicyVersion
from app.rules.errors import Conflict, Refused
from app.rules.policy import Policy, content_hash, policy_from_mapping, to_mapping

IN_FORCE = text(
    """
    SELECT DISTINCT ON (o.id) o.id AS office_id, v.id AS version_id, v.content_hash, v.content
    FROM offices o
    JOIN offices scope ON o.path = scope.path OR o.path LIKE scope.path || '.%'
    JOIN policy_versions v ON v.office_id = scope.id AND v.in_force @> CAST(:at AS timestamptz)
    WHERE o.id = ANY(:office_ids)
    ORDER BY o.id, length(scope.path) DESC
    """
)

CLOSE = text(
    """
    UPDATE policy_versions SET in_force = tstzrange(lower(in_force), :at)
    WHERE office_id = :office_id AND in_force @> CAST(:at AS timestamptz) AND lower(in_force) < :at
    """
)

VERSIONS = text("SELECT id, content_hash, content FROM policy_versions WHERE id = ANY(:version_ids)")


@dataclass(frozen=True)
class PolicyInForce:
    """A policy with the id of its version."""

    version_id: UUID
    policy: Policy


def in_force(tx: Connection, office_ids: Iterable[UUID], *, at: datetime) -> Mapping[UUID, PolicyInForce]:
    """The policy in force at `at` for each office, one query for all; Refused where an office has none."""
    wanted = set(office_ids)
    rows = tx.execute(IN_FORCE, {"office_ids": list(wanted), "at": at}).all()
    found = {row.office_id: PolicyInForce(row.version_id, _parsed(row.content_hash, row.content)) for row in rows}
    if wanted - found.keys():
        raise Refused("no_policy_in_force")
    return found


def of_office(tx: Connection, office_id: UUID, *, at: datetime) -> PolicyInForce:
    """The policy in force at `at` for one office."""
    return in_force(tx, [office_id], at=at)[office_id]


def by_id(tx: Connection, version_ids: Iterable[UUID]) -> Mapping[UUID, Policy]:
    """The policies of these versions, one query for all."""
    rows = tx.execute(VERSIONS, {"version_ids": list(version_ids)})
    return {row.id: _parsed(row.content_hash, row.content) for row in rows}


_PARSED: dict[str, Policy] = {}
"""Versions never change, so each content is parsed once in a process."""


def _parsed(content_hash: str, content: Mapping[str, Any]) -> Policy:
    if content_hash not in _PARSED:
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
) -> None:
    """Write a version in force from `in_force_from` on; the one in force until then ends there.

    Conflict `policy_planned_later` where a version begins at that instant or later: it would have to be rewritten.
    """
    try:
        with tx.begin_nested():
            tx.execute(CLOSE, {"office_id": office_id, "at": in_force_from})
            tx.execute(
                insert(PolicyVersion),
                {
                    "id": version_id,
                    "office_id": office_id,
                    "name": policy.name,
                    "content": to_mapping(policy),
                    "content_hash": content_hash(policy),
                    "in_force": Range(in_force_from, None, bounds="[)"),
                    "created_at": now,
                    "created_by": created_by,
                },
            )
    except IntegrityError as error:
        raise Conflict("policy_planned_later") from error

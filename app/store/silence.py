"""Whose silence is to be looked at, who was heard again, and what is known of both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.silence import PhoneHealth, SilenceFacts, Span
from app.store import policies, uptimes

CLAIM_DUE = text(
    """
    SELECT subject_id FROM subject_states WHERE subject_id = ANY(:ids) AND silence_check_at <= :now
    ORDER BY subject_id FOR UPDATE SKIP LOCKED
    """
)

CLAIM_HEARD_AGAIN = text(
    """
    SELECT subject_id FROM subject_states WHERE subject_id = ANY(:ids) AND heard_again_at <= :now
    ORDER BY subject_id FOR UPDATE SKIP LOCKED
    """
)

# One probe of an index for each subject and each thing known of it.
FACTS = text(
    """
    SELECT t.subject_id, t.last_heard_at, t.heard_again_at, t.battery_percent, t.silence_counts_from, s.office_id,
           s.registered_at, s.created_at, s.status = 'in_correction' AND s.channel = 'smartphone' AS watched,
           h.location_permission, h.battery_saver
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id
    LEFT JOIN LATERAL (
        SELECT location_permission, battery_saver FROM device_health
        WHERE subject_id = t.subject_id AND received_at >= coalesce(
            (SELECT max(lower(b.bound)) FROM device_bindings b WHERE b.subject_id = t.subject_id), '-infinity')
        ORDER BY received_at DESC LIMIT 1) AS h ON true
    WHERE t.subject_id = ANY(:subject_ids)
    ORDER BY t.subject_id
    """
)

ORDERS = text(
    """
    SELECT subject_id, lower(term) AS from_at, upper(term) AS until FROM positioning_orders
    WHERE subject_id = ANY(:subject_ids) AND NOT isempty(term) ORDER BY term
    """
)


def claim_due(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock those whose silence is still to be looked at; what another worker holds is left to it."""
    return list(tx.execute(CLAIM_DUE, {"ids": list(subject_ids), "now": now}).scalars())


def claim_heard_again(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock those silent ones whose phone was heard since; what another worker holds is left to it."""
    return list(tx.execute(CLAIM_HEARD_AGAIN, {"ids": list(subject_ids), "now": now}).scalars())


def facts_for(
    tx: Connection, subject_ids: Sequence[UUID], *, now: datetime
) -> tuple[tuple[SilenceFacts, datetime | None], ...]:
    """The facts of locked subjects, each with the instant at which it was heard again, if it was. Four queries."""
    if not subject_ids:
        return ()
    rows = tx.execute(FACTS, {"subject_ids": list(subject_ids)}).all()
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now)
    orders = _orders(tx, subject_ids)
    gaps = _gaps(tx, min(_began_by(row) for row in rows), now)
    return tuple(
        (_facts(row, in_force[row.office_id], orders[row.subject_id], gaps), row.heard_again_at) for row in rows
    )


def _facts(row: Any, in_force: policies.PolicyInForce, orders: Sequence[Span], gaps: Sequence[Span]) -> SilenceFacts:
    since = _began_by(row)
    return SilenceFacts(
        subject_id=row.subject_id,
        office_id=row.office_id,
        watched=row.watched,
        registered_at=row.registered_at or row.created_at,
        last_heard_at=row.last_heard_at,
        counts_from=row.silence_counts_from,
        orders=tuple(order for order in orders if order.until > since),
        away=tuple(gap for gap in gaps if gap.until > since),
        health=PhoneHealth(row.battery_percent, row.location_permission, row.battery_saver),
        policy_version_id=in_force.version_id,
        policy=in_force.policy,
    )


def _began_by(row: Any) -> datetime:
    """An instant that is not after the beginning of the silence."""
    found: datetime = row.last_heard_at or row.registered_at or row.created_at
    return found


def _orders(tx: Connection, subject_ids: Sequence[UUID]) -> Mapping[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for row in tx.execute(ORDERS, {"subject_ids": list(subject_ids)}):
        found[row.subject_id].append(Span(row.from_at, row.until))
    return found


def _gaps(tx: Connection, since: datetime, now: datetime) -> tuple[Span, ...]:
    """When nobody could have been heard, because the API was away; a time that lasts still ends now."""
    return tuple(Span(gap.from_at, gap.to_at or now) for gap in uptimes.gaps(tx, uptimes.API, since=since, now=now))

"""Whose silence is to be looked at, who was heard again, and what is known of both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.silence import Episode, PhoneHealth, SilenceFacts, Span
from app.store import outages, policies, silence_signs, uptimes
from app.store.silence_signs import Silence

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

FACTS = text(
    """
    SELECT t.subject_id, t.last_heard_at, t.heard_again_at, t.silence_counts_from, s.office_id,
           s.registered_at, s.created_at, s.status = 'in_correction' AND s.channel = 'smartphone' AS watched
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id
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


CLAIM_CAUSES = text(
    """
    SELECT subject_id FROM subject_states WHERE subject_id = ANY(:ids) AND cause_check_at <= :now
    ORDER BY subject_id FOR UPDATE SKIP LOCKED
    """
)

# The newest silence that was alerted about. Its evidence tells since when it was, and what was known of the phone.
EPISODES = text(
    """
    SELECT DISTINCT ON (a.subject_id) a.subject_id, o.event_at, o.evidence,
           CASE WHEN o.recovered_at IS NOT NULL THEN o.recovered_at END AS until
    FROM alerts a JOIN alert_occurrences o ON o.alert_id = a.id
    WHERE a.subject_id = ANY(:subject_ids) AND a.kind = 'lost_contact' AND o.source_kind = 'silence'
    ORDER BY a.subject_id, o.event_at DESC
    """
)


def claim_due(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock those whose silence is still to be looked at; what another worker holds is left to it."""
    return list(tx.execute(CLAIM_DUE, {"ids": list(subject_ids), "now": now}).scalars())


def claim_heard_again(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock those silent ones whose phone was heard since; what another worker holds is left to it."""
    return list(tx.execute(CLAIM_HEARD_AGAIN, {"ids": list(subject_ids), "now": now}).scalars())


def claim_causes(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Lock those whose silence is to be weighed anew; what another worker holds is left to it."""
    return list(tx.execute(CLAIM_CAUSES, {"ids": list(subject_ids), "now": now}).scalars())


def episodes(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> tuple[Episode, ...]:
    """The newest silence of each subject that was alerted about, with all that is known around it by now.

    Six queries. One whose phone was never heard before is left out: nothing is known around it.
    """
    rows = [
        row for row in tx.execute(EPISODES, {"subject_ids": list(subject_ids)}) if row.evidence.get("last_heard_at")
    ]
    asked = {row.subject_id: _silence(row) for row in rows}
    known = silence_signs.found(tx, list(asked.values()), now=now)
    holds = outages.holds(tx, list(asked), since=min(one.since for one in asked.values())) if asked else {}
    return tuple(
        Episode(
            subject_id=row.subject_id,
            event_at=row.event_at,
            since=asked[row.subject_id].since,
            hours=float(row.evidence.get("hours", 0)),
            health=known[row.subject_id][0],
            signs=known[row.subject_id][1],
            held_by=next((h for h in holds.get(row.subject_id, ()) if h.until is not None and not h.heard), None),
        )
        for row in rows
    )


def _silence(row: Any) -> Silence:
    since = datetime.fromisoformat(row.evidence["last_heard_at"])
    return Silence(row.subject_id, since, row.until, row.evidence.get("boots"))


def facts_for(
    tx: Connection, subject_ids: Sequence[UUID], *, now: datetime
) -> tuple[tuple[SilenceFacts, datetime | None], ...]:
    """The facts of locked subjects, each with the instant at which it was heard again, if it was. Nine queries."""
    if not subject_ids:
        return ()
    rows = tx.execute(FACTS, {"subject_ids": list(subject_ids)}).all()
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now)
    orders = _orders(tx, subject_ids)
    gaps = _gaps(tx, min(_began_by(row) for row in rows), now)
    known = silence_signs.found(tx, [Silence(row.subject_id, _began_by(row)) for row in rows], now=now)
    holds = outages.holds(tx, subject_ids, since=min(_began_by(row) for row in rows))
    return tuple(
        (
            replace(
                _facts(row, in_force[row.office_id], orders[row.subject_id], gaps),
                health=known[row.subject_id][0],
                signs=known[row.subject_id][1],
                holds=tuple(h for h in holds.get(row.subject_id, ()) if h.until is None or h.until > _began_by(row)),
            ),
            row.heard_again_at,
        )
        for row in rows
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
        health=PhoneHealth(),
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

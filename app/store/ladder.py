"""What the ladder is climbed by: alerts whose step is due, who is on duty where, which notices all came back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import AlertKind, Handling, LadderStep, Role
from app.rules.ladder import Episode, LadderFacts, Member, Unheard
from app.store import policies
from app.store.scope import UPWARD

# The subject's lock comes first, as with every change: a notice names the subject, and waits for nobody who has it.
CLAIM = text(
    """
    SELECT a.id FROM subject_states t JOIN alerts a ON a.subject_id = t.subject_id
    WHERE a.next_step_at <= :now AND (CAST(:only AS uuid[]) IS NULL OR a.id = ANY(:only))
    ORDER BY a.next_step_at, a.id LIMIT :limit FOR UPDATE OF t, a SKIP LOCKED
    """
)

UNHEARD = """
    EXISTS (SELECT FROM notices n JOIN deliveries d ON d.notice_id = n.id
            WHERE n.about_kind = 'alert' AND n.about_id = a.id AND n.step = a.occurrences || '.' || a.step
              AND d.channel <> 'in_app' AND d.state IN ('dead', 'retired') AND d.last_error <> 'channel_off')
    AND NOT EXISTS (SELECT FROM notices n JOIN deliveries d ON d.notice_id = n.id
                    WHERE n.about_kind = 'alert' AND n.about_id = a.id AND n.step = a.occurrences || '.' || a.step
                      AND (n.read_at IS NOT NULL OR d.state = 'sent'
                           OR d.channel <> 'in_app' AND d.state = 'pending'))
"""
"""Whether an alert `a` has a last step of which every push came back, and which nobody saw in the app either."""

FACTS = text(
    f"""
    SELECT a.id, a.subject_id, a.kind, a.handling, a.occurrences, s.status = 'ended' AS ended, s.office_id,
           s.officer_id, e.last_raised_at, e.active_n, e.active_raised_at, t.steps, t.covered,
           EXISTS (SELECT FROM notices n WHERE n.about_kind = 'alert' AND n.about_id = a.id
                   AND n.step LIKE a.occurrences || '.%') AS told,
           CASE WHEN {UNHEARD} THEN a.step END AS unheard
    FROM alerts a
    JOIN subjects s ON s.id = a.subject_id
    CROSS JOIN LATERAL (
        SELECT max(o.recorded_at) FILTER (WHERE o.n = a.occurrences) AS last_raised_at,
               array_agg(o.n ORDER BY o.n) FILTER (WHERE o.recovered_at IS NULL) AS active_n,
               array_agg(o.recorded_at ORDER BY o.n) FILTER (WHERE o.recovered_at IS NULL) AS active_raised_at
        FROM alert_occurrences o WHERE o.alert_id = a.id
    ) e
    CROSS JOIN LATERAL (
        SELECT array_agg(x.step) AS steps, array_agg(x.covered) AS covered
        FROM (SELECT step, max(occurrence) AS covered FROM alert_steps WHERE alert_id = a.id GROUP BY step) x
    ) t
    WHERE a.id = ANY(:alert_ids)
    """  # noqa: S608  (put together from a constant)
)

MEMBERS = text(
    f"""
    SELECT o.id AS office_id, r.user_id, r.role,
           CASE WHEN r.role IN ('officer', 'aide') THEN 'office' ELSE p.level END AS step,
           NOT EXISTS (SELECT FROM absences x WHERE x.user_id = r.user_id AND x.withdrawn_at IS NULL
                       AND x.away @> CAST(:now AS timestamptz)) AS on_duty
    FROM offices o
    JOIN offices p ON p.path = {UPWARD}
    JOIN user_roles r ON r.office_id = p.id AND r.held @> CAST(:now AS timestamptz)
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE o.id = ANY(:office_ids)
      AND (p.id = o.id AND r.role IN ('officer', 'aide')
           OR p.level = 'county' AND r.role IN ('county_staff', 'county_head')
           OR p.level = 'city' AND r.role = 'city_staff')
    ORDER BY u.login, r.role
    """  # noqa: S608  (put together from a constant)
)

SETTLERS = text("SELECT pg_advisory_xact_lock(hashtextextended('zhifang:settle', 0))")

OF_NOTICES = text(
    """
    SELECT a.id FROM alerts a
    WHERE a.next_step_at > :now AND a.id IN (
        SELECT n.about_id FROM notices n WHERE n.about_kind = 'alert' AND n.id = ANY(:notice_ids))
    ORDER BY a.id FOR UPDATE SKIP LOCKED
    """
)

CAME_BACK = text(
    f"SELECT a.id, a.next_step, a.next_step_at FROM alerts a WHERE a.id = ANY(:alert_ids) AND {UNHEARD} ORDER BY a.id"  # noqa: S608
)


def claim(tx: Connection, *, now: datetime, limit: int, only: Sequence[UUID] | None = None) -> list[UUID]:
    """Alerts whose next step is due, the longest due first, locked with their subjects; what somebody else holds is
    left out.
    """
    found = tx.execute(CLAIM, {"now": now, "limit": limit, "only": list(only) if only is not None else None})
    return list(found.scalars())


def facts(tx: Connection, alert_ids: Sequence[UUID], *, now: datetime) -> list[LadderFacts]:
    """What decides about these alerts, in their order; three statements for any number of them.

    Who is told follows the office that answers for the subject now, whichever it was when the alert was raised.
    """
    rows = {row.id: row for row in tx.execute(FACTS, {"alert_ids": list(alert_ids)})}
    offices = {row.office_id for row in rows.values()}
    members = _members(tx, offices, now)
    in_force = policies.in_force(tx, offices, at=now)
    return [
        _facts(rows[alert_id], members[rows[alert_id].office_id], in_force[rows[alert_id].office_id])
        for alert_id in alert_ids
    ]


def _facts(row: Any, members: Mapping[LadderStep, list[Member]], in_force: policies.PolicyInForce) -> LadderFacts:
    steps = zip(row.steps or (), row.covered or (), strict=True)
    active = zip(row.active_n or (), row.active_raised_at or (), strict=True)
    return LadderFacts(
        alert_id=row.id,
        subject_id=row.subject_id,
        kind=AlertKind(row.kind),
        handling=Handling(row.handling),
        ended=row.ended,
        latest=Episode(row.occurrences, row.last_raised_at),
        active=tuple(Episode(n, raised_at) for n, raised_at in active),
        covered={LadderStep(step): covered for step, covered in steps},
        told=row.told,
        unheard=LadderStep(row.unheard) if row.unheard else None,
        officer_id=row.officer_id,
        members={step: tuple(found) for step, found in members.items()},
        ladder_min=in_force.policy.ladder_min,
        quiet=in_force.policy.quiet,
    )


def _members(tx: Connection, offices: set[UUID], now: datetime) -> Mapping[UUID, Mapping[LadderStep, list[Member]]]:
    found: dict[UUID, dict[LadderStep, list[Member]]] = {office: defaultdict(list) for office in offices}
    for row in tx.execute(MEMBERS, {"office_ids": list(offices), "now": now}):
        found[row.office_id][LadderStep(row.step)].append(Member(row.user_id, Role(row.role), row.on_duty))
    return found


def lock_alerts_of(tx: Connection, notice_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Alerts whose next step is still to come and that these notices tell of, locked.

    Workers that settle do this one after the other, once their deliveries are written: of two that settle the last two,
    the second sees both. An alert that somebody else holds is left out, for its ladder is being moved just now.
    """
    tx.execute(SETTLERS)
    return list(tx.execute(OF_NOTICES, {"notice_ids": list(notice_ids), "now": now}).scalars())


def unheard(tx: Connection, alert_ids: Sequence[UUID]) -> list[Unheard]:
    """Which of these alerts have a last step of which every push came back and that nobody saw in the app."""
    rows = tx.execute(CAME_BACK, {"alert_ids": list(alert_ids)})
    return [Unheard(row.id, LadderStep(row.next_step), row.next_step_at) for row in rows]

"""What is known around a silence: of the phone before it, of the person meanwhile, of the phone when it was back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.silence import PhoneHealth, Signs
from app.store.arrays import as_json


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence to be looked at: last heard at `since`, heard again at `until` or not yet; `boots` known then."""

    subject_id: UUID
    since: datetime
    until: datetime | None = None
    boots: int | None = None


ASKED = """
    WITH asked AS MATERIALIZED (
        SELECT a.*, coalesce(a.until, :now) AS ends FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS a(
            subject_id uuid, since timestamptz, until timestamptz, boots integer)
    )
"""

# What another phone said before the present one was bound says nothing of this one; nor does what came afterwards.
HEALTH = text(
    f"""{ASKED}
    SELECT a.subject_id, h.location_permission, h.battery_saver, h.network,
           b.battery_percent, b.received_at AS battery_at, h.received_at
    FROM asked a
    LEFT JOIN LATERAL (
        SELECT max(lower(d.bound)) AS bound_at FROM device_bindings d
        WHERE d.subject_id = a.subject_id AND lower(d.bound) <= a.since) d ON true
    LEFT JOIN LATERAL (
        SELECT location_permission, battery_saver, network, received_at FROM device_health
        WHERE subject_id = a.subject_id AND received_at <= a.since + interval '1 minute'
          AND received_at >= coalesce(d.bound_at, '-infinity')
        ORDER BY received_at DESC LIMIT 1) h ON true
    LEFT JOIN LATERAL (
        (SELECT battery_percent, received_at FROM device_health
         WHERE subject_id = a.subject_id AND received_at <= a.since + interval '1 minute'
           AND battery_percent IS NOT NULL AND received_at >= coalesce(d.bound_at, '-infinity')
         ORDER BY received_at DESC LIMIT 1)
        UNION ALL
        (SELECT p.battery_percent, p.effective_at FROM positions p
         WHERE p.subject_id = a.subject_id AND p.battery_percent IS NOT NULL
           AND p.recorded_at BETWEEN a.since - interval '13 hours' AND a.since + interval '1 hour'
           AND p.effective_at <= a.since AND p.effective_at >= coalesce(d.bound_at, '-infinity')
         ORDER BY p.recorded_at DESC LIMIT 1)
        ORDER BY received_at DESC LIMIT 1) b ON true
    """  # noqa: S608  (put together from a constant)
)

# The last two fixes of the twelve hours before, each measured to the edge of the permitted area, from inside.
BEFORE = text(
    f"""{ASKED}
    SELECT a.subject_id, f.effective_at, f.accuracy_m,
           EXISTS (SELECT FROM area_parts q WHERE q.area_id = bound AND ST_Intersects(q.part, f.place)) AS inside,
           (SELECT ST_Distance(CAST(e.edge AS geography), CAST(f.place AS geography)) FROM area_edges e
            WHERE e.area_id = bound ORDER BY e.edge <-> f.place LIMIT 1) AS edge_m
    FROM asked a
    CROSS JOIN LATERAL permitted_area_at(a.subject_id, a.since) AS bound
    CROSS JOIN LATERAL (
        SELECT p.place, p.accuracy_m, p.effective_at FROM positions p
        WHERE p.subject_id = a.subject_id AND p.time_proven AND p.accuracy_m BETWEEN 0.1 AND 500
          AND p.recorded_at BETWEEN a.since - interval '13 hours' AND a.since + interval '1 hour'
          AND p.effective_at BETWEEN a.since - interval '12 hours' AND a.since
        ORDER BY p.effective_at DESC, p.id LIMIT 2) f
    WHERE bound IS NOT NULL
    ORDER BY a.subject_id, f.effective_at DESC
    """  # noqa: S608  (put together from a constant)
)

PERSON = text(
    f"""{ASKED}
    SELECT a.subject_id,
           EXISTS (SELECT FROM sessions x WHERE x.owner_kind = 'subject' AND x.owner_id = a.subject_id
                   AND x.ended_at BETWEEN a.since - interval '10 minutes' AND a.ends
                   AND x.end_reason IN ('log_out', 'ended_by_owner')) AS logged_out,
           EXISTS (SELECT FROM push_endpoints e WHERE e.owner_kind = 'subject' AND e.owner_id = a.subject_id
                   AND e.retired_at BETWEEN a.since AND a.ends
                   AND e.retire_reason = 'unregistered') AS app_gone,
           (SELECT count(*) FROM duties d
            WHERE d.subject_id = a.subject_id AND d.kind = 'check_in' AND d.state = 'missed'
              AND d.due_at BETWEEN a.since - interval '3 days' AND a.since) AS missed,
           least(
               (SELECT min(t.effective_at) FROM attempts t
                WHERE t.subject_id = a.subject_id AND t.officer_id IS NOT NULL
                  AND t.effective_at > a.since AND t.effective_at < a.ends),
               (SELECT min(r.happened_at) FROM records r
                WHERE r.subject_id = a.subject_id AND r.kind = 'talk'
                  AND r.happened_at > a.since AND r.happened_at < a.ends)) AS met_at,
           (SELECT count(*) FROM clock_proofs c WHERE c.subject_id = a.subject_id) AS boots_now,
           EXISTS (SELECT FROM device_health h WHERE h.subject_id = a.subject_id AND h.received_at >= a.until)
           OR EXISTS (SELECT FROM attempts t WHERE t.subject_id = a.subject_id AND t.officer_id IS NULL
                      AND t.received_at >= a.until)
           OR EXISTS (SELECT FROM positions p WHERE p.subject_id = a.subject_id AND p.received_at >= a.until
                      AND p.recorded_at >= a.until - interval '1 hour') AS told_since
    FROM asked a
    """  # noqa: S608  (put together from a constant)
)

# A tenth of the silence counts where anything was made in it that was sent after it.
KEPT = text(
    f"""{ASKED}
    SELECT a.subject_id, count(DISTINCT m.tenth) AS tenths, back.inside, back.edge_m, back.accuracy_m
    FROM asked a
    CROSS JOIN LATERAL permitted_area_at(a.subject_id, a.until) AS bound
    LEFT JOIN LATERAL (
        SELECT width_bucket(extract(epoch FROM p.effective_at), extract(epoch FROM a.since),
                            extract(epoch FROM a.until), 10) AS tenth
        FROM positions p
        WHERE p.subject_id = a.subject_id AND p.recorded_at BETWEEN a.since - interval '1 hour' AND a.until
          AND p.effective_at > a.since + interval '1 minute' AND p.effective_at < a.until - interval '1 minute'
          AND p.received_at >= a.until - interval '1 minute'
        UNION ALL
        SELECT width_bucket(extract(epoch FROM t.effective_at), extract(epoch FROM a.since),
                            extract(epoch FROM a.until), 10)
        FROM attempts t
        WHERE t.subject_id = a.subject_id AND t.officer_id IS NULL AND t.effective_at > a.since + interval '1 minute'
          AND t.effective_at < a.until - interval '1 minute' AND t.received_at >= a.until - interval '1 minute') m
        ON true
    LEFT JOIN LATERAL (
        SELECT p.accuracy_m,
               EXISTS (SELECT FROM area_parts q WHERE q.area_id = bound AND ST_Intersects(q.part, p.place)) AS inside,
               (SELECT ST_Distance(CAST(e.edge AS geography), CAST(p.place AS geography)) FROM area_edges e
                WHERE e.area_id = bound ORDER BY e.edge <-> p.place LIMIT 1) AS edge_m
        FROM positions p
        WHERE p.subject_id = a.subject_id AND p.time_proven AND p.accuracy_m BETWEEN 0.1 AND 500
          AND p.recorded_at BETWEEN a.until - interval '1 hour' AND a.until + interval '7 hours'
          AND p.effective_at BETWEEN a.until - interval '1 minute' AND a.until + interval '6 hours'
        ORDER BY p.effective_at, p.id LIMIT 1) back ON true
    WHERE a.until IS NOT NULL
    GROUP BY a.subject_id, back.inside, back.edge_m, back.accuracy_m
    """  # noqa: S608  (put together from a constant)
)


def found(tx: Connection, silences: Sequence[Silence], *, now: datetime) -> Mapping[UUID, tuple[PhoneHealth, Signs]]:
    """What is known around each silence, by subject. Four statements for any number."""
    if not silences:
        return {}
    rows = [
        {"subject_id": one.subject_id, "since": one.since, "until": one.until, "boots": one.boots} for one in silences
    ]
    values = {"asked": as_json(rows), "now": now}
    health = {row.subject_id: _health(row) for row in tx.execute(HEALTH, values)}
    person = {row.subject_id: row for row in tx.execute(PERSON, values)}
    kept = {row.subject_id: row for row in tx.execute(KEPT, values)}
    before: dict[UUID, list[Any]] = {}
    for row in tx.execute(BEFORE, values):
        before.setdefault(row.subject_id, []).append(row)
    return {
        one.subject_id: (
            health.get(one.subject_id, PhoneHealth()),
            _signs(one, before.get(one.subject_id, []), person[one.subject_id], kept.get(one.subject_id)),
        )
        for one in silences
    }


def _health(row: Any) -> PhoneHealth:
    """The battery is that of the last report that told it; without one nothing is known of when it was so."""
    return PhoneHealth(
        row.battery_percent, row.location_permission, row.battery_saver, row.network, row.battery_at or row.received_at
    )


def _signs(one: Silence, before: Sequence[Any], person: Any, kept: Any | None) -> Signs:
    last = before[0] if before else None
    depths = [row.edge_m if row.inside else -row.edge_m for row in before if row.edge_m is not None]
    return Signs(
        edge_m=last.edge_m if last is not None and last.inside else None,
        outside=_outside(last),
        outward_m=depths[1] - depths[0] if len(depths) > 1 else None,
        logged_out=person.logged_out,
        app_gone=person.app_gone,
        missed_while_heard=person.missed,
        met_at=person.met_at,
        heard_again_at=one.until,
        restarted=_restarted(one, person),
        tenths_kept=kept.tenths if kept is not None else 0,
        back_outside=_outside(kept),
        boots=person.boots_now,
    )


def _outside(row: Any | None) -> bool | None:
    """Whether the fix lies outside with its whole circle; None where nothing was measured."""
    if row is None or row.edge_m is None:
        return None
    return bool(not row.inside and row.edge_m > row.accuracy_m)


def _restarted(one: Silence, person: Any) -> bool | None:
    """Whether a start of the phone is known now that was not when it fell silent.

    None before it is back and told something, and for phones that never tell of their starts.
    """
    if one.boots is None or person.boots_now == 0 or not person.told_since:
        return None
    return bool(person.boots_now > one.boots)

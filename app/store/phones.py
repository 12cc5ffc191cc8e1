"""What phones told of themselves in the last days, and where they were while an officer talked with their owners."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.phones import Apart, PhoneFacts
from app.rules.silence import PERMISSION_LOST
from app.store import policies, states

CARRIED = text(
    """
    SELECT t.subject_id FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id AND s.status = 'in_correction' AND s.channel = 'smartphone'
    ORDER BY t.subject_id
    """
)

# Since when: from the first report of it after the last one that told otherwise, of the phone that is bound now.
FACTS = text(
    """
    SELECT t.subject_id, s.office_id, t.last_heard_at, p.since AS no_place_since, b.since AS saver_since,
           c.n, c.from_at, c.until, c.least_off,
           EXISTS (SELECT FROM alerts a JOIN alert_occurrences o ON o.alert_id = a.id
                   WHERE a.subject_id = t.subject_id AND a.kind = 'device_trouble' AND a.handling <> 'closed'
                   AND o.source_kind = 'device' AND o.recovered_at IS NULL) AS told
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id
    LEFT JOIN LATERAL (
        SELECT max(lower(d.bound)) AS at FROM device_bindings d WHERE d.subject_id = t.subject_id) bound ON true
    LEFT JOIN LATERAL (
        SELECT min(h.received_at) AS since FROM device_health h
        WHERE h.subject_id = t.subject_id AND h.location_permission = ANY(:lost)
          AND h.received_at >= coalesce(bound.at, '-infinity')
          AND h.received_at > coalesce((
              SELECT max(g.received_at) FROM device_health g WHERE g.subject_id = t.subject_id
              AND g.location_permission IS NOT NULL AND g.location_permission <> ALL(:lost)), '-infinity')) p ON true
    LEFT JOIN LATERAL (
        SELECT min(h.received_at) AS since FROM device_health h
        WHERE h.subject_id = t.subject_id AND h.battery_saver AND h.received_at >= coalesce(bound.at, '-infinity')
          AND h.received_at > coalesce((
              SELECT max(g.received_at) FROM device_health g WHERE g.subject_id = t.subject_id
              AND NOT g.battery_saver), '-infinity')) b ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS n, min(a.effective_at) AS from_at, max(a.effective_at) AS until,
               min(greatest(a.effective_at - a.recorded_at, a.recorded_at - a.effective_at)) AS least_off
        FROM attempts a
        WHERE a.subject_id = t.subject_id AND a.officer_id IS NULL AND a.received_at > :since
          AND a.effective_at IS NOT NULL) c ON true
    WHERE t.subject_id = ANY(:ids)
    ORDER BY t.subject_id
    """
)

# The nearest fix within twenty minutes of a talk whose place is known.
TALKS = text(
    """
    SELECT r.subject_id, r.id, r.happened_at,
           ST_Distance(CAST(r.place AS geography), CAST(f.place AS geography)) - f.accuracy_m
               - coalesce(r.accuracy_m, 0) AS apart_m
    FROM records r
    CROSS JOIN LATERAL (
        SELECT p.place, p.accuracy_m FROM positions p
        WHERE p.subject_id = r.subject_id AND p.time_proven AND p.accuracy_m BETWEEN 0.1 AND 500
          AND p.recorded_at BETWEEN r.happened_at - interval '2 hours' AND r.happened_at + interval '2 hours'
          AND p.effective_at BETWEEN r.happened_at - interval '20 minutes' AND r.happened_at + interval '20 minutes'
        ORDER BY abs(extract(epoch FROM p.effective_at - r.happened_at)), p.id LIMIT 1) f
    WHERE r.subject_id = ANY(:ids) AND r.kind = 'talk' AND r.place IS NOT NULL AND r.written_at > :since
      AND r.happened_at > :since
    ORDER BY r.happened_at, r.id
    """
)

CHECK_INS = timedelta(days=4)
TALKED = timedelta(hours=50)
"""A talk may be written down a day later; one that was told of is told of once."""


def carried(tx: Connection) -> list[UUID]:
    """Who carries a phone."""
    return list(tx.execute(CARRIED).scalars())


def facts_for(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> tuple[PhoneFacts, ...]:
    """What is known of the phones of these subjects, whose locks are taken. Four queries."""
    states.lock(tx, subject_ids)
    values = {"ids": list(subject_ids), "lost": sorted(PERMISSION_LOST), "since": now - CHECK_INS}
    rows = tx.execute(FACTS, values).all()
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now) if rows else {}
    apart = _apart(tx, subject_ids, now)
    return tuple(
        PhoneFacts(
            subject_id=row.subject_id,
            office_id=row.office_id,
            policy_version_id=in_force[row.office_id].version_id,
            policy=in_force[row.office_id].policy,
            heard_at=row.last_heard_at,
            no_place_since=row.no_place_since,
            saver_since=row.saver_since,
            check_ins=row.n,
            check_ins_from=row.from_at,
            check_ins_until=row.until,
            least_off=row.least_off or timedelta(0),
            told=row.told,
            apart=apart.get(row.subject_id, ()),
        )
        for row in rows
    )


def _apart(tx: Connection, subject_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, tuple[Apart, ...]]:
    found: dict[UUID, list[Apart]] = defaultdict(list)
    for row in tx.execute(TALKS, {"ids": list(subject_ids), "since": now - TALKED}):
        found[row.subject_id].append(Apart(row.id, row.happened_at, row.apart_m))
    return {subject_id: tuple(some) for subject_id, some in found.items()}

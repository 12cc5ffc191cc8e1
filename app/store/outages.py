"""Which phones fell silent together: counted by carrier and maker; the incidents that last, and whom they hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import Hold
from app.rules.outages import PUSHES, Cell, Group, Lasting, Pushing
from app.rules.policy import Outages
from app.rules.policy.causes import USUAL_OUTAGES
from app.store import policies
from app.store.arrays import as_json

# One look over the narrow rows of those who carry a phone: some milliseconds for a city.
CELLS = text(
    """
    SELECT t.carrier, t.maker, count(*) AS live, count(*) FILTER (WHERE t.last_heard_at <= :silent_at) AS fell,
           percentile_disc(0.1) WITHIN GROUP (ORDER BY t.last_heard_at)
               FILTER (WHERE t.last_heard_at <= :silent_at) AS began_at
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id AND s.status = 'in_correction' AND s.channel = 'smartphone'
    WHERE t.last_heard_at > :since AND NOT EXISTS (
        SELECT FROM incident_subjects x JOIN incidents i ON i.id = x.incident_id AND i.to_at IS NULL
        WHERE x.subject_id = t.subject_id AND x.heard_at IS NULL AND i.kind = ANY(:kinds))
    GROUP BY t.carrier, t.maker ORDER BY t.carrier, t.maker
    """
)

# Who stood still before it began is looked at alone.
FALLEN = text(
    """
    SELECT t.subject_id, t.last_heard_at
    FROM subject_states t
    JOIN subjects s ON s.id = t.subject_id AND s.status = 'in_correction' AND s.channel = 'smartphone'
    WHERE t.last_heard_at > :since AND t.last_heard_at <= :silent_at
      AND CASE :kind WHEN 'carrier' THEN t.carrier = :about WHEN 'maker' THEN t.maker = :about ELSE true END
    ORDER BY t.subject_id
    """
)

# What is being tried again is found by the index of what is pending; a delivery that went through has its own.
PUSHING = text(
    """
    WITH failing AS (
        SELECT d.endpoint_id, n.created_at FROM deliveries d JOIN notices n ON n.id = d.notice_id
        WHERE d.state = 'pending' AND d.next_try_at IS NOT NULL AND d.channel = 'fcm' AND d.last_error IS NOT NULL
          AND n.recipient_kind = 'subject'
    )
    SELECT count(DISTINCT f.endpoint_id) AS failing, min(f.created_at) AS began_at,
           (SELECT count(DISTINCT d.endpoint_id) FROM deliveries d
            WHERE d.channel = 'fcm' AND d.state = 'sent'
              AND d.settled_at > coalesce((SELECT min(created_at) FROM failing), :since)) AS sent
    FROM failing f
    """
)

# Whose phone was silent long before is looked at alone.
WITHOUT_PUSH = text(
    """
    SELECT DISTINCT t.subject_id, t.last_heard_at
    FROM deliveries d JOIN notices n ON n.id = d.notice_id
    JOIN subject_states t ON t.subject_id = n.recipient_id
    WHERE d.state = 'pending' AND d.next_try_at IS NOT NULL AND d.channel = 'fcm' AND d.last_error IS NOT NULL
      AND n.recipient_kind = 'subject' AND t.last_heard_at > :since
    ORDER BY t.subject_id
    """
)

HEARD = text(
    """
    UPDATE incident_subjects x SET heard_at = t.last_heard_at
    FROM incidents i, subject_states t
    WHERE i.id = x.incident_id AND i.to_at IS NULL AND i.kind = ANY(:kinds) AND t.subject_id = x.subject_id
      AND x.heard_at IS NULL AND t.last_heard_at > x.silent_since
    """
)

LASTING = text(
    """
    SELECT i.id, i.kind, i.about, i.from_at, count(*) AS touched, count(x.heard_at) AS heard
    FROM incidents i JOIN incident_subjects x ON x.incident_id = i.id
    WHERE i.to_at IS NULL AND i.kind = ANY(:kinds)
    GROUP BY i.id, i.kind, i.about, i.from_at ORDER BY i.from_at, i.id
    """
)

USUALS = text("SELECT kind, about, share, day FROM outage_usuals WHERE hour = :hour ORDER BY kind, about")

KEEP_USUAL = text(
    """
    INSERT INTO outage_usuals (kind, about, hour, day, share)
    SELECT kind, about, :hour, :day, share
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(kind text, about text, share float8)
    ON CONFLICT (kind, about, hour) DO UPDATE SET day = excluded.day, share = excluded.share
    WHERE outage_usuals.day < excluded.day
    """
)

ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('zhifang:outages', 0))")
LATE = text(
    "SELECT EXISTS (SELECT FROM job_states WHERE name = 'guard_outages' AND coalesce(last_ok_at, '-infinity') < :since)"
)

HIGHEST = text(
    """
    SELECT o.id FROM offices o JOIN policy_versions v ON v.office_id = o.id AND v.in_force @> CAST(:now AS timestamptz)
    ORDER BY length(o.path), o.path LIMIT 1
    """
)

# Whoever runs the service is told of a carrier's outage, and the county that would wonder about the silence.
COUNTIES = text(
    """
    SELECT DISTINCT r.user_id, u.login FROM incident_subjects x
    JOIN subjects s ON s.id = x.subject_id
    JOIN offices o ON o.id = s.office_id
    JOIN offices county ON county.level = 'county' AND (o.path = county.path OR o.path LIKE county.path || '.%')
    JOIN user_roles r ON r.office_id = county.id AND r.role IN ('county_staff', 'county_head')
     AND r.held @> CAST(:now AS timestamptz)
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE x.incident_id = :incident_id ORDER BY u.login
    """
)


def alone(tx: Connection) -> None:
    """Until the transaction ends nobody else looks for outages: two looks would see two beginnings of one."""
    tx.execute(ALONE)


def guard_is_late(tx: Connection, *, since: datetime) -> bool:
    """Whether the job is known here, and its last good run was before `since`."""
    return bool(tx.execute(LATE, {"since": since}).scalar_one())


def limits(tx: Connection, *, now: datetime) -> Outages:
    """What counts as an outage, by the policy of the highest office that has one: outages know no county."""
    office_id = tx.execute(HIGHEST, {"now": now}).scalar_one_or_none()
    return policies.of_office(tx, office_id, at=now).policy.outages if office_id else USUAL_OUTAGES


def cells(tx: Connection, kinds: Sequence[str], *, since: datetime, silent_at: datetime) -> tuple[Cell, ...]:
    """Phones heard after `since`, and those of them that were not heard after `silent_at`; who is held is left out."""
    rows = tx.execute(CELLS, {"since": since, "silent_at": silent_at, "kinds": list(kinds)})
    return tuple(Cell(row.carrier, row.maker, row.live, row.fell, row.began_at) for row in rows)


def fallen(tx: Connection, group: Group, *, since: datetime, silent_at: datetime) -> list[tuple[UUID, datetime]]:
    """The subjects of a group whose phones were last heard in (since, silent_at], with when that was; of pushes, those
    to whom one is tried in vain.
    """
    if group == PUSHES:
        return [(row.subject_id, row.last_heard_at) for row in tx.execute(WITHOUT_PUSH, {"since": since})]
    values = {"kind": group.kind, "about": group.about, "since": since, "silent_at": silent_at}
    return [(row.subject_id, row.last_heard_at) for row in tx.execute(FALLEN, values)]


def pushing(tx: Connection, *, since: datetime) -> Pushing:
    """How pushes to subjects fare: what went through counts since the first that fails was written, else `since`."""
    row = tx.execute(PUSHING, {"since": since}).one()
    return Pushing(row.failing, row.sent, row.began_at)


def note_heard(tx: Connection, kinds: Sequence[str]) -> None:
    """Note which of those whom a lasting incident touches were heard since."""
    tx.execute(HEARD, {"kinds": list(kinds)})


def lasting(tx: Connection, kinds: Sequence[str]) -> tuple[Lasting, ...]:
    """The incidents of many that last, the oldest first."""
    rows = tx.execute(LASTING, {"kinds": list(kinds)})
    return tuple(Lasting(row.id, Group(row.kind, row.about), row.from_at, row.touched, row.heard) for row in rows)


@dataclass(frozen=True)
class Usuals:
    """What is usual at one hour, and of which day the newest of it is."""

    shares: dict[Group, float]
    day: date | None


def usuals(tx: Connection, hour: int) -> Usuals:
    """Which share of each group is usually silent at that local hour."""
    rows = tx.execute(USUALS, {"hour": hour}).all()
    return Usuals({Group(row.kind, row.about): row.share for row in rows}, max((row.day for row in rows), default=None))


def keep_usual(tx: Connection, hour: int, day: date, shares: Mapping[Group, float]) -> None:
    """Keep what is usual at that hour, once a day."""
    rows = [{"kind": group.kind, "about": group.about, "share": share} for group, share in shares.items()]
    tx.execute(KEEP_USUAL, {"hour": hour, "day": day, "rows": as_json(rows)})


def county_staff(tx: Connection, incident_id: UUID, *, now: datetime) -> list[UUID]:
    """Who answers for the counties that an incident touches, in the order of their log-ins."""
    return [row.user_id for row in tx.execute(COUNTIES, {"incident_id": incident_id, "now": now})]


HOLDS = text(
    """
    SELECT x.subject_id, i.kind, i.about, x.silent_since AS from_at, least(x.heard_at, i.to_at) AS until,
           x.heard_at IS NOT NULL AS heard
    FROM incident_subjects x JOIN incidents i ON i.id = x.incident_id
    WHERE x.subject_id = ANY(:subject_ids) AND x.silent_since IS NOT NULL
      AND coalesce(x.heard_at, i.to_at, 'infinity') > :since
    ORDER BY x.subject_id, x.silent_since, i.id
    """
)


def holds(tx: Connection, subject_ids: Sequence[UUID], *, since: datetime) -> Mapping[UUID, tuple[Hold, ...]]:
    """The outages of many that touched each subject and lasted beyond `since`, in the order of time."""
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for row in tx.execute(HOLDS, {"subject_ids": list(subject_ids), "since": since}):
        found[row.subject_id].append(Hold(row.kind, row.about, row.from_at, row.until, row.heard))
    return {subject_id: tuple(some) for subject_id, some in found.items()}

"""Positions on disk: one statement is the gate, the insert, the subject's state and the receipt, whatever the batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from app.rules.calendar import legal_day
from app.rules.positions import Report, SetAside, Usable
from app.store import packing
from app.store.packing import Packed
from app.store.poison import SealedReport

# The subject's lock is taken first, as by every change; the powers are locked too, so that one that is being lifted
# is read as it is after the lifting and not as it was when the statement began. The batch's row comes before the
# points: of two requests with one id the second waits for it, gets the first one's receipt, and writes nothing.
# A check is the milder power and wins over an order: such a point stays lawful when the order is lifted.
# The session is looked up here and not by a query of its own: one that has ended finds no state row, and so no receipt.
# `known` reads what is stored of the time between the first and the last report, at a live phone nothing; a batch that
# spans long times asks for its own instants instead (SPARSE), since there may be anything between them.
STORE = """
WITH me AS MATERIALIZED (
    SELECT t.subject_id FROM subject_states t
    WHERE t.subject_id = %(subject_id)b AND (%(session_id)b::uuid IS NULL OR EXISTS (
        SELECT FROM sessions s
        JOIN subjects p ON p.id = s.owner_id AND p.status = 'in_correction'
        JOIN device_bindings b
          ON b.subject_id = p.id AND b.device_id = s.device_id AND b.bound @> %(now)b::timestamptz
        WHERE s.id = %(session_id)b::uuid AND s.owner_id = %(subject_id)b AND s.owner_kind = 'subject'
          AND s.ended_at IS NULL AND s.expires_at > %(now)b::timestamptz))
    FOR NO KEY UPDATE OF t
), powers AS MATERIALIZED (
    SELECT p.id, p.covers
    FROM me JOIN collection_powers p ON p.subject_id = me.subject_id
    WHERE p.phone AND p.covers && tstzrange(%(oldest)b::timestamptz, %(newest)b::timestamptz, '[]')
    ORDER BY p.kind, p.id
    FOR SHARE OF p
), known AS MATERIALIZED (
    SELECT k.recorded_at, k.id, k.lon, k.lat
    FROM positions k
    WHERE k.subject_id = %(subject_id)b
      AND k.recorded_at BETWEEN %(first)b::timestamptz AND %(last)b::timestamptz/* SPARSE */
), sent AS MATERIALIZED (
    SELECT u.*,
           (SELECT p.id FROM powers p WHERE p.covers @> u.effective_at LIMIT 1) AS power_id,
           EXISTS (SELECT FROM known k WHERE k.recorded_at = u.recorded_at
                   AND (k.id = u.id OR (k.lon = u.lon AND k.lat = u.lat))) AS known
    FROM unnest(
        %(id)b::uuid[], %(recorded_at)b::timestamptz[], %(effective_at)b::timestamptz[], %(proven)b::boolean[],
        %(lon)b::float8[], %(lat)b::float8[], %(sent_lon)b::float8[], %(sent_lat)b::float8[], %(datum)b::text[],
        %(accuracy_m)b::float8[], %(speed_mps)b::float8[], %(heading_deg)b::float8[], %(altitude_m)b::float8[],
        %(battery_percent)b::integer[], %(provider)b::text[], %(mock)b::boolean[]
    ) AS u(id, recorded_at, effective_at, time_proven, x, y, lon, lat, datum, accuracy_m, speed_mps, heading_deg,
           altitude_m, battery_percent, provider, mock)
), counts AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE power_id IS NULL) AS not_kept,
           count(*) FILTER (WHERE power_id IS NOT NULL AND known) AS repeated,
           count(*) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS stored,
           min(effective_at) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS oldest,
           max(effective_at) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS newest
    FROM sent
), number AS MATERIALIZED (
    SELECT %(year)b::text || '-' || lpad((n / 10000)::text, greatest(4, length((n / 10000)::text)), '0')
           || '-' || lpad((n %% 10000)::text, 4, '0') AS receipt_no
    FROM nextval('receipt_numbers') AS n
), receipt AS (
    INSERT INTO position_batches AS b (subject_id, request_id, body_hash, receipt_no, received_at, stored, repeated,
                                       not_kept, set_aside)
    SELECT me.subject_id, %(request_id)b, %(body_hash)b, number.receipt_no, %(now)b::timestamptz,
           counts.stored, counts.repeated + %(doubled)b::integer, counts.not_kept, %(set_aside)b::jsonb
    FROM me, number, counts
    ON CONFLICT (subject_id, request_id) DO UPDATE SET request_id = excluded.request_id
    RETURNING b.receipt_no, b.body_hash, b.received_at, b.stored, b.repeated, b.not_kept, b.set_aside,
              b.receipt_no = (SELECT receipt_no FROM number) AS fresh
), stored AS (
    INSERT INTO positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id,
                           place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
                           provider, mock)
    SELECT %(subject_id)b, s.recorded_at, s.id, s.effective_at, %(sent_at)b::timestamptz, %(now)b::timestamptz,
           s.time_proven, s.power_id, ST_SetSRID(ST_MakePoint(s.x, s.y), 4326), s.lon, s.lat, s.datum, s.accuracy_m,
           s.speed_mps, s.heading_deg, s.altitude_m, s.battery_percent, s.provider, s.mock
    FROM receipt, sent s
    WHERE receipt.fresh AND s.power_id IS NOT NULL AND NOT s.known
    ON CONFLICT DO NOTHING
), aside AS (
    INSERT INTO poison (id, subject_id, received_at, client, reason, body_cipher, key_version)
    SELECT p.id, %(subject_id)b, %(now)b::timestamptz, 'mobile', p.reason, p.body, %(key_version)b::integer
    FROM receipt, unnest(%(poison_ids)b::uuid[], %(poison_reasons)b::text[], %(poison_bodies)b::bytea[])
         AS p(id, reason, body)
    WHERE receipt.fresh
    ON CONFLICT DO NOTHING
), proof AS (
    INSERT INTO clock_proofs AS c (subject_id, boot_id, offset_s, proved_at)
    SELECT me.subject_id, %(boot_id)b::text, %(offset_s)b::float8, %(now)b::timestamptz
    FROM me
    WHERE %(offset_s)b::float8 IS NOT NULL AND NOT EXISTS (
        SELECT FROM clock_proofs better
        WHERE better.subject_id = %(subject_id)b AND better.boot_id = %(boot_id)b::text
          AND better.offset_s <= %(offset_s)b::float8)
    ON CONFLICT (subject_id, boot_id) DO UPDATE SET offset_s = excluded.offset_s, proved_at = excluded.proved_at
    WHERE excluded.offset_s < c.offset_s
), newest AS (
    SELECT s.effective_at, s.x, s.y, s.accuracy_m, s.battery_percent, counts.oldest
    FROM receipt, counts, sent s
    WHERE receipt.fresh AND s.effective_at = counts.newest AND s.power_id IS NOT NULL AND NOT s.known
    ORDER BY s.id
    LIMIT 1
), state AS (
    UPDATE subject_states t SET
        last_heard_at = greatest(t.last_heard_at, %(now)b::timestamptz),
        heard_again_at = CASE WHEN t.silent THEN coalesce(t.heard_again_at, %(now)b::timestamptz)
                         ELSE t.heard_again_at END,
        last_position_at = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                           THEN n.effective_at ELSE t.last_position_at END,
        last_position = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                        THEN ST_SetSRID(ST_MakePoint(n.x, n.y), 4326) ELSE t.last_position END,
        last_accuracy_m = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN n.accuracy_m ELSE t.last_accuracy_m END,
        battery_percent = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN coalesce(n.battery_percent, t.battery_percent) ELSE t.battery_percent END,
        rejudge_from = least(t.rejudge_from, n.oldest)
    FROM me LEFT JOIN newest n ON true
    WHERE t.subject_id = me.subject_id
)
SELECT receipt_no, body_hash, received_at, stored, repeated, not_kept, set_aside, fresh FROM receipt
"""

SPARSE = STORE.replace("/* SPARSE */", "\n      AND k.recorded_at = ANY (%(recorded_at)b::timestamptz[])")
DENSE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """One request, sorted out and sealed. `boot_id` and `offset_s` are what it tells of the phone's clock, or None.

    `session_id` is the log-in that must hold for it; None where the caller answers for the subject.
    """

    subject_id: UUID
    request_id: UUID
    body_hash: bytes
    usable: Sequence[Usable]
    set_aside: Sequence[SetAside]
    sealed: Sequence[SealedReport]
    doubled: int
    received_at: datetime
    sent_at: datetime | None = None
    boot_id: str | None = None
    offset_s: float | None = None
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BatchReceipt:
    """What became of a batch. `fresh` is false where an earlier request with the same id had made the receipt."""

    receipt_no: str
    body_hash: bytes
    received_at: datetime
    stored: int
    repeated: int
    not_kept: int
    set_aside: Sequence[dict[str, Any]]
    fresh: bool


def store(connection: Connection, batch: Batch) -> BatchReceipt | None:
    """Keep what a power covers, count the rest, note that the phone was heard: one statement, atomic by itself.

    None where the session has ended or the subject has no state row. `not_kept` points leave nothing but their number.
    """
    values = parameters(batch)
    statement = STORE if values["last"] - values["first"] <= DENSE_FOR else SPARSE
    row = connection.exec_driver_sql(statement, values).one_or_none()
    return BatchReceipt(*row) if row else None


PACKED: dict[str, Callable[[Any], Packed]] = {
    "id": packing.uuids,
    "recorded_at": packing.instants,
    "lon": packing.floats,
    "lat": packing.floats,
    "accuracy_m": packing.floats,
    "sent_lon": packing.floats,
    "sent_lat": packing.floats,
    "datum": packing.texts,
    "speed_mps": packing.floats,
    "heading_deg": packing.floats,
    "altitude_m": packing.floats,
    "battery_percent": packing.integers,
    "provider": packing.texts,
    "mock": packing.truths,
}
"""How each column of a report is sent."""


def parameters(batch: Batch) -> dict[str, Any]:
    """The values of STORE's placeholders."""
    columns = _columns([usable.report for usable in batch.usable])
    effective = [usable.timed.effective_at for usable in batch.usable]
    recorded = columns["recorded_at"] or [batch.received_at]
    instants = effective or [batch.received_at]
    return {
        **{name: packed(columns[name]) for name, packed in PACKED.items()},
        "effective_at": packing.instants(effective),
        "proven": packing.truths([usable.timed.proven for usable in batch.usable]),
        "subject_id": batch.subject_id,
        "session_id": batch.session_id,
        "request_id": batch.request_id,
        "body_hash": batch.body_hash,
        "now": batch.received_at,
        "sent_at": batch.sent_at,
        "year": str(legal_day(batch.received_at).year),
        "oldest": min(instants),
        "newest": max(instants),
        "first": min(recorded),
        "last": max(recorded),
        "doubled": batch.doubled,
        "set_aside": Jsonb([{"id": str(aside.report.id), "reason": aside.reason} for aside in batch.set_aside]),
        "poison_ids": [sealed.id for sealed in batch.sealed],
        "poison_reasons": [sealed.reason for sealed in batch.sealed],
        "poison_bodies": [sealed.body for sealed in batch.sealed],
        "key_version": batch.sealed[0].key_version if batch.sealed else None,
        "boot_id": batch.boot_id,
        "offset_s": batch.offset_s,
    }


def _columns(reports: Sequence[Report]) -> dict[str, Sequence[Any]]:
    """The reports by column."""
    return dict(zip(Report._fields, zip(*reports, strict=True) if reports else repeat(()), strict=False))

"""Positions on disk: one statement is the gate, the insert, the subject's state and the receipt, whatever the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from app.rules.calendar import legal_day
from app.rules.positions import SetAside, Usable
from app.store.poison import SealedReport

# The subject's lock is taken first, as by every change; the powers are locked too, so that one that is being lifted
# is read as it is after the lifting and not as it was when the statement began. The batch's row comes before the
# points: of two requests with one id the second waits for it, gets the first one's receipt, and writes nothing.
# A check is the milder power and wins over an order: such a point stays lawful when the order is lifted.
STORE = """
WITH me AS MATERIALIZED (
    SELECT subject_id FROM subject_states WHERE subject_id = %(subject_id)b FOR NO KEY UPDATE
), powers AS MATERIALIZED (
    SELECT p.id, p.kind, p.covers
    FROM me JOIN collection_powers p ON p.subject_id = me.subject_id
    WHERE p.phone AND p.covers && tstzrange(%(oldest)b::timestamptz, %(newest)b::timestamptz, '[]')
    FOR SHARE OF p
), sent AS MATERIALIZED (
    SELECT u.*, (SELECT p.id FROM powers p WHERE p.covers @> u.effective_at ORDER BY p.kind, p.id LIMIT 1) AS power_id
    FROM unnest(
        %(ids)b::uuid[], %(recorded)b::timestamptz[], %(effective)b::timestamptz[], %(proven)b::boolean[],
        %(lon)b::float8[], %(lat)b::float8[], %(sent_lon)b::float8[], %(sent_lat)b::float8[], %(datum)b::text[],
        %(accuracy)b::float8[], %(speed)b::float8[], %(heading)b::float8[], %(altitude)b::float8[],
        %(battery)b::integer[], %(provider)b::text[], %(mock)b::boolean[]
    ) AS u(id, recorded_at, effective_at, time_proven, x, y, lon, lat, datum, accuracy_m, speed_mps, heading_deg,
           altitude_m, battery_percent, provider, mock)
), covered AS MATERIALIZED (
    SELECT s.*, (
        SELECT true FROM positions k
        WHERE k.subject_id = %(subject_id)b AND k.recorded_at = s.recorded_at
          AND (k.id = s.id OR (k.lon = s.lon AND k.lat = s.lat))
        LIMIT 1) IS TRUE AS known
    FROM sent s WHERE s.power_id IS NOT NULL
), number AS MATERIALIZED (
    SELECT %(year)b::text || '-' || lpad((n / 10000)::text, greatest(4, length((n / 10000)::text)), '0')
           || '-' || lpad((n %% 10000)::text, 4, '0') AS receipt_no
    FROM nextval('receipt_numbers') AS n
), receipt AS (
    INSERT INTO position_batches AS b (subject_id, request_id, body_hash, receipt_no, received_at, stored, repeated,
                                       not_kept, set_aside)
    SELECT me.subject_id, %(request_id)b, %(body_hash)b, number.receipt_no, %(now)b::timestamptz,
           (SELECT count(*) FROM covered WHERE NOT known),
           (SELECT count(*) FROM covered WHERE known) + %(doubled)b::integer,
           (SELECT count(*) FROM sent WHERE power_id IS NULL),
           %(set_aside)b::jsonb
    FROM me, number
    ON CONFLICT (subject_id, request_id) DO UPDATE SET request_id = excluded.request_id
    RETURNING b.receipt_no, b.body_hash, b.received_at, b.stored, b.repeated, b.not_kept, b.set_aside,
              b.receipt_no = (SELECT receipt_no FROM number) AS fresh
), kept AS MATERIALIZED (
    SELECT c.*, ST_SetSRID(ST_MakePoint(c.x, c.y), 4326) AS place
    FROM covered c, receipt WHERE receipt.fresh AND NOT c.known
), stored AS (
    INSERT INTO positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id,
                           place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
                           provider, mock)
    SELECT %(subject_id)b, recorded_at, id, effective_at, %(sent_at)b::timestamptz, %(now)b::timestamptz, time_proven,
           power_id, place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
           provider, mock
    FROM kept
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
    FROM me WHERE %(offset_s)b::float8 IS NOT NULL
    ON CONFLICT (subject_id, boot_id) DO UPDATE SET offset_s = excluded.offset_s, proved_at = excluded.proved_at
    WHERE excluded.offset_s < c.offset_s
), newest AS (
    SELECT effective_at, place, accuracy_m, battery_percent FROM kept ORDER BY effective_at DESC, id LIMIT 1
), state AS (
    UPDATE subject_states t SET
        last_heard_at = greatest(t.last_heard_at, %(now)b::timestamptz),
        heard_again_at = CASE WHEN t.silent THEN coalesce(t.heard_again_at, %(now)b::timestamptz)
                         ELSE t.heard_again_at END,
        last_position_at = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                           THEN n.effective_at ELSE t.last_position_at END,
        last_position = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                        THEN n.place ELSE t.last_position END,
        last_accuracy_m = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN n.accuracy_m ELSE t.last_accuracy_m END,
        battery_percent = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN coalesce(n.battery_percent, t.battery_percent) ELSE t.battery_percent END,
        rejudge_from = least(t.rejudge_from, (SELECT min(effective_at) FROM kept))
    FROM me LEFT JOIN newest n ON true
    WHERE t.subject_id = me.subject_id
)
SELECT receipt_no, body_hash, received_at, stored, repeated, not_kept, set_aside, fresh FROM receipt
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One request, sorted out and sealed. `boot_id` and `offset_s` are what it tells of the phone's clock, or None."""

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

    None where the subject has no state row. `not_kept` points leave nothing but their number.
    """
    row = connection.exec_driver_sql(STORE, parameters(batch)).mappings().one_or_none()
    return BatchReceipt(**row) if row else None


COLUMNS = (
    *("ids", "recorded", "effective", "proven", "lon", "lat", "sent_lon", "sent_lat", "datum", "accuracy"),
    *("speed", "heading", "altitude", "battery", "provider", "mock"),
)
"""The columns of the batch in the statement, in the order of `_row`."""


def parameters(batch: Batch) -> dict[str, Any]:
    """The values of STORE's placeholders."""
    columns = [list(column) for column in zip(*map(_row, batch.usable), strict=True)] or [[] for _ in COLUMNS]
    instants = [usable.timed.effective_at for usable in batch.usable] or [batch.received_at]
    return {
        **dict(zip(COLUMNS, columns, strict=True)),
        "subject_id": batch.subject_id,
        "request_id": batch.request_id,
        "body_hash": batch.body_hash,
        "now": batch.received_at,
        "sent_at": batch.sent_at,
        "year": str(legal_day(batch.received_at).year),
        "oldest": min(instants),
        "newest": max(instants),
        "doubled": batch.doubled,
        "set_aside": Jsonb([{"id": str(aside.report.id), "reason": aside.reason} for aside in batch.set_aside]),
        "poison_ids": [sealed.id for sealed in batch.sealed],
        "poison_reasons": [sealed.reason for sealed in batch.sealed],
        "poison_bodies": [sealed.body for sealed in batch.sealed],
        "key_version": batch.sealed[0].key_version if batch.sealed else None,
        "boot_id": batch.boot_id,
        "offset_s": batch.offset_s,
    }


def _row(usable: Usable) -> tuple[object, ...]:
    report, timed = usable
    return (
        report.id,
        report.recorded_at,
        timed.effective_at,
        timed.proven,
        report.lon,
        report.lat,
        report.sent_lon,
        report.sent_lat,
        report.datum,
        report.accuracy_m,
        report.speed_mps,
        report.heading_deg,
        report.altitude_m,
        report.battery_percent,
        report.provider,
        report.mock,
    )

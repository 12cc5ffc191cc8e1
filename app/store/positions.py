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
from app.store import packing, session
from app.store.packing import Packed
from app.store.poison import SealedReport

CALL = """
SELECT * FROM {function}(
    %(subject_id)b::uuid, %(session_id)b::uuid, %(request_id)b::uuid, %(body_hash)b::bytea, %(now)b::timestamptz,
    %(sent_at)b::timestamptz, %(year)b::text, %(oldest)b::timestamptz, %(newest)b::timestamptz,
    %(first)b::timestamptz, %(last)b::timestamptz, %(doubled)b::integer, {further}
    %(boot_id)b::text, %(offset_s)b::float8, {newest_n} %(id)b::uuid[], %(recorded_at)b::timestamptz[],
    %(effective_at)b::timestamptz[], %(proven)b::boolean[], %(lon)b::float8[], %(lat)b::float8[],
    %(sent_lon)b::float8[], %(sent_lat)b::float8[], %(datum)b::text[], %(accuracy_m)b::float8[],
    %(speed_mps)b::float8[], %(heading_deg)b::float8[], %(altitude_m)b::float8[], %(battery_percent)b::integer[],
    %(provider)b::text[], %(mock)b::boolean[]
)
"""
ASIDE = """
    %(set_aside)b::jsonb, %(poison_ids)b::uuid[], %(poison_reasons)b::text[], %(poison_bodies)b::bytea[],
    %(key_version)b::integer,"""
# What the functions do, and why in this order, is told where they are made: migrations 0015 (the first) and 0008.
PLAIN = CALL.format(function="keep_batch", further="", newest_n="%(newest_n)b::integer,")
DENSE = CALL.format(function="keep_positions", further=ASIDE, newest_n="")
SPARSE = CALL.format(function="keep_sparse_positions", further=ASIDE, newest_n="")
DENSE_FOR = timedelta(hours=1)
"""Up to this time between its first and last report a batch is compared with all that is stored in between."""


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
    if values["last"] - values["first"] > DENSE_FOR:
        statement, further = SPARSE, _aside(batch)
    elif batch.set_aside or not batch.usable:
        statement, further = DENSE, _aside(batch)
    else:
        statement, further = PLAIN, {"newest_n": _newest_n(batch.usable, values["newest"])}
    row = session.single(connection, statement, values | further)
    return BatchReceipt(*row) if row else None


def _newest_n(usable: Sequence[Usable], newest: datetime) -> int:
    """Which report, counted from 1, tells the newest place; of several at one instant that with the lowest id."""
    found = [(one.report.id, n) for n, one in enumerate(usable, 1) if one.timed.effective_at == newest]
    return min(found)[1]


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
    """The arguments of the functions."""
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
        "boot_id": batch.boot_id,
        "offset_s": batch.offset_s,
    }


def _aside(batch: Batch) -> dict[str, Any]:
    """What is told, and sealed, of reports that cannot be used."""
    return {
        "set_aside": Jsonb([{"id": str(aside.report.id), "reason": aside.reason} for aside in batch.set_aside]),
        "poison_ids": packing.uuids([sealed.id for sealed in batch.sealed]),
        "poison_reasons": packing.texts([sealed.reason for sealed in batch.sealed]),
        "poison_bodies": packing.blobs([sealed.body for sealed in batch.sealed]),
        "key_version": batch.sealed[0].key_version if batch.sealed else None,
    }


def _columns(reports: Sequence[Report]) -> dict[str, Sequence[Any]]:
    """The reports by column."""
    return dict(zip(Report._fields, zip(*reports, strict=True) if reports else repeat(()), strict=False))

"""The short way of a batch of positions writes, to the last column, what the long way writes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from app.rules.positions import Report, Usable
from app.rules.timing import Proof, Timed
from app.store import packing, positions, session
from app.store.positions import DENSE, Batch, BatchReceipt
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import a_power
from tests.builders.users import a_user

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPACE = UUID("0f7a1d5e-6b6e-4b6b-9f6a-2f0b8d1c7a55")
NOTHING_ASIDE = {
    "set_aside": Jsonb([]),
    "poison_ids": packing.uuids([]),
    "poison_reasons": packing.texts([]),
    "poison_bodies": packing.blobs([]),
    "key_version": None,
}
WRITTEN = {
    "positions": "SELECT * FROM positions WHERE subject_id = :id ORDER BY recorded_at, id",
    "batches": "SELECT * FROM position_batches WHERE subject_id = :id ORDER BY request_id",
    "state": "SELECT * FROM subject_states WHERE subject_id = :id",
    "proofs": "SELECT * FROM clock_proofs WHERE subject_id = :id",
}
Way = Callable[[Connection, Batch], BatchReceipt | None]


def a_batch(subject_id: UUID, number: int, since: datetime, *, offset_s: float | None = -3.0) -> Batch:
    """Four fixes a minute apart, of which the last two are of one instant; some know more of themselves than others."""
    times = [since, since + MINUTE, since + 2 * MINUTE, since + 2 * MINUTE]
    reports = [_fix(number * 1000 + n, at) for n, at in enumerate(times)]
    return Batch(
        subject_id=subject_id,
        request_id=uuid5(SPACE, f"request {number}"),
        body_hash=bytes([number]) * 32,
        usable=[
            Usable(fix, Timed(fix.recorded_at, Proof.ELAPSED if n else Proof.NONE)) for n, fix in enumerate(reports)
        ],
        set_aside=(),
        sealed=(),
        doubled=number,
        received_at=MONDAY + 6 * HOUR,
        sent_at=MONDAY + 6 * HOUR,
        boot_id=None if offset_s is None else "boot",
        offset_s=offset_s,
    )


def _fix(n: int, at: datetime) -> Report:
    lon, lat, knows = 118.6 + n / 1e5, 28.7 + n / 1e5, n % 2 == 0
    return Report(
        id=uuid5(SPACE, f"fix {n}"),
        recorded_at=at,
        lon=lon,
        lat=lat,
        accuracy_m=12.5 + n % 7,
        sent_lon=lon + 0.004,
        sent_lat=lat - 0.003,
        datum="gcj02",
        speed_mps=1.5 if knows else None,
        altitude_m=80.0,
        battery_percent=40 + n % 7 if knows else None,
        provider="fused" if knows else None,
        mock=knows or None,
    )


def long_way(tx: Connection, batch: Batch) -> BatchReceipt | None:
    row = session.single(tx, DENSE, positions.parameters(batch) | NOTHING_ASIDE)
    return BatchReceipt(*row) if row else None


def left_by(way: Way, tx: Connection, batches: list[Batch]) -> Any:
    """Receipts and rows that the batches leave, without the receipts' running numbers; undone afterwards."""
    with tx.begin_nested() as undone:
        receipts = [way(tx, batch) for batch in batches]
        rows = {
            name: [
                _without_number(dict(row)) for row in tx.execute(text(sql), {"id": batches[0].subject_id}).mappings()
            ]
            for name, sql in WRITTEN.items()
        }
        undone.rollback()
    return rows, [
        receipt and (receipt.stored, receipt.repeated, receipt.not_kept, receipt.fresh) for receipt in receipts
    ]


def _without_number(row: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items() if name != "receipt_no"}


@pytest.fixture
def subject_id(tx: Connection) -> UUID:
    tree = a_tree(tx)
    return a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)


@pytest.mark.parametrize("silent", [False, True])
def test_both_ways_write_the_same(tx: Connection, subject_id: UUID, silent: bool) -> None:
    """New, newer, late, repeated, in part known, without a word of the clock, with a better and a worse one."""
    a_power(tx, subject_id, MONDAY, MONDAY + 8 * HOUR, kind="order")
    tx.execute(
        text("UPDATE subject_states SET silent = :silent WHERE subject_id = :id"), {"silent": silent, "id": subject_id}
    )
    first, newer, late = (a_batch(subject_id, n, MONDAY + at * HOUR) for n, at in ((1, 2), (2, 3), (3, 1)))
    wordless = a_batch(subject_id, 4, MONDAY + 4 * HOUR, offset_s=None)
    better, worse = (a_batch(subject_id, n, MONDAY + n * 40 * MINUTE, offset_s=s) for n, s in ((7, -9.0), (8, 5.0)))
    overlapping = a_batch(subject_id, 9, MONDAY + 2 * HOUR + MINUTE)

    batches = [first, newer, late, wordless, better, worse, first, overlapping]

    assert left_by(positions.store, tx, batches) == left_by(long_way, tx, batches)


@pytest.mark.parametrize(("from_hour", "until_hour"), [(-1, 8), (-1, 2), (2, 2.01), (3, 4)])
def test_a_second_power_or_a_gap_sends_a_batch_the_long_way(
    tx: Connection, subject_id: UUID, from_hour: float, until_hour: float
) -> None:
    """Then each report is judged by itself: the milder power wins, and what none covers is only counted."""
    a_power(tx, subject_id, MONDAY + 2 * HOUR + MINUTE, MONDAY + 8 * HOUR, kind="order")
    a_power(tx, subject_id, MONDAY + from_hour * HOUR, MONDAY + until_hour * HOUR, kind="check")
    batches = [a_batch(subject_id, 1, MONDAY + 2 * HOUR)]

    assert left_by(positions.store, tx, batches) == left_by(long_way, tx, batches)


def test_whose_state_is_unknown_gets_no_receipt(tx: Connection, subject_id: UUID) -> None:
    assert positions.store(tx, a_batch(SPACE, 1, MONDAY)) is None

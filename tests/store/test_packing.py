"""Arrays that we pack ourselves are what the driver's own would be."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.store import packing

Packer = Callable[[Any], packing.Packed]

STORABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
COLUMNS: dict[str, tuple[Packer, st.SearchStrategy[Any]]] = {
    "uuid": (packing.uuids, st.uuids()),
    "timestamptz": (packing.instants, INSTANTS),
    "float8": (packing.floats, st.none() | st.floats(allow_nan=False)),
    "integer": (packing.integers, st.none() | st.integers(-(2**31), 2**31 - 1)),
    "text": (packing.texts, st.none() | STORABLE),
    "bytea": (packing.blobs, st.binary(max_size=9)),
    "boolean": (packing.truths, st.none() | st.booleans()),
}


def through_the_server(tx: Connection, kind: str, packed: packing.Packed) -> list[Any]:
    return list(tx.exec_driver_sql(f"SELECT %(values)b::{kind}[]", {"values": packed}).scalar_one())


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_server_reads_what_was_packed(tx: Connection, kind: str) -> None:
    pack, values = COLUMNS[kind]

    @given(st.lists(values, max_size=6))
    def compare(given_values: list[Any]) -> None:
        assert through_the_server(tx, kind, pack(given_values)) == given_values

    compare()


@pytest.mark.parametrize("count", [0, 1, 500])
def test_as_many_as_there_are(tx: Connection, count: int) -> None:
    ids: Sequence[UUID] = [UUID(int=number) for number in range(count)]

    assert through_the_server(tx, "uuid", packing.uuids(ids)) == ids


def test_an_instant_is_the_same_in_every_zone_to_the_microsecond(tx: Connection) -> None:
    at = datetime(2026, 3, 2, 8, 0, 0, 123_457, tzinfo=timezone(timedelta(hours=8)))

    assert through_the_server(tx, "timestamptz", packing.instants([at])) == [at]

"""Columns of a batch as PostgreSQL's binary arrays, packed a column at a time.

The driver packs a list value by value, which at a hundred reports of sixteen columns costs more than the rest of the
request. Wire format of an array: dimensions, whether it has NULLs, the element's type, length, lower bound; then each
element's length (-1 for NULL) and bytes. https://www.postgresql.org/docs/15/protocol-message-formats.html
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct, pack
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

BOOLEAN, BYTES, INTEGER, TEXT, FLOAT, TIMESTAMP, UUIDS = 16, 17, 23, 25, 701, 1184, 2950
"""Numbers of the element types in the server's catalogue, which never change."""

Value = TypeVar("Value")

NULL = b"\xff\xff\xff\xff"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Packed(bytes):
    """An array ready for the wire. The statement names its type: `%(name)b::float8[]`."""

    __slots__ = ()


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


psycopg.adapters.register_dumper(Packed, _PackedDumper)


def uuids(values: Sequence[UUID]) -> Packed:
    """A uuid[]."""
    return _alike(UUIDS, "16s", 16, [value.int.to_bytes(16, "big") for value in values])


def instants(values: Sequence[datetime]) -> Packed:
    """A timestamptz[]."""
    return _alike(TIMESTAMP, "q", 8, [(value - BEGINNING) // MICROSECOND for value in values])


def floats(values: Sequence[float | None]) -> Packed:
    """A float8[]."""
    if None in values:
        return _array(FLOAT, values, b"".join(NULL if value is None else pack("!id", 8, value) for value in values))
    return _alike(FLOAT, "d", 8, values)


def integers(values: Sequence[int | None]) -> Packed:
    """An integer[]."""
    return _repetitive(INTEGER, values, lambda value: pack("!ii", 4, value))


def texts(values: Sequence[str | None]) -> Packed:
    """A text[]."""
    return _repetitive(TEXT, values, lambda value: pack("!i", len(value.encode())) + value.encode())


def blobs(values: Sequence[bytes]) -> Packed:
    """A bytea[]."""
    return _repetitive(BYTES, values, lambda value: pack("!i", len(value)) + value)


def truths(values: Sequence[bool | None]) -> Packed:
    """A boolean[]."""
    return _repetitive(BOOLEAN, values, lambda value: pack("!i?", 1, value))


def _alike(kind: int, letter: str, length: int, values: Sequence[object]) -> Packed:
    """An array without NULLs whose elements are all of one length."""
    parts: list[object] = [length] * (2 * len(values))
    parts[1::2] = values
    return _array(kind, values, _layout(letter, len(values)).pack(*parts))


def _repetitive(kind: int, values: Sequence[Value | None], packed: Callable[[Value], bytes]) -> Packed:
    """An array in which the same few values come again and again: each is packed once."""
    if values and values.count(values[0]) == len(values):
        return _array(kind, values, (NULL if values[0] is None else packed(values[0])) * len(values))
    known = {value: NULL if value is None else packed(value) for value in set(values)}
    return _array(kind, values, b"".join(map(known.__getitem__, values)))


def _array(kind: int, values: Sequence[object], elements: bytes) -> Packed:
    if not values:
        return Packed(pack("!iii", 0, 0, kind))
    return Packed(pack("!iiiii", 1, None in values, kind, len(values), 1) + elements)


@lru_cache(maxsize=128)
def _layout(letter: str, count: int) -> Struct:
    return Struct("!" + f"i{letter}" * count)

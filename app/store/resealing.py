"""Where sealed things lie, under which versions of the keys, and how they come under the current one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from app.store.identity import IdentityKeys, search_hash
from app.store.sealing import Purpose, Sealed, open_sealed, seal


@dataclass(frozen=True)
class Place:
    """A sealed column: its table and key, the column of the id it is bound to, and those of cipher and version.

    `hashed` are the columns of a hash that things are found by and of the version of its key. `chunk` rows are resealed
    in one transaction: few where they are large.
    """

    purpose: Purpose
    table: str
    key: str = "id"
    row: str = "id"
    cipher: str = "cipher"
    version: str = "key_version"
    hashed: tuple[str, str] | None = None
    chunk: int = 500


PLACES = (
    Place(
        Purpose.IDENTITY,
        "subjects",
        cipher="id_number_cipher",
        version="id_number_key_version",
        hashed=("id_number_hash", "id_number_hash_version"),
    ),
    Place(Purpose.POISON, "poison", row="subject_id", cipher="body_cipher"),
    Place(Purpose.TOTP, "totps"),
    Place(Purpose.PHOTO, "photo_contents", key="row_id", row="row_id", chunk=20),
    Place(Purpose.CHANNEL, "user_channels"),
)
"""Every sealed column. A guard compares this with the models."""

OUTSIDE = Place(Purpose.FILE, "file_contents", cipher="object", chunk=1)
"""What is sealed and lies outside the database: `object` names where. Resealed by `app/jobs/files.py`."""

FIRST = UUID(int=0)


class InUse(NamedTuple):
    """How many rows of a table need one version of the keys that seal, or of those of the hashes."""

    table: str
    kind: str
    version: int
    rows: int


class Resealed(NamedTuple):
    """One chunk: how many rows came under the current keys, and after which key to go on; None at the end."""

    rows: int
    after: UUID | None


def in_use(connection: Connection) -> list[InUse]:
    """What needs which version. Reads every table through."""
    found = []
    for place in (*PLACES, OUTSIDE):
        for kind, column in _versions(place):
            rows = connection.execute(_counted(place, column))
            found += [InUse(place.table, kind, row.version, row.rows) for row in rows]
    return found


def reseal(tx: Connection, place: Place, keys: IdentityKeys, *, after: UUID = FIRST) -> Resealed:
    """Bring the next chunk of a place under the current keys. Rows that somebody else holds are passed by.

    Nobody waits for it, and nobody finds a row that does not open: cipher and version change in one statement.
    """
    values = {"after": after, "current": keys.current, "search": keys.search_version, "limit": place.chunk}
    rows = tx.execute(_due(place), values).all()
    for row in rows:
        plain = open_sealed(keys, place.purpose, row.bound_to, Sealed(row.version, row.cipher))
        sealed = seal(keys, place.purpose, row.bound_to, plain)
        columns = {"key": row.key, "version": sealed.version, "cipher": sealed.cipher}
        if place.hashed:
            columns |= {"hash": search_hash(keys, plain.decode()), "search": keys.search_version}
        tx.execute(_changed(place), columns)
    return Resealed(len(rows), rows[-1].key if len(rows) == place.chunk else None)


def _versions(place: Place) -> Sequence[tuple[str, str]]:
    sealing = ("sealed", place.version)
    return [sealing, ("hashed", place.hashed[1])] if place.hashed else [sealing]


# Put together from the constants of PLACES alone.


def _counted(place: Place, column: str) -> TextClause:
    return text(
        f"SELECT {column} AS version, count(*) AS rows FROM {place.table} "  # noqa: S608
        f"WHERE {place.cipher} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )


def _due(place: Place) -> TextClause:
    old = f"{place.version} <> :current"
    if place.hashed:
        old += f" OR {place.hashed[1]} <> :search"
    return text(
        f"SELECT {place.key} AS key, {place.row} AS bound_to, {place.version} AS version, {place.cipher} AS cipher "  # noqa: S608
        f"FROM {place.table} WHERE {place.cipher} IS NOT NULL AND {place.key} > :after AND ({old}) "
        f"ORDER BY {place.key} LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED"
    )


def _changed(place: Place) -> TextClause:
    hashed = f", {place.hashed[0]} = :hash, {place.hashed[1]} = :search" if place.hashed else ""
    return text(
        f"UPDATE {place.table} SET {place.cipher} = :cipher, {place.version} = :version{hashed} "  # noqa: S608
        f"WHERE {place.key} = :key"
    )

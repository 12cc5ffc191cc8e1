"""Which keys the rows need, and whether this process has them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.config import Settings
from app.store import resealing


@dataclass(frozen=True)
class KeyUse:
    """Rows of a table under one version. `current`: new rows get it; `known`: this process was given it."""

    table: str
    kind: str
    version: int
    rows: int
    current: bool
    known: bool

    @property
    def told(self) -> str:
        """One line for those who look after the service."""
        state = "current" if self.current else "to be rotated" if self.known else "KEY MISSING"
        return f"{self.table:<16} {self.kind:<7} version {self.version:<4} {self.rows:>9,} rows  {state}"


def keys_in_use(connection: Connection, settings: Settings) -> tuple[KeyUse, ...]:
    """Every table with sealed rows, by version. Reads the tables through: at a start and on demand, not each second."""
    given = {"sealed": settings.sealing_keys, "hashed": settings.search_keys}
    return tuple(
        KeyUse(
            *one,
            current=one.version == given[one.kind][0][0],
            known=one.version in {version for version, _ in given[one.kind]},
        )
        for one in resealing.in_use(connection)
    )


def keys_missing(connection: Connection, settings: Settings) -> tuple[str, ...]:
    """What rows need and this process was not given, such as `sealing key 1`; nothing where it can open them all."""
    names = {"sealed": "sealing key", "hashed": "hash key"}
    missing = {(one.kind, one.version) for one in keys_in_use(connection, settings) if not one.known}
    return tuple(f"{names[kind]} {version}" for kind, version in sorted(missing))

"""Who tries what how often: a row for each key that failed lately, shared by all processes. Keys are hashes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network

from sqlalchemy import Connection, text

from app.rules.throttling import ACCOUNT, ADDRESS, KNOWN_DEVICE, Lane, Stand, one_more, refuse_haste

HOME_NETWORK = 64
"""Bits of an IPv6 address that one customer has all to themselves: the rest is theirs to change at will."""

ADD = text("INSERT INTO throttles (key, level, at) VALUES (:key, 0, :now) ON CONFLICT (key) DO NOTHING")
LOOK = text("SELECT key, level, at FROM throttles WHERE key = ANY(:keys) ORDER BY key")
LOCK = text("SELECT key, level, at FROM throttles WHERE key = ANY(:keys) ORDER BY key FOR UPDATE")
WRITE = text("UPDATE throttles SET level = :level, at = :at WHERE key = :key")
SETTLE = text(
    """
    UPDATE throttles SET level = CASE WHEN key = ANY(:own) THEN 0 ELSE greatest(level - 1, 0) END
    WHERE key = ANY(:keys)
    """
)
GIVE_BACK = text("UPDATE throttles SET level = greatest(level - 1, 0) WHERE key = ANY(:keys)")


@dataclass(frozen=True)
class Try:
    """The lanes that one try belongs to, by their keys. A success clears `own` and takes one failure off the others."""

    lanes: Mapping[bytes, Lane]
    own: Collection[bytes]


def a_try(purpose: str, owner: str, address: str, device: str | None) -> Try:
    """Of somebody at an account, or of a known device of its owner, which has a lane to itself.

    `purpose` is what is guessed at, `owner` the account as it was named, `device` the id in a token that we signed.
    """
    if device is not None:
        own = _key("device", purpose, owner, device)
        return Try({own: KNOWN_DEVICE}, {own})
    own = _key("account", purpose, owner)
    return Try({own: ACCOUNT, _of(address): ADDRESS}, {own})


def from_address(address: str) -> Try:
    """Of somebody who names no account, such as with a forged token."""
    return Try({_of(address): ADDRESS}, ())


def take(tx: Connection, tried: Try, *, now: datetime) -> None:
    """Count one try in all its lanes, before its outcome is known; TooOften where one of them has to wait.

    What is refused writes nothing. Two processes count one after the other: the rows are locked, in one order.
    """
    keys = sorted(tried.lanes)
    refuse_haste(_stands(_read(tx, LOOK, keys), tried), now=now)
    tx.execute(ADD, [{"key": key, "now": now} for key in keys])
    locked = _read(tx, LOCK, keys)
    refuse_haste(_stands(locked, tried), now=now)
    climbed = {key: one_more(locked[key], tried.lanes[key], now=now) for key in keys}
    tx.execute(WRITE, [{"key": key, "level": stand.level, "at": stand.at} for key, stand in climbed.items()])


def settle(tx: Connection, tried: Try) -> None:
    """The try succeeded: its own lane is clear. An address is not washed by one good account: it gets the try back."""
    tx.execute(SETTLE, {"keys": sorted(tried.lanes), "own": sorted(tried.own)})


def give_back(tx: Connection, tried: Try) -> None:
    """The try came to nothing, neither right nor wrong: it does not count."""
    tx.execute(GIVE_BACK, {"keys": sorted(tried.lanes)})


def _read(tx: Connection, statement: object, keys: Sequence[bytes]) -> dict[bytes, Stand]:
    rows = tx.execute(statement, {"keys": list(keys)})  # type: ignore[call-overload]  # one of the two above
    return {bytes(row.key): Stand(row.level, row.at) for row in rows}


def _stands(found: Mapping[bytes, Stand], tried: Try) -> list[tuple[Stand | None, Lane]]:
    return [(found.get(key), lane) for key, lane in tried.lanes.items()]


def _of(address: str) -> bytes:
    return _key("address", network(address))


def network(address: str) -> str:
    """What stands for an address: itself, or the network of one customer where addresses are without number."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((found, HOME_NETWORK), strict=False))


def _key(*parts: str) -> bytes:
    return sha256("\x1f".join(parts).encode(errors="surrogatepass")).digest()

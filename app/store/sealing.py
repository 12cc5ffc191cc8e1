"""The one door through which anything is encrypted at rest: sealed for a purpose and a row, under a key with a version.

Whoever adds a sealed column keeps the version in a column beside it and names both in `app/store/resealing.py`, or a
change of keys would leave its rows behind (tests/store/test_resealing.py looks).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import Settings
from app.rules.errors import Unavailable

NONCE_BYTES = 12


class Purpose(StrEnum):
    """What a cipher holds: one of another purpose does not open, though key and row be the same."""

    IDENTITY = "identity"
    POISON = "poison"
    TOTP = "totp"
    PHOTO = "photo"
    CHANNEL = "channel"
    FILE = "file"


@dataclass(frozen=True)
class Keys:
    """Sealing keys of 32 bytes by version; `current` seals, all of them open."""

    sealing: Mapping[int, bytes] = field(repr=False)
    current: int


class Sealed(NamedTuple):
    """A cipher and the version of the key that opens it, as two columns keep them."""

    version: int
    cipher: bytes


def sealing_keys(settings: Settings) -> Keys:
    """The keys that this process was given; the first one seals."""
    versions = settings.sealing_keys
    return Keys(dict(versions), versions[0][0])


def seal(keys: Keys, purpose: Purpose, row: UUID, plain: bytes) -> Sealed:
    """Encrypt under the current key, so that it opens only for that purpose and that row (the id it is stored by)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = AESGCM(keys.sealing[keys.current]).encrypt(nonce, plain, _bound(purpose, row))
    return Sealed(keys.current, nonce + cipher)


def open_sealed(keys: Keys, purpose: Purpose, row: UUID, sealed: Sealed) -> bytes:
    """What was sealed. Raises `InvalidTag` where cipher, key, purpose or row do not belong together.

    Unavailable `key_missing` where this process was not given the key.
    """
    key = keys.sealing.get(sealed.version)
    if key is None:
        raise Unavailable("key_missing")
    nonce, cipher = sealed.cipher[:NONCE_BYTES], sealed.cipher[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, cipher, _bound(purpose, row))


def _bound(purpose: Purpose, row: UUID) -> bytes:
    """What a cipher is tied to. Identity numbers were sealed before there were purposes: theirs is the row alone."""
    return row.bytes if purpose is Purpose.IDENTITY else f"{purpose}|".encode() + row.bytes

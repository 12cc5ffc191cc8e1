"""Identity numbers at rest: sealed with one key, found by a keyed hash under another, opened only to be shown."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from app.config import Settings
from app.store import sealing
from app.store.sealing import Keys, Purpose


@dataclass(frozen=True)
class IdentityKeys(Keys):
    """The keys that seal, and the keys of the hashes: `search` writes them, under its version, `earlier` find too."""

    search: bytes = field(repr=False)
    search_version: int = 1
    earlier: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Sealed:
    """An identity number as a row keeps it."""

    cipher: bytes
    key_version: int
    hash: bytes
    hash_version: int


def keys_of(settings: Settings) -> IdentityKeys:
    """The keys that this process was given."""
    keys = sealing.sealing_keys(settings)
    (version, search), *earlier = settings.search_keys
    return IdentityKeys(keys.sealing, keys.current, search, version, tuple(key for _, key in earlier))


def seal(keys: IdentityKeys, subject_id: UUID, number: str) -> Sealed:
    """A checked number, encrypted so that it opens only as that subject's: a cipher copied to another row is no use."""
    sealed = sealing.seal(keys, Purpose.IDENTITY, subject_id, number.encode())
    return Sealed(sealed.cipher, sealed.version, search_hash(keys, number), keys.search_version)


def unseal(keys: Keys, subject_id: UUID, cipher: bytes, key_version: int) -> str:
    """The number behind a cipher. Raises `InvalidTag` where cipher, key or subject do not belong together."""
    return sealing.open_sealed(keys, Purpose.IDENTITY, subject_id, sealing.Sealed(key_version, cipher)).decode()


def search_hash(keys: IdentityKeys, number: str) -> bytes:
    """What is written beside a checked number. Without the key nobody can try out the few numbers that exist."""
    return _hashed(keys.search, number.encode())


def search_hashes(keys: IdentityKeys, number: str) -> Sequence[bytes]:
    """By what a checked number is found: while a key of the hashes is changed, a row may have either."""
    return [_hashed(key, number.encode()) for key in (keys.search, *keys.earlier)]


def keyed_fingerprint(keys: IdentityKeys, body_hash: bytes) -> bytes:
    """The fingerprint of a body with an identity number or password in it: of no use to who reads it in a backup."""
    return _hashed(keys.search, b"body|" + body_hash)


def is_fingerprint(keys: IdentityKeys, kept: bytes | None, body_hash: bytes) -> bool:
    """Whether a kept fingerprint is that body's, under whichever key it was made."""
    return kept in [_hashed(key, b"body|" + body_hash) for key in (keys.search, *keys.earlier)]


def _hashed(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, sha256)

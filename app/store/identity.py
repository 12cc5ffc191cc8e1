"""Identity numbers at rest: sealed with one key, found by a keyed hash under another, opened only to be shown."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import Settings

NONCE_BYTES = 12
CURRENT_VERSION = 1


@dataclass(frozen=True)
class IdentityKeys:
    """Sealing keys by version, of which `current` seals; `search` is the key of the hashes."""

    sealing: Mapping[int, bytes] = field(repr=False)
    current: int
    search: bytes = field(repr=False)


@dataclass(frozen=True)
class Sealed:
    """An identity number as a row keeps it."""

    cipher: bytes
    key_version: int
    hash: bytes


def keys_of(settings: Settings) -> IdentityKeys:
    """The keys that this process was given."""
    return IdentityKeys({CURRENT_VERSION: settings.identity_key}, CURRENT_VERSION, settings.identity_hash_key)


def seal(keys: IdentityKeys, subject_id: UUID, number: str) -> Sealed:
    """A checked number, encrypted so that it opens only as that subject's: a cipher copied to another row is no use."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = nonce + AESGCM(keys.sealing[keys.current]).encrypt(nonce, number.encode(), subject_id.bytes)
    return Sealed(cipher, keys.current, search_hash(keys, number))


def unseal(keys: IdentityKeys, subject_id: UUID, cipher: bytes, key_version: int) -> str:
    """The number behind a cipher. Raises `InvalidTag` where cipher, key or subject do not belong together."""
    nonce, sealed = cipher[:NONCE_BYTES], cipher[NONCE_BYTES:]
    return AESGCM(keys.sealing[key_version]).decrypt(nonce, sealed, subject_id.bytes).decode()


def search_hash(keys: IdentityKeys, number: str) -> bytes:
    """By what a checked number is found. Without the key nobody can try out the few numbers that exist."""
    return hmac.digest(keys.search, number.encode(), sha256)


def keyed_fingerprint(keys: IdentityKeys, body_hash: bytes) -> bytes:
    """The fingerprint of a body with an identity number or password in it: of no use to who reads it in a backup."""
    return hmac.digest(keys.search, b"body|" + body_hash, sha256)

"""Passwords as argon2id hashes. Slow on purpose: never call these while a database connection is held."""

import base64
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PARALLELISM = 4


@dataclass(frozen=True)
class Cost:
    """What one hash costs: passes over the memory, and the memory in KiB."""

    rounds: int
    memory_kib: int


def hash_password(password: str, cost: Cost) -> str:
    """The argon2id hash of a password, with its salt and cost written into it."""
    return _hasher(cost).hash(password)


def is_password(password: str, password_hash: str | None, cost: Cost) -> bool:
    """Whether the password is the one behind the hash. Without a hash it takes as long and the answer is no."""
    try:
        _hasher(cost).verify(password_hash or _nobody(cost), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(cost.rounds, _memory(cost), PARALLELISM)


def _memory(cost: Cost) -> int:
    """Argon2 itself wants 8 KiB for each lane at the least."""
    return max(cost.memory_kib, 8 * PARALLELISM)


def _nobody(cost: Cost) -> str:
    """A hash of the same cost that no password fits: an unknown log-in must not be told apart by its time."""
    salt, digest = (base64.b64encode(b"\0" * length).rstrip(b"=").decode() for length in (16, 32))
    return f"$argon2id$v=19$m={_memory(cost)},t={cost.rounds},p={PARALLELISM}${salt}${digest}"

"""Passwords as argon2id hashes. Slow on purpose: never call these while a database connection is held.

One is worked on at a time, and a few may wait (`app/store/turns.py`): a crowd at the log-in must not take the processor
from everybody else.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.store.turns import Turns

PARALLELISM = 4
GUESSED_SOON = 2
"""Below this score of zxcvbn a password falls within a million guesses, the most likely ones first."""

LONGEST_JUDGED = 72
OUR_WORDS = ("zhifang", "知访", "jiaozheng", "shequ", "sqjz", "sifa", "sifasuo", "sifaju", "jiangshan", "quzhou")
"""What somebody who guesses at this service in particular would put first."""

TURNS = Turns()


@dataclass(frozen=True)
class Cost:
    """What one hash costs: passes over the memory, and the memory in KiB."""

    rounds: int
    memory_kib: int


def hash_password(password: str, cost: Cost) -> str:
    """The argon2id hash, with its salt and cost written into it; Unavailable `log_ins_busy` in a crowd.

    Whoever sets a password is logged in: strangers are not waited for.
    """
    with TURNS.turn(known=True):
        return _hasher(cost).hash(password)


def is_password(password: str, password_hash: str | None, cost: Cost, *, known: bool = False) -> bool:
    """Whether the password is the one behind the hash. Without a hash it takes as long and the answer is no.

    Unavailable `log_ins_busy` in a crowd, before anything was compared; on a `known` device only in one of such.
    """
    with TURNS.turn(known=known):
        try:
            _hasher(cost).verify(password_hash or _nobody(cost), password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_common(password: str, about: Sequence[str] = ()) -> bool:
    """Whether it is among the passwords that are tried first; `about` are words close to its owner, such as the log-in.

    The lists behind it take 15 MiB and are loaded when the first password is set.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415

    found = zxcvbn(password[:LONGEST_JUDGED], user_inputs=[*about, *OUR_WORDS], max_length=LONGEST_JUDGED)
    return int(found["score"]) < GUESSED_SOON


def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(cost.rounds, _memory(cost), PARALLELISM)


def _memory(cost: Cost) -> int:
    """Argon2 itself wants 8 KiB for each lane at the least."""
    return max(cost.memory_kib, 8 * PARALLELISM)


def _nobody(cost: Cost) -> str:
    """A hash of the same cost that no password fits: an unknown log-in must not be told apart by its time."""
    salt, digest = (base64.b64encode(b"\0" * length).rstrip(b"=").decode() for length in (16, 32))
    return f"$argon2id$v=19$m={_memory(cost)},t={cost.rounds},p={PARALLELISM}${salt}${digest}"

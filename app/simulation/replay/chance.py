"""Chance that repeats: drawn from the seed and from what it is for, so that the same file gives the same days."""

import hmac
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5


def fraction(seed: str, *what: object) -> float:
    """A number in [0, 1) that belongs to the seed and to `what`."""
    digest = hmac.new(seed.encode(), "|".join(map(str, what)).encode(), sha256).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def identity(seed: str, *what: object) -> UUID:
    """An id that belongs to the seed and to `what`."""
    return uuid5(NAMESPACE_URL, "|".join(("zhifang:replay", seed, *map(str, what))))

"""Chance that repeats: every question has a generator of its own, so that one answer more changes no other."""

from random import Random


def dice(seed: int, *what: object) -> Random:
    """A generator that belongs to the seed and to `what`."""
    return Random("|".join(map(str, ("county", seed, *what))))  # noqa: S311  (nothing secret is drawn)

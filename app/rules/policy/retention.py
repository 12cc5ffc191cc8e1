"""What a policy says of what only serves to supervise: how long places and what phones told of themselves are kept."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.rules.policy.keeping import SHORTEST, Keeping, read_keepings
from app.rules.policy.reader import Table

LEAST_DAYS = 90
"""A month's records are judged again by what comes later, and its figures are closed after its end."""


class Held(StrEnum):
    """What goes by itself. `points`: of a person, from their end. `positions`: reported ones, and those of check-ins,
    from when they were made. `phones`: what a phone said and what it was answered, from when it came; the log-in and
    proofs of the clock, from the end of supervision.
    """

    POINTS = "points"
    POSITIONS = "positions"
    PHONES = "phones"


RetentionRules = Mapping[Held, Keeping]

USUAL_RETENTION: RetentionRules = MappingProxyType(
    {
        Held.POINTS: Keeping(730, SHORTEST),
        Held.POSITIONS: Keeping(730, f"社区矫正法第二十六条、第二十九条；{SHORTEST}"),
        Held.PHONES: Keeping(400, SHORTEST),
    }
)
"""Assumed, all of them, until the county confirms them."""


def read_retention(root: Table) -> RetentionRules:
    """`retention`: a table for each kind."""
    return read_keepings(root, "retention", USUAL_RETENTION, least_days=LEAST_DAYS)

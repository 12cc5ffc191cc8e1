"""Which offices or officers stand out from the rest, by more than chance would make of numbers so small."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Generic, TypeVar

from app.rules.oversight.figures import Counts, summed

Key = TypeVar("Key")

Z = 2.576
"""Each interval holds the share that lies behind the numbers in 99 of 100 cases."""

LEAST_PEERS = 3
"""With fewer than this many to compare, the one that stands out is only the one of two that is not the other."""

LEAST_OF = 10
"""Fewer duties than this say nothing of whoever had them."""

LEAST_HITS = 3
"""One or two may always have been a bad day."""


class Measure(StrEnum):
    """What is compared, as a share of what could have come to it."""

    MISSED = "missed"
    LATE = "late"
    UNPROVEN = "unproven"
    WAIVED = "waived"


def _done(counts: Counts) -> int:
    return counts.in_time + counts.late


OF: dict[Measure, Callable[[Counts], int]] = {
    Measure.MISSED: lambda counts: _done(counts) + counts.missed,
    Measure.LATE: _done,
    Measure.UNPROVEN: _done,
    Measure.WAIVED: lambda counts: _done(counts) + counts.missed + counts.waived,
}
"""Of how many. What is open, and what nobody can judge, says nothing either way and is in none of them."""


@dataclass(frozen=True)
class Outlier(Generic[Key]):
    """`hits` of `of`, while the others together have `rest_hits` of `rest_of`."""

    key: Key
    measure: Measure
    hits: int
    of: int
    rest_hits: int
    rest_of: int
    peers: int


def outliers(lines: Mapping[Key, Counts]) -> tuple[Outlier[Key], ...]:
    """Those whose share is higher than that of all others together by more than chance: their 99 % interval (Wilson)
    lies wholly above the others'. The largest distance between the two comes first.

    Nobody is listed for fewer than LEAST_HITS, of fewer than LEAST_OF, or beside fewer than LEAST_PEERS others that
    had anything at all: there is no ranking of one of one.
    """
    everything = summed(lines.values())
    found = [
        outlier
        for measure, of in OF.items()
        for outlier in _of_measure(lines, everything, measure, of)
        if _stands_out(outlier)
    ]
    return tuple(sorted(found, key=_distance, reverse=True))


def _of_measure(
    lines: Mapping[Key, Counts], everything: Counts, measure: Measure, of: Callable[[Counts], int]
) -> list[Outlier[Key]]:
    all_hits, all_of = getattr(everything, measure.value), of(everything)
    with_some = sum(1 for counts in lines.values() if of(counts))
    return [
        Outlier(
            key,
            measure,
            hits=getattr(counts, measure.value),
            of=of(counts),
            rest_hits=all_hits - getattr(counts, measure.value),
            rest_of=all_of - of(counts),
            peers=with_some - 1,
        )
        for key, counts in lines.items()
        if of(counts)
    ]


def _stands_out(found: Outlier[Key]) -> bool:
    enough = found.hits >= LEAST_HITS and found.of >= LEAST_OF and found.peers >= LEAST_PEERS
    return enough and _distance(found) > 0


def _distance(found: Outlier[Key]) -> float:
    """From the upper end of the others' interval to the lower end of this one's."""
    return wilson(found.hits, found.of)[0] - wilson(found.rest_hits, found.rest_of)[1]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The interval of Wilson's score for a share, which stays sound for few and for none; 0 to 1 for nothing at all."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, Z * Z
    middle = share + square / (2 * of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)

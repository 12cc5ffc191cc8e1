"""How good the alerts were: occurrences matched one to one with the episodes that really happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

SLACK = timedelta(hours=1)
"""How much before an episode's start an occurrence may lie and still mean it."""
MONTH_DAYS = 30


@dataclass(frozen=True)
class Episode:
    """Something that really happened. `evidence_at` is when the first evidence of it arrived, None if unobservable."""

    subject: str
    start: datetime
    end: datetime
    cause: str | None
    evidence_at: datetime | None


@dataclass(frozen=True)
class Occurrence:
    """One alert occurrence: when it happened, when it was raised, and its final cause."""

    subject: str
    event_at: datetime
    raised_at: datetime
    cause: str


@dataclass(frozen=True)
class Exposure:
    """What the rates are counted over."""

    subjects: int
    supervised_days: float
    officers: int
    days: float
    pushes: int


def score(
    kind: str, episodes: Sequence[Episode], occurrences: Sequence[Occurrence], exposure: Exposure
) -> dict[str, Any]:
    """The score line of one kind. 0/0 is None; percentiles by nearest rank; a month is 30 supervised days."""
    seen = [episode for episode in episodes if episode.evidence_at is not None]
    unseen = [episode for episode in episodes if episode.evidence_at is None]
    matched, left, duplicates = _match(seen, occurrences)
    unobservable_hits, left, more = _match(unseen, left)
    false = len(left) + duplicates + more
    counted = len(occurrences) - len(unobservable_hits)
    delays = sorted((o.raised_at - (e.evidence_at or e.start)).total_seconds() for e, o in matched)
    causes = [(e.cause, o.cause) for e, o in matched if e.cause is not None]
    hits = len(matched)
    return {
        "did": "score",
        "kind": kind,
        "subjects": exposure.subjects,
        "days": _rounded(exposure.days),
        "occurrences": counted,
        "true": hits,
        "false": false,
        "duplicates": duplicates + more,
        "missed": len(seen) - hits,
        "unobservable": len(unseen),
        "precision": _share(hits, counted),
        "recall": _share(hits, len(seen)),
        "cause_right": _share(sum(truth == told for truth, told in causes), len(causes)),
        "delay_s": {"p50": nearest_rank(delays, 50), "p95": nearest_rank(delays, 95)},
        "false_per_subject_month": _share(false * MONTH_DAYS, exposure.supervised_days),
        "pushes_per_officer_day": _share(exposure.pushes, exposure.officers * exposure.days),
    }


def _match(
    episodes: Iterable[Episode], occurrences: Iterable[Occurrence]
) -> tuple[list[tuple[Episode, Occurrence]], list[Occurrence], int]:
    """Pairs, what matched nothing, and how many more fell into an episode that had its pair."""
    pairs: list[tuple[Episode, Occurrence]] = []
    left: list[Occurrence] = []
    duplicates = 0
    taken: set[int] = set()
    listed = sorted(episodes, key=lambda episode: (episode.start, episode.subject))
    for occurrence in sorted(occurrences, key=lambda o: (o.event_at, o.raised_at, o.subject)):
        inside = [n for n, episode in enumerate(listed) if _within(episode, occurrence)]
        free = [n for n in inside if n not in taken]
        if free:
            taken.add(free[0])
            pairs.append((listed[free[0]], occurrence))
        elif inside:
            duplicates += 1
        else:
            left.append(occurrence)
    return pairs, left, duplicates


def _within(episode: Episode, occurrence: Occurrence) -> bool:
    return occurrence.subject == episode.subject and episode.start - SLACK <= occurrence.event_at <= episode.end


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    """The percentile of sorted values by nearest rank, in the values' unit; None of none."""
    return _rounded(values[max(0, ceil(percent / 100 * len(values)) - 1)]) if values else None


def _share(part: float, whole: float) -> float | None:
    return None if whole == 0 else _rounded(part / whole)


def _rounded(value: float) -> float:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded

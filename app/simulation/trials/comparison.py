"""The alerts of two replays beside one another: what one has and the other has not."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

EPISODE = frozenset({"opened", "counted"})
"""What an alert's line says where something happened anew."""


@dataclass(frozen=True, order=True)
class Episode:
    """One occurrence of an alert: whose, of what, and when it happened (not when it was noticed)."""

    event_at: str
    subject: str
    kind: str
    about: str


@dataclass(frozen=True)
class Comparison:
    """What a policy that was tried would add and spare, against the one that was in force."""

    added: Sequence[Episode]
    gone: Sequence[Episode]
    same: int
    refused: int

    @property
    def touched(self) -> frozenset[str]:
        """The people for whom anything would be different."""
        return frozenset(one.subject for one in (*self.added, *self.gone))

    def lines(self) -> Iterator[dict[str, Any]]:
        """Each difference in the order of time, and the sums."""
        differences = [(one, "added") for one in self.added] + [(one, "gone") for one in self.gone]
        for one, change in sorted(differences):
            yield {"did": change, **asdict(one)}
        yield {
            "did": "trial",
            "added": _by_kind(self.added),
            "gone": _by_kind(self.gone),
            "same": self.same,
            "people": len(self.touched),
            "refused": self.refused,
        }


class Alerts:
    """Takes the lines of a replay and keeps its episodes."""

    def __init__(self) -> None:
        self.episodes: set[Episode] = set()
        self.refused = 0

    def take(self, line: str) -> None:
        """One line of the output."""
        told = json.loads(line)
        if told["did"] == "alert" and told["state"] in EPISODE:
            self.episodes.add(Episode(told["event_at"], str(told["subject"]), told["kind"], told["about"]))
        self.refused += told["did"] == "refused"


def compare(in_force: Alerts, tried: Alerts) -> Comparison:
    """What is different. `refused` are lines that neither or only one of the replays could play, of the worse one."""
    before, after = in_force.episodes, tried.episodes
    return Comparison(
        added=sorted(after - before),
        gone=sorted(before - after),
        same=len(before & after),
        refused=max(in_force.refused, tried.refused),
    )


def _by_kind(episodes: Iterable[Episode]) -> dict[str, int]:
    return dict(sorted(Counter(one.kind for one in episodes).items()))

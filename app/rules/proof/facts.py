"""What a record is judged by, as the store has measured it, and what became of it. Distances in metres."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import DutyKind, FilePurpose, Reason
from app.rules.policy.items import Evidence, Place
from app.rules.policy.proof import ProofRules


class Verdict(StrEnum):
    """The three answers. What is missing is never a no."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """An item that the record covers: where it is done, and what the policy asks a record of it to bring."""

    code: str
    place: Place
    evidence: frozenset[Evidence]


@dataclass(frozen=True)
class Where:
    """Where the officer's phone was, by its own word: how good the fix is (0: it did not say), made up or not.

    `then` is whether it is known to be of the time of the visit: a record may be written hours later elsewhere, and
    then being far away says nothing.
    """

    accuracy_m: float
    mock: bool = False
    then: bool = True


@dataclass(frozen=True)
class Nearby:
    """The subject's own position nearest in time to the visit, where a legal power gave one: never asked for anew."""

    at: datetime
    distance_m: float
    accuracy_m: float


@dataclass(frozen=True)
class Point:
    """How far the officer was from a point that was set for places of that kind; `own`: set by the same officer."""

    place: Place
    distance_m: float
    own: bool


@dataclass(frozen=True)
class Photographed:
    """A photo that belongs to the record: when its camera says, how far from the officer, None where not told."""

    taken_at: datetime | None
    distance_m: float | None = None
    accuracy_m: float = 0.0


@dataclass(frozen=True)
class ProofFacts:
    """One record with everything that speaks for or against it.

    `distances` are those from the officer's fix to the one place of its kind whose point is in the file, `points` to
    others that somebody set. `here_since` is since when the
    officer was logged in on the device that it was written on, None where nobody knows.
    """

    record_id: UUID
    subject_id: UUID
    kind: DutyKind
    happened_at: datetime
    ended_at: datetime | None
    written_at: datetime
    asked: tuple[Asked, ...]
    rules: ProofRules
    write_within_days: int
    where: Where | None = None
    distances: tuple[tuple[Place, float], ...] = ()
    points: tuple[Point, ...] = ()
    subject: Nearby | None = None
    photos: tuple[Photographed, ...] = ()
    attached: frozenset[FilePurpose] = frozenset()
    drafted_at: datetime | None = None
    here_since: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """When the visit was over, as far as it is known."""
        return self.ended_at or self.happened_at

    def wants(self, evidence: Evidence) -> bool:
        """Whether any of its items asks for that evidence."""
        return any(evidence in one.evidence for one in self.asked)


@dataclass(frozen=True)
class Check:
    """One check: its code, its answer, and why, in a sentence with its numbers."""

    code: str
    verdict: Verdict
    why: Reason


@dataclass(frozen=True)
class Proof:
    """What became of the whole: proven, contradicted or unknown."""

    verdict: str
    checks: tuple[Check, ...]

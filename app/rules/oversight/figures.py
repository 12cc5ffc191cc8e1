"""The figures of the audit. Every one is a number of duties, so that it opens to them; sums are figure by figure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from uuid import UUID

from app.rules.facts import DutyKind, DutyState

AUDITED = (
    DutyKind.VISIT,
    DutyKind.TALK,
    DutyKind.VERIFICATION,
    DutyKind.REVIEW,
    DutyKind.CORRECTION_GROUP,
    DutyKind.CORRECTION_PLAN,
)
"""What is audited: the work rule's own items. What subjects owe stands in the office table."""

NOBODY = UUID(int=0)
"""Stands for the officer where an office had nobody named for the person."""

NO_CLASS = "none"
"""Stands for the class where none had been set."""


class Proof(StrEnum):
    """What the record proves by which a duty was done."""

    PROVEN = "proven"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


class Figure(StrEnum):
    """One column. `due` is the sum of in time, late, waived, missed, unjudged and open: each duty is in one of them.

    `unproven` are those of in time and late whose record is not proven, `contradicted` those of them that something
    speaks against: parts of figures, and no figures beside them.
    """

    DUE = "due"
    IN_TIME = "in_time"
    LATE = "late"
    WAIVED = "waived"
    MISSED = "missed"
    UNJUDGED = "unjudged"
    OPEN = "open"
    UNPROVEN = "unproven"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Condition:
    """Which duties a figure counts: those in one of the states and, where named, with one of the proofs."""

    states: frozenset[DutyState]
    proofs: frozenset[Proof] | None = None


_DONE = frozenset({DutyState.FULFILLED, DutyState.LATE})

CONDITIONS: dict[Figure, Condition] = {
    Figure.DUE: Condition(frozenset(DutyState) - {DutyState.CANCELLED}),
    Figure.IN_TIME: Condition(frozenset({DutyState.FULFILLED})),
    Figure.LATE: Condition(frozenset({DutyState.LATE})),
    Figure.WAIVED: Condition(frozenset({DutyState.WAIVED})),
    Figure.MISSED: Condition(frozenset({DutyState.MISSED})),
    Figure.UNJUDGED: Condition(frozenset({DutyState.UNJUDGED})),
    Figure.OPEN: Condition(frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED})),
    Figure.UNPROVEN: Condition(_DONE, frozenset({Proof.CONTRADICTED, Proof.UNKNOWN})),
    Figure.CONTRADICTED: Condition(_DONE, frozenset({Proof.CONTRADICTED})),
}
"""Table and rows ask the same. A cancelled duty was never owed and counts nowhere."""


@dataclass(frozen=True)
class Counts:
    """The figures of one line."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    waived: int = 0
    missed: int = 0
    unjudged: int = 0
    open: int = 0
    unproven: int = 0
    contradicted: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Figure by figure."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in _NAMES))

    def __sub__(self, other: "Counts") -> "Counts":
        """The difference, figure by figure; below zero where something became less."""
        return Counts(*(getattr(self, name) - getattr(other, name) for name in _NAMES))

    def __bool__(self) -> bool:
        """Whether any figure is not zero."""
        return any(getattr(self, name) for name in _NAMES)

    def of(self, figure: Figure) -> int:
        """One figure."""
        number: int = getattr(self, figure.value)
        return number


_NAMES = tuple(field.name for field in fields(Counts))


def counted(state: DutyState, proof: Proof | None, number: int) -> Counts:
    """So many duties in one state with one proof, as figures."""
    return Counts(**{figure.value: number for figure, asked in CONDITIONS.items() if _holds(asked, state, proof)})


def _holds(asked: Condition, state: DutyState, proof: Proof | None) -> bool:
    return state in asked.states and (asked.proofs is None or proof in asked.proofs)


def summed(lines: Iterable[Counts]) -> Counts:
    """The sum of lines."""
    return sum(lines, Counts())


def item_of(rule_code: str) -> str:
    """The item of a duty's rule. What stands behind a dot tells several turns of one item apart."""
    return rule_code.partition(".")[0]

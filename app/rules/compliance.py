"""The figures by which supervisors see what was owed and what became of it: counts and sums, never averages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from app.rules.facts import DutyKind, DutyState, Obligor, Reason
from app.rules.policy import HOME_VISIT, INTAKE_TALK
from app.rules.wording.visits import title_of


class Figure(StrEnum):
    """One column. `due` is the sum of all the others; `open` waits for its end, or for its judgment right after."""

    DUE = "due"
    IN_TIME = "in_time"
    LATE = "late"
    WAIVED = "waived"
    MISSED = "missed"
    OPEN = "open"
    UNJUDGED = "unjudged"
    SUBMITTED = "submitted"


COUNTED = frozenset(DutyState) - {DutyState.CANCELLED}

STATES: dict[Figure, frozenset[DutyState]] = {
    Figure.DUE: COUNTED,
    Figure.IN_TIME: frozenset({DutyState.FULFILLED}),
    Figure.LATE: frozenset({DutyState.LATE}),
    Figure.WAIVED: frozenset({DutyState.WAIVED}),
    Figure.MISSED: frozenset({DutyState.MISSED}),
    Figure.OPEN: frozenset({DutyState.PLANNED, DutyState.OPEN}),
    Figure.UNJUDGED: frozenset({DutyState.UNJUDGED}),
    Figure.SUBMITTED: frozenset({DutyState.SUBMITTED}),
}
"""Which states of a duty each figure counts. A cancelled duty was never owed and counts nowhere."""

OTHERS = (
    DutyKind.VISIT,
    DutyKind.TALK,
    DutyKind.VERIFICATION,
    DutyKind.REVIEW,
    DutyKind.CORRECTION_GROUP,
    DutyKind.CORRECTION_PLAN,
)
"""Items of the work rule that have no line of their own are one line a kind; the audit tells them apart."""

ITEMS: dict[str, Obligor] = {
    HOME_VISIT: Obligor.OFFICE,
    INTAKE_TALK: Obligor.OFFICE,
    **{kind.value: Obligor.OFFICE for kind in OTHERS},
    DutyKind.CHECK_IN.value: Obligor.SUBJECT,
    DutyKind.LOCATION_CHECK.value: Obligor.SUBJECT,
    DutyKind.SPOT_CHECK.value: Obligor.SUBJECT,
}
"""The lines of the table and whose duties they are: what an office failed to do never hides among what others owed."""

RULES = (HOME_VISIT, INTAKE_TALK)
"""Of the lines those that are one rule, and are left out of the line of their kind."""

_PART = {state: figure for figure, states in STATES.items() if figure is not Figure.DUE for state in states}


@dataclass(frozen=True)
class Counts:
    """The figures of one line."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    waived: int = 0
    missed: int = 0
    open: int = 0
    unjudged: int = 0
    submitted: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Figure by figure."""
        return Counts(**{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)})


def item_of(kind: str, rule_code: str) -> str:
    """The line of a duty. Offices' items are rules of the policy; the subjects' are kinds, of one rule a window."""
    return rule_code if rule_code in ITEMS else kind


def counts_of(state: DutyState, number: int) -> Counts:
    """So many duties in one state, as figures."""
    return Counts(**{Figure.DUE.value: number, _PART[state].value: number})


def total(lines: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The sum of each line over any number of offices; every line is there, if only with zeros."""
    summed = dict.fromkeys(ITEMS, Counts())
    for line in lines:
        for item, counts in line.items():
            summed[item] += counts
    return summed


def urgency(lines: Mapping[str, Counts]) -> tuple[int, int]:
    """By what an office comes before others: its own duties missed, then those done late. Larger comes first."""
    own = [counts for item, counts in lines.items() if ITEMS[item] is Obligor.OFFICE]
    return sum(counts.missed for counts in own), sum(counts.late for counts in own)


def standing_out(lines: Mapping[str, Counts]) -> tuple[Reason, ...]:
    """Why an office stands out: each item of its own that was missed, with the number. The subjects' side is no
    reason: it tells of them, not of the office.
    """
    return tuple(
        Reason("office_missed", (("title", title_of(item)), ("count", str(counts.missed))))
        for item, counts in lines.items()
        if ITEMS[item] is Obligor.OFFICE and counts.missed
    )

"""The red list (红名单): people whose week stands out, so that a weekly meeting talks about them and not about all.

Each is on it for reasons that anybody may look up, in words. Nothing is scored: no number stands for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.facts import Reason, SupervisionClass

WEEK = timedelta(days=7)
MISSED = 2
"""One missed check-in has many harmless causes; from two on a person is talked about."""


class Sign(StrEnum):
    """What may have happened in somebody's week, the gravest first."""

    ALERT_REAL = "alert_real"
    LOST_CONTACT = "lost_contact"
    LEFT = "left"
    SANCTION = "sanction"
    VIOLATION = "violation"
    MISSED = "missed"
    COMPLAINT = "complaint"
    TROUBLE = "trouble"
    OVERDUE = "overdue"
    UNPROVEN = "unproven"


ALONE = frozenset({Sign.ALERT_REAL, Sign.LOST_CONTACT, Sign.LEFT, Sign.SANCTION, Sign.VIOLATION, Sign.MISSED})
"""Signs each of which is enough. The others call for help, or are about the office's own work: two of them together."""

OWN_WORK = frozenset({Sign.OVERDUE, Sign.UNPROVEN})
"""What the office owes alone lists nobody: it is no doing of theirs."""


@dataclass(frozen=True)
class Week:
    """What was counted of one person in one week."""

    subject_id: UUID
    class_: SupervisionClass | None
    counts: Mapping[Sign, int]


def monday_of(day: date) -> date:
    """The day by which a week is called."""
    return day - timedelta(days=day.weekday())


def reasons_of(week: Week) -> tuple[Reason, ...]:
    """Why somebody is on the list, the gravest first; nothing where they are not."""
    signs = [sign for sign in Sign if _counts(sign, week.counts.get(sign, 0))]
    if not ALONE.intersection(signs) and (len(signs) < 2 or OWN_WORK.issuperset(signs)):
        return ()
    strict = (Reason("red_strict"),) if week.class_ is SupervisionClass.STRICT else ()
    return tuple(Reason(f"red_{sign}", (("n", str(week.counts[sign])),)) for sign in signs) + strict


def order_of(week: Week) -> tuple[int, int, int]:
    """Who comes first: by how many signs that are enough alone, then by all of them, then by class."""
    signs = [sign for sign in Sign if _counts(sign, week.counts.get(sign, 0))]
    classes = list(SupervisionClass)
    class_ = classes.index(week.class_) if week.class_ else len(classes)
    return -len(ALONE.intersection(signs)), -len(signs), class_


def _counts(sign: Sign, n: int) -> bool:
    return n >= (MISSED if sign is Sign.MISSED else 1)

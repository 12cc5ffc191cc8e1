"""Numbers that the law fixes: each with its article and the days on which it is in force. Never edited as policy.

"Law" is the Community Correction Law and "Measures" its Implementing Measures of 2020, both in force since 1 July
2020. The Law was read in full. The Measures were not seen at their source: their rules say `verified=False`, and a
person should compare them with the text before relying on one.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

from app.rules.facts import Ground

V_co = TypeVar("V_co", covariant=True)

LAW_SINCE = date(2020, 7, 1)


@dataclass(frozen=True, slots=True)
class LawRule(Generic[V_co]):
    """One fixed value, where it stands, and from when until when it holds (`valid_to` is the last day, or open)."""

    value: V_co
    source: str
    verified: bool = True
    valid_from: date = LAW_SINCE
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the rule is in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Law:
    """All fixed values in force on one day. The unit is the last word of each name; days are calendar days."""

    # Intake
    notice_days: LawRule[int]
    papers_days: LawRule[int]
    first_report_days: LawRule[int]
    handover_days: LawRule[int]
    papers_complement_days: LawRule[int]
    # Electronic positioning
    order_max_months: LawRule[int]
    order_grounds: LawRule[frozenset[Ground]]
    # Bands of absence: up to 10 days admonition, over 10 days warning, over one month a proposal to revoke
    admonition_up_to_days: LawRule[int]
    revocation_over_months: LawRule[int]
    admonitions_before_warning: LawRule[int]
    warnings_before_revocation: LawRule[int]
    # Leave and frequent travel: asked for normally so many days before
    leave_ask_days: LawRule[int]
    leave_by_office_days: LawRule[int]
    leave_once_days: LawRule[int]
    leave_cumulated_days: LawRule[int]
    leave_cumulated_over_months: LawRule[int]
    travel_permit_months: LawRule[int]
    # Change of the place of execution
    transfer_ask_days: LawRule[int]
    transfer_answer_days: LawRule[int]
    transfer_papers_days: LawRule[int]
    transfer_report_days: LawRule[int]
    # Temporary service of sentence outside prison
    health_report_months: LawRule[int]
    medical_check_months: LawRule[int]
    # Courts and decision organs
    arrest_decision_hours: LawRule[int]
    arrest_detention_days: LawRule[int]
    revocation_decision_days: LawRule[int]
    recall_decision_days: LawRule[int]
    reduction_decision_days: LawRule[int]


def _law(value: int, article: str) -> tuple[LawRule[int], ...]:
    return (LawRule(value, f"Law {article}"),)


def _measures(value: int, article: str) -> tuple[LawRule[int], ...]:
    return (LawRule(value, f"Measures {article}", verified=False),)


# Every name of `Law` with its dated rows. A changed article ends one row and adds the next; nothing is overwritten.
_ROWS: dict[str, tuple[LawRule[Any], ...]] = {
    "notice_days": _law(5, "20"),
    "papers_days": _law(10, "20"),
    "first_report_days": _law(10, "21"),
    "handover_days": _law(10, "21"),
    "papers_complement_days": _measures(5, "16"),
    "order_max_months": _law(3, "29"),
    "order_grounds": (LawRule(frozenset(Ground), "Law 29"),),
    "admonition_up_to_days": _measures(10, "34"),
    "revocation_over_months": _measures(1, "46, 47"),
    "admonitions_before_warning": _measures(2, "35"),
    "warnings_before_revocation": _measures(2, "46, 47, 49"),
    "leave_ask_days": _measures(3, "27"),
    "leave_by_office_days": _measures(7, "27"),
    "leave_once_days": _measures(30, "27"),
    "leave_cumulated_days": _measures(30, "27"),
    "leave_cumulated_over_months": _measures(2, "27"),
    "travel_permit_months": _measures(6, "29"),
    "transfer_ask_days": _measures(5, "30"),
    "transfer_answer_days": _measures(5, "30"),
    "transfer_papers_days": _measures(5, "31"),
    "transfer_report_days": _measures(7, "31"),
    "health_report_months": _measures(1, "24"),
    "medical_check_months": _measures(3, "24"),
    "arrest_decision_hours": _law(48, "47"),
    "arrest_detention_days": _law(30, "47"),
    "revocation_decision_days": _law(30, "48"),
    "recall_decision_days": _law(30, "49"),
    "reduction_decision_days": _law(30, "33"),
}


def in_force(on: date) -> Law:
    """The law of that day. Raises `LookupError` for a day before `LAW_SINCE`, when other rules held."""
    return Law(**{field.name: _row(field.name, on) for field in fields(Law)})


def _row(name: str, on: date) -> LawRule[Any]:
    for row in _ROWS[name]:
        if row.holds(on):
            return row
    raise LookupError(f"no {name} is in force on {on.isoformat()}")

"""The fixed values are those of the articles, and hold on the right days."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from app.rules.facts import Ground
from app.rules.law import LAW_SINCE, Law, LawRule, in_force

TODAY = date(2026, 3, 2)

# value, source; written out once more so that a slip of the keyboard in law.py is seen
ARTICLES = {
    "notice_days": (5, "Law 20"),
    "papers_days": (10, "Law 20"),
    "first_report_days": (10, "Law 21"),
    "handover_days": (10, "Law 21"),
    "papers_complement_days": (5, "Measures 16"),
    "order_max_months": (3, "Law 29"),
    "admonition_up_to_days": (10, "Measures 34"),
    "revocation_over_months": (1, "Measures 46, 47"),
    "admonitions_before_warning": (2, "Measures 35"),
    "warnings_before_revocation": (2, "Measures 46, 47, 49"),
    "leave_ask_days": (3, "Measures 27"),
    "leave_by_office_days": (7, "Measures 27"),
    "leave_once_days": (30, "Measures 27"),
    "leave_cumulated_days": (30, "Measures 27"),
    "leave_cumulated_over_months": (2, "Measures 27"),
    "travel_permit_months": (6, "Measures 29"),
    "transfer_ask_days": (5, "Measures 30"),
    "transfer_answer_days": (5, "Measures 30"),
    "transfer_papers_days": (5, "Measures 31"),
    "transfer_report_days": (7, "Measures 31"),
    "health_report_months": (1, "Measures 24"),
    "medical_check_months": (3, "Measures 24"),
    "arrest_decision_hours": (48, "Law 47"),
    "arrest_detention_days": (30, "Law 47"),
    "revocation_decision_days": (30, "Law 48"),
    "recall_decision_days": (30, "Law 49"),
    "reduction_decision_days": (30, "Law 33"),
}


@pytest.mark.parametrize("name", ARTICLES)
def test_a_value_and_its_article(name: str) -> None:
    rule: LawRule[int] = getattr(in_force(TODAY), name)
    assert (rule.value, rule.source) == ARTICLES[name]


def test_no_value_is_without_a_case_here() -> None:
    assert {field.name for field in fields(Law)} == {*ARTICLES, "order_grounds"}


def test_the_five_grounds_of_an_order() -> None:
    grounds = in_force(TODAY).order_grounds
    assert grounds.source == "Law 29"
    assert grounds.value == {
        Ground.BROKE_PROHIBITION,
        Ground.LEFT_WITHOUT_PERMISSION,
        Ground.REFUSED_REPORTING,
        Ground.PUBLIC_SECURITY_PENALTY,
        Ground.REVOCATION_PROPOSED,
    }


def test_rules_of_the_measures_are_marked_as_not_verified() -> None:
    law = in_force(TODAY)
    rules: list[LawRule[object]] = [getattr(law, field.name) for field in fields(Law)]
    assert all(rule.verified == rule.source.startswith("Law") for rule in rules)


def test_the_law_begins_on_its_first_day() -> None:
    assert in_force(LAW_SINCE).first_report_days.value == 10
    with pytest.raises(LookupError, match="2020-06-30"):
        in_force(LAW_SINCE - timedelta(days=1))


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2020, 12, 31), False),
        (date(2021, 1, 1), True),
        (date(2021, 12, 31), True),
        (date(2022, 1, 1), False),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(on: date, holds: bool) -> None:
    rule = LawRule(1, "Law 0", valid_from=date(2021, 1, 1), valid_to=date(2021, 12, 31))
    assert rule.holds(on) is holds

"""Who may let go what an office owes, and when a second person has to confirm it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.rules.effects.waivers import WaiverKind, WriteWaiver
from app.rules.errors import NotAllowed
from app.rules.facts import Actor, DutyKind, DutyState, Role, SupervisionClass
from app.rules.waivers import WaiverFacts, Wanted, let_go, needs_second, refuse_others

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OFFICER = Actor("user", UUID(int=9))
AT_COUNTY = (Role.COUNTY_STAFF, Role.COUNTY_HEAD)


def facts(
    kind: DutyKind = DutyKind.TALK,
    class_: SupervisionClass | None = SupervisionClass.NORMAL,
    roles: frozenset[Role] = frozenset({Role.OFFICER}),
    waive_by: tuple[Role, ...] = AT_COUNTY,
) -> WaiverFacts:
    return WaiverFacts(UUID(int=1), UUID(int=2), kind, DutyState.OPEN, "入矫必谈", roles, waive_by, class_)


@pytest.mark.parametrize(
    ("given", "may"),
    [
        (facts(), False),
        (facts(roles=frozenset({Role.COUNTY_STAFF})), True),
        (facts(roles=frozenset()), False),
        (facts(waive_by=()), True),
        (facts(DutyKind.CHECK_IN), True),
    ],
    ids=["the county's item", "at the county", "out of reach", "nothing said", "what the person owes"],
)
def test_the_item_says_who_may_let_it_go(given: WaiverFacts, may: bool) -> None:
    if may:
        refuse_others(given)
        return
    with pytest.raises(NotAllowed, match="waiver_not_yours"):
        refuse_others(given)


@pytest.mark.parametrize(
    ("kind", "class_", "second"),
    [
        (DutyKind.VISIT, SupervisionClass.STRICT, True),
        (DutyKind.VERIFICATION, SupervisionClass.STRICT, True),
        (DutyKind.CORRECTION_PLAN, SupervisionClass.STRICT, True),
        (DutyKind.VISIT, SupervisionClass.NORMAL, False),
        (DutyKind.VISIT, None, False),
        (DutyKind.CHECK_IN, SupervisionClass.STRICT, False),
        (DutyKind.SEARCH, SupervisionClass.STRICT, False),
    ],
)
def test_a_second_person_confirms_what_the_office_owes_of_the_strict_class(
    kind: DutyKind, class_: SupervisionClass | None, second: bool
) -> None:
    assert needs_second(facts(kind, class_)) is second


def test_only_what_the_work_rule_owes_is_kept_as_a_waiver() -> None:
    wanted = Wanted(UUID(int=5), WaiverKind.NOT_APPLICABLE, "没有工作单位")
    (kept,) = let_go(facts(), wanted, OFFICER, now=NOW).effects
    assert isinstance(kept, WriteWaiver)
    assert (kept.kind, kept.state, kept.asked_by) == ("not_applicable", "granted", OFFICER.id)
    assert let_go(facts(DutyKind.CHECK_IN), wanted, OFFICER, now=NOW).effects == ()

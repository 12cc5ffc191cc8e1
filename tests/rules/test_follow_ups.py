"""What a record promises is a duty until the end of its day; another record keeps it, once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.effects import ChangeDuty, PlanDuty, RecoverAlert
from app.rules.effects.records import Details
from app.rules.facts import DutyKind, DutyState
from app.rules.visits import Owed, judge
from app.rules.visits.follow_ups import promised_by, rule_code_of
from tests.rules.test_visits import DUE, NOW, a_record, an_actor, an_id, facts, written

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PROMISE = Details(follow_up="核实工作单位", follow_up_on=date(2026, 3, 20))
END = datetime(2026, 3, 20, 16, 0, tzinfo=UTC)
"""The end of 20 March in Shanghai."""


def a_promise(state: DutyState = DutyState.OPEN) -> Owed:
    return Owed(an_id("promise"), DutyKind.FOLLOW_UP, rule_code_of(an_id("first")), state, NOW - 9 * DAY, DUE)


def test_a_promise_is_a_duty_until_the_end_of_its_day() -> None:
    decision = judge(facts(), a_record(DUE - DAY, details=PROMISE), an_actor(), now=NOW)
    (planned,) = [effect for effect in decision.effects if isinstance(effect, PlanDuty)]
    assert (planned.kind, planned.opens_at, planned.due_at) == (DutyKind.FOLLOW_UP, DUE - DAY, END)
    assert promised_by(planned.rule_code) == written(decision).id
    (opened,) = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
    assert (opened.duty_id, opened.state) == (planned.id, DutyState.OPEN)


@pytest.mark.parametrize("ended_at", [None, NOW - SECOND])
def test_nothing_is_promised_without_a_day_or_after_the_end(ended_at: datetime | None) -> None:
    details = Details() if ended_at is None else PROMISE
    given = replace(facts(), ended_at=ended_at)
    effects = judge(given, a_record(DUE - DAY, details=details), an_actor(), now=NOW).effects
    assert [effect for effect in effects if isinstance(effect, PlanDuty)] == []


@pytest.mark.parametrize(
    ("at", "state"), [(DUE - SECOND, DutyState.FULFILLED), (DUE, DutyState.LATE), (DUE + SECOND, DutyState.LATE)]
)
def test_it_is_kept_by_when_the_record_happened(at: datetime, state: DutyState) -> None:
    new = replace(a_record(at), settles=(an_id("promise"), an_id("somebody else's")))
    decision = judge(facts(a_promise(DutyState.MISSED)), new, an_actor(), now=NOW)
    (change,) = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
    assert (change.duty_id, change.state) == (an_id("promise"), state)
    assert [effect for effect in decision.effects if isinstance(effect, RecoverAlert)] == []


@pytest.mark.parametrize("state", [DutyState.FULFILLED, DutyState.WAIVED, DutyState.CANCELLED])
def test_what_is_settled_already_is_left_alone(state: DutyState) -> None:
    new = replace(a_record(DUE - DAY), settles=(an_id("promise"),))
    assert len(judge(facts(a_promise(state)), new, an_actor(), now=NOW).effects) == 1


def test_an_item_of_the_rule_names_no_record() -> None:
    assert promised_by("访1") is None

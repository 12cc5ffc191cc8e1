"""Windows of a subject whose phone fell silent with many others: nobody is blamed for them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.duties import judge
from app.rules.duties.facts import DutyFacts, JudgeFacts
from app.rules.effects import ChangeDuty, PostponeJudgment
from app.rules.facts import Channel, DutyKind, DutyState, Hold, Obligor
from app.rules.wording import sentence
from tests.rules.policies import shipped

OPENS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(hours=2)
JUDGED = ENDS + timedelta(minutes=31)
MINUTE, HOUR, WAIT = timedelta(minutes=1), timedelta(hours=1), timedelta(minutes=120)


def owed(kind: DutyKind = DutyKind.CHECK_IN) -> DutyFacts:
    return DutyFacts(
        UUID(int=1),
        UUID(int=2),
        UUID(int=3),
        kind,
        Obligor.SUBJECT,
        DutyState.OPEN,
        OPENS,
        ENDS,
        channel=Channel.SMARTPHONE,
    )


def judged(hold: Hold, now: datetime, kind: DutyKind = DutyKind.CHECK_IN) -> list[object]:
    facts = JudgeFacts(
        owed(kind), "check_in.strict.1", OPENS - 72 * HOUR, UUID(int=4), shipped("jiangshan"), holds=(hold,)
    )
    return list(judge(facts, now=now).effects)


def held(from_at: datetime, until: datetime | None, *, heard: bool = False) -> Hold:
    return Hold("carrier", "telecom", from_at, until, heard)


def test_while_it_lasts_the_window_waits_for_the_next_half_hour() -> None:
    [waits] = judged(held(OPENS + HOUR, None), JUDGED)

    assert waits == PostponeJudgment(UUID(int=1), ENDS + HOUR)


def test_after_it_the_window_waits_for_what_was_kept_and_is_then_unjudged() -> None:
    over = held(OPENS + HOUR, ENDS + 4 * HOUR, heard=True)
    [waits] = judged(over, ENDS + 5 * HOUR)
    assert waits == PostponeJudgment(UUID(int=1), ENDS + 4 * HOUR + WAIT)

    [change] = judged(over, ENDS + 4 * HOUR + WAIT)
    assert isinstance(change, ChangeDuty)
    assert (change.state, change.reason.code) == (DutyState.UNJUDGED, "held_by_outage")
    assert sentence(change.reason.code, dict(change.reason.params)) == (
        "3月2日 08:00 至 10:00 期间许多手机同时失联(运营商网络:中国电信),这部手机也没有联系,无法判断,不算未签到。"
    )


@pytest.mark.parametrize(
    ("hold", "missed"),
    [
        (held(OPENS + 10 * MINUTE, ENDS, heard=True), False),
        (held(OPENS + 10 * MINUTE, ENDS - MINUTE, heard=True), False),
        (held(OPENS + 10 * MINUTE, OPENS + 70 * MINUTE, heard=True), True),
        (held(OPENS - 5 * HOUR, OPENS, heard=True), True),
        (held(ENDS, None), True),
    ],
    ids=["until its end", "for most of it", "for half of it", "before it", "after it"],
)
def test_only_what_took_the_window_excuses(hold: Hold, missed: bool) -> None:
    [first, *_] = judged(hold, ENDS + 9 * HOUR)

    assert isinstance(first, ChangeDuty)
    assert first.state is (DutyState.MISSED if missed else DutyState.UNJUDGED)


def test_an_officers_duty_is_owed_whatever_phones_do() -> None:
    [first, *_] = judged(held(OPENS, None), JUDGED, DutyKind.VISIT)

    assert isinstance(first, ChangeDuty)
    assert first.state is DutyState.MISSED

"""Which duties a visit or talk fulfils, and who may write it down."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.effects import ChangeDuty, Decision, RecoverAlert, WriteRecord
from app.rules.errors import NotAllowed, Refused
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Fix, Grant, Role, about_item
from app.rules.visits import NewRecord, Owed, RecordFacts, days_until_written, judge, outcome, roles_reaching
from app.rules.wording import sentence
from tests.rules.policies import shipped

SUBJECT = uuid5(NAMESPACE_URL, "test:subject")
OFFICE = uuid5(NAMESPACE_URL, "test:office")
PATH = "330000.330800.330881.shuangta"
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# 访1 runs from Monday 2 March 09:00 to the end of 12 March, in Shanghai.
OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
NOW = DUE + 2 * DAY


def an_id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"test:{name}")


def an_actor(role: Role = Role.OFFICER, path: str = PATH) -> Actor:
    return Actor("user", an_id("officer"), (Grant(role, OFFICE, path),))


def a_visit_owed(
    state: DutyState = DutyState.OPEN, *, name: str = "visit", opens_at: datetime = OPENS, due_at: datetime = DUE
) -> Owed:
    return Owed(an_id(name), DutyKind.VISIT, "访1", state, opens_at, due_at)


def a_talk_owed(state: DutyState = DutyState.OPEN) -> Owed:
    return Owed(an_id("talk"), DutyKind.TALK, "谈1", state, OPENS, OPENS + 3 * DAY)


def facts(*owed: Owed, ended_at: datetime | None = None, corrected: tuple[UUID, DutyKind] | None = None) -> RecordFacts:
    return RecordFacts(SUBJECT, OFFICE, PATH, ended_at, shipped("jiangshan"), owed, corrected)


def a_record(
    happened_at: datetime = DUE - DAY, *items: str, kind: DutyKind = DutyKind.VISIT, **more: object
) -> NewRecord:
    codes = items or (("访1",) if kind is DutyKind.VISIT else ("谈1",))
    made = NewRecord(an_id("record"), kind, SUBJECT, codes, happened_at, "在家,情况稳定", b"hash")
    return replace(made, **more)  # type: ignore[arg-type]


def changes(decision: Decision) -> list[tuple[UUID, DutyState]]:
    return [(effect.duty_id, effect.state) for effect in decision.effects if isinstance(effect, ChangeDuty)]


def written(decision: Decision) -> WriteRecord:
    (record,) = [effect for effect in decision.effects if isinstance(effect, WriteRecord)]
    return record


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in written(decision).reasons]


def told(decision: Decision) -> str:
    first = written(decision).reasons[0]
    return sentence(first.code, dict(first.params))


@dataclass(frozen=True)
class Case:
    name: str
    state: DutyState
    happened_at: datetime
    expect: DutyState | None


CASES = [
    Case("a second before the window opens", DutyState.OPEN, OPENS - SECOND, None),
    Case("at the opening", DutyState.OPEN, OPENS, DutyState.FULFILLED),
    Case("a second before the end", DutyState.OPEN, DUE - SECOND, DutyState.FULFILLED),
    Case("at the end", DutyState.OPEN, DUE, DutyState.LATE),
    Case("a second after the end", DutyState.OPEN, DUE + SECOND, DutyState.LATE),
    Case("in time, written after it was missed", DutyState.MISSED, DUE - SECOND, DutyState.FULFILLED),
    Case("after it was missed", DutyState.MISSED, DUE + DAY, DutyState.LATE),
    Case("could not be judged, the visit was in time", DutyState.UNJUDGED, DUE - SECOND, DutyState.FULFILLED),
    Case("could not be judged, the visit came later", DutyState.UNJUDGED, DUE, None),
    Case("waived", DutyState.WAIVED, DUE - DAY, None),
    Case("done before", DutyState.FULFILLED, DUE - DAY, None),
    Case("done late before, this one was in time and is written later", DutyState.LATE, DUE - DAY, DutyState.FULFILLED),
    Case("done late before, and once more", DutyState.LATE, DUE, None),
    Case("cancelled", DutyState.CANCELLED, DUE - DAY, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_visit_is_judged_by_when_it_happened(case: Case) -> None:
    decision = judge(facts(a_visit_owed(case.state)), a_record(case.happened_at), an_actor(), now=NOW)
    expected = [] if case.expect is None else [(an_id("visit"), case.expect)]
    assert changes(decision) == expected
    assert written(decision).items == (("访1", an_id("visit") if case.expect else None),)


def test_the_change_names_the_record_and_when_it_happened() -> None:
    decision = judge(facts(a_visit_owed()), a_record(DUE - DAY), an_actor(), now=NOW)
    (change,) = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
    assert (change.at, change.effective_at) == (NOW, DUE - DAY)
    assert change.evidence == About("visit", an_id("record"))
    assert change.reason.code == "record_in_time"
    assert change.actor == an_actor()


def test_the_sentence_names_the_last_day_or_the_minute() -> None:
    at_midnight = judge(facts(a_visit_owed()), a_record(DUE), an_actor(), now=NOW)
    assert told(at_midnight) == "走访家庭:已完成,晚于期限 3月12日。"
    in_the_demo = judge(facts(a_visit_owed(due_at=OPENS + 3 * DAY)), a_record(OPENS), an_actor(), now=NOW)
    assert told(in_the_demo) == "走访家庭:按期完成(最迟 3月5日 09:00)。"


def test_a_duty_that_no_job_has_opened_yet_is_opened_first() -> None:
    decision = judge(facts(a_visit_owed(DutyState.PLANNED)), a_record(OPENS + DAY), an_actor(), now=NOW)
    duty = an_id("visit")
    assert changes(decision) == [(duty, DutyState.OPEN), (duty, DutyState.FULFILLED)]
    opened = decision.effects[1]
    assert isinstance(opened, ChangeDuty)
    assert opened.office_id == OFFICE


@pytest.mark.parametrize(
    ("happened_at", "recovered_at"), [(DUE - DAY, DUE), (DUE + DAY, DUE + DAY)], ids=["before", "after"]
)
def test_a_missed_visit_made_up_for_ends_its_alert(happened_at: datetime, recovered_at: datetime) -> None:
    decision = judge(facts(a_visit_owed(DutyState.MISSED)), a_record(happened_at), an_actor(), now=NOW)
    (recovered,) = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
    about = about_item("访1"), About("duty", an_id("visit"))
    assert (recovered.kind, recovered.about, recovered.source) == (AlertKind.VISIT_OVERDUE, *about)
    assert (recovered.recovered_at, recovered.at) == (recovered_at, NOW)


def test_a_missed_talk_ends_an_alert_of_its_own_kind() -> None:
    talk = a_record(OPENS + 4 * DAY, kind=DutyKind.TALK)
    decision = judge(facts(a_talk_owed(DutyState.MISSED)), talk, an_actor(), now=NOW)
    (recovered,) = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
    assert recovered.kind is AlertKind.TALK_OVERDUE


def test_no_alert_ends_where_none_was_raised() -> None:
    decision = judge(facts(a_visit_owed()), a_record(DUE + SECOND), an_actor(), now=NOW)
    assert not [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]


def test_the_oldest_waiting_duty_comes_first() -> None:
    older = a_visit_owed(DutyState.MISSED, name="older", opens_at=OPENS - 30 * DAY, due_at=DUE - 30 * DAY)
    decision = judge(facts(a_visit_owed(), older), a_record(OPENS + DAY), an_actor(), now=NOW)
    assert changes(decision) == [(an_id("older"), DutyState.LATE)]


def test_a_visit_with_a_talk_fulfils_both() -> None:
    record = a_record(OPENS + DAY, "访1", "谈1")
    decision = judge(facts(a_visit_owed(), a_talk_owed()), record, an_actor(), now=NOW)
    assert sorted(changes(decision), key=str) == sorted(
        [(an_id("visit"), DutyState.FULFILLED), (an_id("talk"), DutyState.FULFILLED)], key=str
    )
    assert written(decision).items == (("访1", an_id("visit")), ("谈1", an_id("talk")))


def test_a_record_that_no_duty_waits_for_is_kept_and_says_so() -> None:
    decision = judge(facts(), a_record(NOW - DAY), an_actor(), now=NOW)
    assert changes(decision) == []
    assert codes(decision) == ["record_extra", "place_not_given"]


def test_an_item_named_twice_counts_once() -> None:
    decision = judge(facts(a_visit_owed()), a_record(OPENS, "访1", "访1"), an_actor(), now=NOW)
    assert written(decision).items == (("访1", an_id("visit")),)


EVENT = OPENS + 2 * DAY
EVENT_DUE = OPENS + 5 * DAY


def after(event: str, state: DutyState = DutyState.OPEN, *, opens_at: datetime = EVENT) -> Owed:
    """访1 because something happened."""
    return replace(a_visit_owed(state, name=event, opens_at=opens_at, due_at=opens_at + 3 * DAY), chained=False)


FULFILLED, LATE, MISSED = DutyState.FULFILLED, DutyState.LATE, DutyState.MISSED
ONE_FOR_SEVERAL = {
    "the turn and two events": (
        (a_visit_owed(), after("birth"), after("death")),
        EVENT + DAY,
        {"visit": FULFILLED, "birth": FULFILLED, "death": FULFILLED},
    ),
    "an event that comes later": ((a_visit_owed(), after("birth")), EVENT - SECOND, {"visit": FULFILLED}),
    "an event whose time is over": (
        (a_visit_owed(), after("birth", MISSED)),
        EVENT_DUE,
        {"visit": FULFILLED, "birth": LATE},
    ),
    "of two that are overdue the older": (
        (after("birth", MISSED), after("death", MISSED, opens_at=EVENT + DAY)),
        DUE,
        {"birth": LATE},
    ),
    "what is in time goes before what is overdue": (
        (after("birth", MISSED), after("death", opens_at=EVENT + 4 * DAY)),
        EVENT + 5 * DAY,
        {"death": FULFILLED},
    ),
    "of two turns the older, even where the newer has begun": (
        (a_visit_owed(MISSED), a_visit_owed(name="next", opens_at=DUE, due_at=DUE + 30 * DAY)),
        DUE + DAY,
        {"visit": LATE},
    ),
}


@pytest.mark.parametrize("name", ONE_FOR_SEVERAL)
def test_one_visit_for_several_duties_of_an_item(name: str) -> None:
    owed, happened_at, expected = ONE_FOR_SEVERAL[name]
    decision = judge(facts(*owed), a_record(happened_at), an_actor(), now=NOW)
    assert dict(changes(decision)) == {an_id(duty): state for duty, state in expected.items()}
    assert len([code for code in codes(decision) if code in {"record_in_time", "record_late"}]) == len(expected)


REFUSED = [
    ("an unknown item", a_record(OPENS, "访9"), "unknown_item", "items.0"),
    ("a talk does not cover a visit", a_record(OPENS, "谈1", "访1", kind=DutyKind.TALK), "item_of_other_kind", "items"),
    ("a visit without a visit's item", a_record(OPENS, "谈1"), "item_of_other_kind", "items"),
    ("more than two minutes ahead", a_record(NOW + timedelta(minutes=2, seconds=1)), "not_happened_yet", "happened_at"),
    ("an end ahead", a_record(NOW, ended_at=NOW + timedelta(minutes=3)), "not_happened_yet", "ended_at"),
    ("ends before it began", a_record(NOW - DAY, ended_at=NOW - 2 * DAY), "ended_before_it_began", "ended_at"),
    ("corrects nothing", a_record(OPENS, corrects_id=an_id("none")), "corrects_another_matter", "corrects_id"),
]


@pytest.mark.parametrize(("record", "code", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_written(record: NewRecord, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        judge(facts(a_visit_owed()), record, an_actor(), now=NOW)
    assert (refused.value.code, refused.value.fields) == (code, {field: code})


def test_a_clock_that_runs_a_little_ahead_is_forgiven() -> None:
    ahead = a_record(NOW + timedelta(minutes=2), ended_at=NOW + timedelta(minutes=2))
    record = written(judge(facts(), ahead, an_actor(), now=NOW))
    assert (record.happened_at, record.ended_at) == (NOW, NOW)


@pytest.mark.parametrize(
    ("role", "item", "allowed"),
    [
        (Role.AIDE, "访1", True),
        (Role.OFFICER, "访1", True),
        (Role.COUNTY_STAFF, "访1", True),
        (Role.COUNTY_HEAD, "访1", False),
        (Role.AIDE, "谈1", False),
        (Role.OFFICER, "谈1", True),
    ],
)
def test_the_policy_says_who_may_fulfil_an_item(role: Role, item: str, allowed: bool) -> None:
    kind = DutyKind.VISIT if item == "访1" else DutyKind.TALK
    record = a_record(OPENS, item, kind=kind)
    if allowed:
        assert written(judge(facts(), record, an_actor(role), now=NOW)).items == ((item, None),)
        return
    with pytest.raises(NotAllowed) as refused:
        judge(facts(), record, an_actor(role), now=NOW)
    assert refused.value.code == "item_not_yours"


def test_an_aide_on_a_visit_cannot_fulfil_the_talk_with_it() -> None:
    with pytest.raises(NotAllowed):
        judge(facts(a_visit_owed()), a_record(OPENS, "访1", "谈1"), an_actor(Role.AIDE), now=NOW)


def test_a_role_elsewhere_does_not_count() -> None:
    with pytest.raises(NotAllowed):
        judge(facts(), a_record(), an_actor(Role.OFFICER, "330000.330800.330881.hushan"), now=NOW)


def test_roles_reach_down_the_tree_and_never_by_half_a_code() -> None:
    county = Grant(Role.COUNTY_STAFF, OFFICE, "330000.330800.330881")
    sibling = Grant(Role.OFFICER, OFFICE, "330000.330800.330881.shuang")
    assert roles_reaching((county, sibling), PATH) == {Role.COUNTY_STAFF}
    assert roles_reaching((county,), "330000.330800") == frozenset()


def test_after_the_end_only_earlier_events_can_be_written() -> None:
    ended = facts(a_visit_owed(), ended_at=DUE)
    assert changes(judge(ended, a_record(DUE - SECOND), an_actor(), now=NOW)) == [(an_id("visit"), DutyState.FULFILLED)]
    with pytest.raises(Refused) as refused:
        judge(ended, a_record(DUE), an_actor(), now=NOW)
    assert refused.value.code == "record_after_end"


def test_a_correction_is_added_and_fulfils_nothing() -> None:
    old = (SUBJECT, DutyKind.VISIT)
    correction = a_record(OPENS + DAY, corrects_id=an_id("old"))
    decision = judge(facts(a_visit_owed(), corrected=old), correction, an_actor(), now=NOW)
    assert changes(decision) == []
    assert written(decision).items == (("访1", None),)
    assert codes(decision)[0] == "record_corrects"


@pytest.mark.parametrize(
    "corrected", [(an_id("another"), DutyKind.VISIT), (SUBJECT, DutyKind.TALK)], ids=["another subject", "a talk"]
)
def test_a_correction_keeps_to_its_matter(corrected: tuple[UUID, DutyKind]) -> None:
    with pytest.raises(Refused):
        judge(facts(corrected=corrected), a_record(corrects_id=an_id("old")), an_actor(), now=NOW)


@pytest.mark.parametrize(("days", "told"), [(0, False), (3, False), (4, True)])
def test_a_record_written_days_later_says_so(days: int, told: bool) -> None:
    happened_at = datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)  # 23:59:59 on the 10th, in Shanghai
    now = datetime(2026, 3, 10, 16, 0, tzinfo=UTC) + days * DAY - DAY + SECOND
    now = max(now, happened_at)
    decision = judge(facts(), a_record(happened_at), an_actor(), now=now)
    assert days_until_written(happened_at, now) == days
    assert ("written_days_later" in codes(decision)) is told


def test_how_far_from_home_the_visit_was() -> None:
    at_door = a_record(OPENS, fix=Fix(118.6, 28.7, 15.4))
    measured = replace(facts(), home_distance_m=80.4)
    assert dict(written(judge(measured, at_door, an_actor(), now=NOW)).reasons[-1].params) == {
        "metres": "80",
        "accuracy": "15",
    }
    assert codes(judge(facts(), at_door, an_actor(), now=NOW))[-1] == "place_not_measured"
    assert codes(judge(measured, replace(at_door, fix=Fix(118.6, 28.7, 0.0)), an_actor(), now=NOW))[-1] == (
        "place_measured_roughly"
    )
    mock = replace(at_door, fix=Fix(118.6, 28.7, 15.4, mock=True))
    assert codes(judge(measured, mock, an_actor(), now=NOW))[-1] == "place_mock"


@given(
    seconds=st.integers(-40 * 86400, 60 * 86400),
    state=st.sampled_from(list(DutyState)),
)
def test_a_duty_is_settled_at_most_once_and_never_before_it_opens(seconds: int, state: DutyState) -> None:
    happened = OPENS + seconds * SECOND
    decision = judge(facts(a_visit_owed(state)), a_record(happened), an_actor(), now=happened + DAY)
    settled = [found for _, found in changes(decision) if found is not DutyState.OPEN]
    assert len(settled) <= 1
    if settled:
        assert happened >= OPENS
        assert settled == [outcome(happened, DUE)]

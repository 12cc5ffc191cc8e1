"""Who is told of an alert, at which second, and what happens where nobody is there or nothing arrives."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import SHANGHAI, is_quiet
from app.rules.effects import Decision, MoveLadder, Notify, TakeStep
from app.rules.facts import About, AlertKind, Handling, LadderStep, Role
from app.rules.ladder import Episode, LadderFacts, Member, Unheard, climb, hasten, waking
from app.rules.policy import LadderMin, QuietHours
from app.rules.wording import SENTENCES
from tests.rules.policies import shipped

OFFICE, COUNTY, CITY = LadderStep
ALERT = UUID("0190a000-0000-7000-8000-00000000a1e7")
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
SECOND = timedelta(seconds=1)
NIGHT = QuietHours(22 * 60, 7 * 60, frozenset({AlertKind.MISSED_CHECK_IN}))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NINE = local("2026-03-02T09:00")


def somebody(name: str) -> UUID:
    return uuid5(SUBJECT, name)


def member(name: str, role: Role = Role.OFFICER, *, on_duty: bool = True) -> Member:
    return Member(somebody(name), role, on_duty)


STAFF: Mapping[LadderStep, tuple[Member, ...]] = {
    OFFICE: (member("aide", Role.AIDE), member("li"), member("xu")),
    COUNTY: (member("head", Role.COUNTY_HEAD), member("wang", Role.COUNTY_STAFF)),
    CITY: (member("zhao", Role.CITY_STAFF),),
}


def facts(raised_at: datetime = NINE, **changes: Any) -> LadderFacts:
    first = Episode(1, raised_at)
    made = LadderFacts(
        alert_id=ALERT,
        subject_id=SUBJECT,
        kind=AlertKind.LOST_CONTACT,
        handling=Handling.OPEN,
        ended=False,
        latest=first,
        active=(first,),
        covered={},
        told=False,
        unheard=None,
        officer_id=somebody("xu"),
        members=STAFF,
        ladder_min=LadderMin(0, 60, 240),
        quiet=NIGHT,
    )
    return replace(made, **changes)


def steps(decision: Decision) -> list[tuple[LadderStep, str]]:
    return [(step.step, step.reason.code) for step in decision.effects if isinstance(step, TakeStep)]


def told(decision: Decision) -> list[tuple[str, UUID]]:
    return [(notice.step, notice.recipient_id) for notice in decision.effects if isinstance(notice, Notify)]


def following(decision: Decision) -> tuple[LadderStep | None, datetime | None]:
    last = [effect for effect in decision.effects if isinstance(effect, TakeStep | MoveLadder)][-1]
    return last.next_step, last.next_at


# ------------------------------------------------------------------------------------------------- one step at a time


def test_the_office_is_told_at_once_and_the_county_comes_next() -> None:
    decision = climb(facts(), now=NINE)
    assert steps(decision) == [(OFFICE, "step_raised")]
    assert told(decision) == [("1.office", somebody("xu"))]
    assert following(decision) == (COUNTY, NINE + timedelta(minutes=60))


@pytest.mark.parametrize(
    ("covered", "minutes", "step", "then"),
    [({OFFICE: 1}, 60, COUNTY, (CITY, 240)), ({OFFICE: 1, COUNTY: 1}, 240, CITY, None)],
)
def test_a_step_is_due_at_its_second_and_not_one_before(
    covered: dict[LadderStep, int], minutes: int, step: LadderStep, then: tuple[LadderStep, int] | None
) -> None:
    given_ = facts(covered=covered, told=True)
    at = NINE + timedelta(minutes=minutes)
    assert steps(climb(given_, now=at - SECOND)) == []
    for now in (at, at + SECOND):
        decision = climb(given_, now=now)
        assert steps(decision) == [(step, "step_not_handled_in_time")]
        assert following(decision) == ((then[0], NINE + timedelta(minutes=then[1])) if then else (None, None))


def test_everybody_on_duty_at_the_county_is_told() -> None:
    decision = climb(facts(covered={OFFICE: 1}, told=True), now=NINE + timedelta(hours=1))
    assert told(decision) == [("1.county", somebody("head")), ("1.county", somebody("wang"))]


def test_a_notice_says_what_it_is_about() -> None:
    (notice,) = (effect for effect in climb(facts(), now=NINE).effects if isinstance(effect, Notify))
    assert (notice.recipient_kind, notice.about, notice.subject_id) == ("user", About("alert", ALERT), SUBJECT)
    assert notice.wording.code == "alert_raised"
    assert dict(notice.wording.params) == {"kind": "lost_contact", "step": "office", "n": "1"}


def test_times_count_from_the_raising_so_what_could_not_be_taken_is_taken_together() -> None:
    decision = climb(facts(), now=NINE + timedelta(hours=3))
    assert steps(decision) == [(OFFICE, "step_raised"), (COUNTY, "step_not_handled_in_time")]
    assert following(decision) == (CITY, NINE + timedelta(hours=4))


def test_asking_too_early_only_says_when() -> None:
    given_ = facts(covered={OFFICE: 1}, told=True)
    assert climb(given_, now=NINE).effects == (MoveLadder(ALERT, COUNTY, NINE + timedelta(hours=1)),)


def test_the_end_of_the_ladder_is_an_end() -> None:
    given_ = facts(covered={OFFICE: 1, COUNTY: 1, CITY: 1}, told=True)
    assert climb(given_, now=NINE + timedelta(days=30)).effects == (MoveLadder(ALERT, None, None),)


# -------------------------------------------------------------------------------------------- who is told at the office


@pytest.mark.parametrize(
    ("members", "officer", "expected"),
    [
        (STAFF[OFFICE], "xu", ["xu"]),
        (STAFF[OFFICE], "aide", ["aide"]),
        (STAFF[OFFICE], None, ["li", "xu"]),
        (STAFF[OFFICE], "somebody elsewhere", ["li", "xu"]),
        ((member("aide", Role.AIDE), member("li"), member("xu", on_duty=False)), "xu", ["li"]),
        ((member("aide", Role.AIDE), member("li", on_duty=False), member("xu", on_duty=False)), "xu", ["aide"]),
    ],
    ids=["assigned", "assigned aide", "nobody assigned", "assigned elsewhere", "assigned is away", "only the aide"],
)
def test_who_is_told_at_the_office(members: tuple[Member, ...], officer: str | None, expected: list[str]) -> None:
    officer_id = somebody(officer) if officer else None
    decision = climb(facts(members={**STAFF, OFFICE: members}, officer_id=officer_id), now=NINE)
    assert told(decision) == [("1.office", somebody(name)) for name in expected]


def test_who_holds_two_roles_is_told_once() -> None:
    both = (member("wang", Role.COUNTY_HEAD), member("wang", Role.COUNTY_STAFF))
    given_ = facts(members={**STAFF, COUNTY: both}, covered={OFFICE: 1}, told=True)
    assert told(climb(given_, now=NINE + timedelta(hours=1))) == [("1.county", somebody("wang"))]


# ------------------------------------------------------------------------------------------------- nobody on duty


def test_where_nobody_is_on_duty_the_step_above_is_due_at_once() -> None:
    decision = climb(facts(members={**STAFF, OFFICE: (member("xu", on_duty=False),)}), now=NINE)
    assert steps(decision) == [(OFFICE, "step_nobody_on_duty"), (COUNTY, "step_nobody_below")]
    assert told(decision) == [("1.county", somebody("head")), ("1.county", somebody("wang"))]
    assert following(decision) == (CITY, NINE + timedelta(hours=4))
    first = decision.effects[0]
    assert isinstance(first, TakeStep)
    assert (first.next_step, first.next_at) == (COUNTY, NINE)


def test_two_empty_levels_are_passed_in_one_decision() -> None:
    decision = climb(facts(members={CITY: STAFF[CITY]}), now=NINE)
    assert steps(decision) == [
        (OFFICE, "step_nobody_on_duty"),
        (COUNTY, "step_nobody_on_duty"),
        (CITY, "step_nobody_below"),
    ]
    assert told(decision) == [("1.city", somebody("zhao"))]
    assert following(decision) == (None, None)


def test_where_nobody_is_on_duty_anywhere_those_who_are_away_are_told() -> None:
    away = {step: tuple(replace(somebody_, on_duty=False) for somebody_ in members) for step, members in STAFF.items()}
    decision = climb(facts(members=away), now=NINE)
    assert told(decision) == [("1.city", somebody(name)) for name in ("aide", "li", "xu", "head", "wang", "zhao")]


def test_where_nobody_holds_any_role_the_ladder_still_ends() -> None:
    decision = climb(facts(members={}), now=NINE)
    assert [step for step, _ in steps(decision)] == [OFFICE, COUNTY, CITY]
    assert (told(decision), following(decision)) == ([], (None, None))


def test_an_empty_top_tells_nobody_who_is_away_once_the_office_was_told() -> None:
    given_ = facts(covered={OFFICE: 1, COUNTY: 1}, told=True, members={**STAFF, CITY: ()})
    decision = climb(given_, now=NINE + timedelta(hours=4))
    assert (steps(decision), told(decision)) == ([(CITY, "step_nobody_on_duty")], [])


# ------------------------------------------------------------------------------------------------- what stops it


@pytest.mark.parametrize(
    "state",
    [{"handling": Handling.ACKNOWLEDGED}, {"ended": True}, {"active": ()}],
    ids=["acknowledged", "supervision ended", "over"],
)
def test_what_is_in_hand_or_over_does_not_climb(state: dict[str, Any]) -> None:
    given_ = facts(covered={OFFICE: 1}, told=True, **state)
    assert climb(given_, now=NINE + timedelta(days=1)).effects == (MoveLadder(ALERT, None, None),)


@pytest.mark.parametrize(
    "state",
    [{"handling": Handling.ACKNOWLEDGED}, {"ended": True}, {"active": ()}],
    ids=["acknowledged", "supervision ended", "over"],
)
def test_but_the_office_hears_of_it_once(state: dict[str, Any]) -> None:
    decision = climb(facts(**state), now=NINE + timedelta(hours=2))
    assert steps(decision) == [(OFFICE, "step_raised")]
    assert following(decision) == (None, None)


def test_what_is_in_hand_still_climbs_to_the_first_who_is_there() -> None:
    decision = climb(facts(handling=Handling.ACKNOWLEDGED, members={**STAFF, OFFICE: ()}), now=NINE)
    assert [step for step, _ in steps(decision)] == [OFFICE, COUNTY]
    assert following(decision) == (None, None)


def test_a_closed_alert_has_no_ladder() -> None:
    decision = climb(facts(handling=Handling.CLOSED), now=NINE + timedelta(days=1))
    assert decision.effects == (MoveLadder(ALERT, None, None),)


# ------------------------------------------------------------------------------------------------- further occurrences

TEN = local("2026-03-02T10:30")


def again(**changes: Any) -> LadderFacts:
    """An alert of 09:00 that happened a second time at 10:30."""
    second = Episode(2, TEN)
    return facts(**{"latest": second, "active": (Episode(1, NINE), second), "told": False, **changes})


def test_a_further_occurrence_is_one_notice_to_the_office() -> None:
    decision = climb(again(covered={OFFICE: 1, COUNTY: 1}), now=TEN)
    assert told(decision) == [("2.office", somebody("xu"))]
    (notice,) = (effect for effect in decision.effects if isinstance(effect, Notify))
    assert (notice.wording.code, dict(notice.wording.params)["n"]) == ("alert_again", "2")


def test_a_further_occurrence_climbs_for_itself() -> None:
    given_ = again(covered={OFFICE: 2, COUNTY: 1, CITY: 1}, told=True)
    at = TEN + timedelta(hours=1)
    assert steps(climb(given_, now=at - SECOND)) == []
    assert steps(climb(given_, now=at)) == [(COUNTY, "step_not_handled_in_time")]


def test_a_further_occurrence_does_not_put_off_the_step_that_the_first_has_coming() -> None:
    decision = climb(again(covered={OFFICE: 1, COUNTY: 1}), now=TEN)
    assert following(decision) == (COUNTY, TEN + timedelta(hours=1))
    decision = climb(again(covered={OFFICE: 2, COUNTY: 2}, told=True), now=TEN + timedelta(hours=1))
    assert following(decision) == (CITY, NINE + timedelta(hours=4))


@pytest.mark.parametrize("minutes", [5, 30, 59])
def test_however_often_it_happens_the_county_hears_of_it_in_time(minutes: int) -> None:
    """The office is told each time; whatever comes in between, the county is told an hour after the first."""
    later = Episode(2, NINE + timedelta(minutes=minutes))
    given_ = facts(covered={OFFICE: 1}, latest=later, active=(Episode(1, NINE), later))
    assert following(climb(given_, now=later.raised_at)) == (COUNTY, NINE + timedelta(hours=1))


def test_what_is_over_does_not_hurry_what_goes_on() -> None:
    given_ = again(active=(Episode(2, TEN),), covered={OFFICE: 2}, told=True)
    assert following(climb(given_, now=TEN)) == (COUNTY, TEN + timedelta(hours=1))


def test_a_further_occurrence_of_what_is_in_hand_is_told_and_stays() -> None:
    decision = climb(again(covered={OFFICE: 1}, handling=Handling.ACKNOWLEDGED), now=TEN)
    assert told(decision) == [("2.office", somebody("xu"))]
    assert following(decision) == (None, None)


# -------------------------------------------------------------------------------------------- notices that came back


def test_where_every_notice_came_back_the_step_above_is_due_at_once() -> None:
    given_ = facts(covered={OFFICE: 1}, told=True, unheard=OFFICE)
    decision = climb(given_, now=NINE + timedelta(minutes=3))
    assert steps(decision) == [(COUNTY, "step_undelivered_below")]
    assert following(decision) == (CITY, NINE + timedelta(hours=4))
    (first, _) = (effect for effect in decision.effects if isinstance(effect, Notify))
    assert first.wording.code == "alert_undelivered_below"


def test_above_the_city_there_is_nobody_to_hand_it_to() -> None:
    given_ = facts(covered={OFFICE: 1, COUNTY: 1, CITY: 1}, told=True, unheard=CITY)
    assert climb(given_, now=NINE).effects == (MoveLadder(ALERT, None, None),)


def test_dead_letters_make_the_next_step_due_now_but_never_later() -> None:
    coming = Unheard(ALERT, COUNTY, NINE)
    assert hasten(coming, now=NINE - SECOND).effects == (MoveLadder(ALERT, COUNTY, NINE - SECOND),)
    assert hasten(coming, now=NINE).effects == ()


# ------------------------------------------------------------------------------------------------- the quiet hours


@pytest.mark.parametrize(
    ("now", "push_at"),
    [
        ("2026-03-02T21:59:59", "2026-03-02T21:59:59"),
        ("2026-03-02T22:00", "2026-03-03T07:00"),
        ("2026-03-02T23:59:59", "2026-03-03T07:00"),
        ("2026-03-03T00:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", "2026-03-03T07:00"),
    ],
)
def test_quiet_hours_hold_the_push_and_not_the_notice(now: str, push_at: str) -> None:
    decision = climb(facts(local(now), kind=AlertKind.MISSED_CHECK_IN), now=local(now))
    (notice,) = (effect for effect in decision.effects if isinstance(effect, Notify))
    assert (notice.at, notice.push_at) == (local(now), local(push_at))


def test_other_kinds_know_no_quiet_hours() -> None:
    at = local("2026-03-02T23:00")
    decision = climb(facts(at), now=at)
    assert [effect.push_at for effect in decision.effects if isinstance(effect, Notify)] == [at]
    assert following(decision) == (COUNTY, at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("raised", "county", "city"),
    [
        ("2026-03-02T09:00", "2026-03-02T10:00", "2026-03-02T13:00"),
        ("2026-03-02T20:59:59", "2026-03-02T21:59:59", "2026-03-03T09:59:59"),
        ("2026-03-02T21:00", "2026-03-03T07:00", "2026-03-03T10:00"),
        ("2026-03-02T21:30", "2026-03-03T07:30", "2026-03-03T10:30"),
        ("2026-03-02T22:00", "2026-03-03T08:00", "2026-03-03T11:00"),
        ("2026-03-02T23:30", "2026-03-03T08:00", "2026-03-03T11:00"),
        ("2026-03-03T03:00", "2026-03-03T08:00", "2026-03-03T11:00"),
        ("2026-03-03T06:59:59", "2026-03-03T08:00", "2026-03-03T11:00"),
        ("2026-03-03T07:00", "2026-03-03T08:00", "2026-03-03T11:00"),
        ("2026-02-28T21:30", "2026-03-01T07:30", "2026-03-01T10:30"),
    ],
)
def test_the_clock_of_the_ladder_stands_still_in_the_quiet_hours(raised: str, county: str, city: str) -> None:
    given_ = facts(local(raised), kind=AlertKind.MISSED_CHECK_IN)
    assert following(climb(given_, now=local(raised))) == (COUNTY, local(county))
    given_ = replace(given_, covered={OFFICE: 1, COUNTY: 1}, told=True)
    assert following(climb(given_, now=local(raised))) == (CITY, local(city))


QUIET = st.builds(
    QuietHours, st.integers(0, 1439), st.integers(0, 1439), st.just(frozenset({AlertKind.MISSED_CHECK_IN}))
).filter(lambda quiet: (quiet.to_minute - quiet.from_minute) % 1440 <= 18 * 60)
MOMENTS = st.integers(0, 5 * 1440).map(lambda minutes: local("2024-02-27T00:00") + timedelta(minutes=minutes))


@given(MOMENTS, st.integers(0, 600), QUIET)
def test_a_waking_clock_counts_every_minute_outside_the_quiet_hours_and_no_other(
    at: datetime, minutes: int, quiet: QuietHours
) -> None:
    def asleep(minute: datetime) -> bool:
        return is_quiet(minute, quiet.from_minute, quiet.to_minute)

    end = waking(at, minutes, quiet)
    passed = [at + timedelta(minutes=n) for n in range((end - at) // timedelta(minutes=1))]
    assert sum(not asleep(minute) for minute in passed) == minutes
    assert not asleep(end)


# ------------------------------------------------------------------------------------------------- always

STATES = st.builds(
    lambda handling, ended, times, gone, covered, told_, unheard, away, kind: facts(
        kind=kind,
        handling=handling,
        ended=ended,
        latest=Episode(len(times), NINE + timedelta(minutes=times[-1])),
        active=tuple(Episode(n, NINE + timedelta(minutes=m)) for n, m in enumerate(times, start=1) if n not in gone),
        covered={step: n for step, n in zip(LadderStep, covered, strict=True) if 0 < n <= len(times)},
        told=told_,
        unheard=unheard,
        members={step: tuple(replace(m, on_duty=step not in away) for m in STAFF[step]) for step in LadderStep},
    ),
    st.sampled_from(Handling),
    st.booleans(),
    st.lists(st.integers(0, 2000), min_size=1, max_size=4).map(sorted),
    st.sets(st.integers(1, 4)),
    st.tuples(*[st.integers(0, 4)] * 3),
    st.booleans(),
    st.sampled_from([None, *LadderStep]),
    st.sets(st.sampled_from(LadderStep)),
    st.sampled_from([AlertKind.LOST_CONTACT, AlertKind.MISSED_CHECK_IN]),
)


@given(STATES, st.integers(0, 5000))
def test_whatever_the_state_no_step_is_taken_twice_and_nothing_is_left_due(given_: LadderFacts, minutes: int) -> None:
    now = NINE + timedelta(minutes=minutes)
    decision = climb(given_, now=now)
    taken = [step for step, _ in steps(decision)]
    assert len(taken) == len(set(taken))
    assert all(given_.covered.get(step, 0) < given_.latest.n for step in taken)
    step, at = following(decision)
    assert (step is None) == (at is None)
    assert at is None or at > now
    codes = {e.reason.code for e in decision.effects if isinstance(e, TakeStep)}
    codes |= {e.wording.code for e in decision.effects if isinstance(e, Notify)}
    assert codes <= SENTENCES.keys()


@given(STATES)
def test_an_open_alert_that_goes_on_is_told_to_everybody_in_the_end(given_: LadderFacts) -> None:
    if given_.handling is not Handling.OPEN or given_.ended or not given_.active:
        return
    decision = climb(replace(given_, members=STAFF), now=NINE + timedelta(days=9))
    newest = given_.active[-1].n
    covered = {**given_.covered, **dict.fromkeys((step for step, _ in steps(decision)), given_.latest.n)}
    assert all(covered.get(step, 0) >= newest for step in LadderStep)


def test_the_shipped_policy_climbs_within_four_hours() -> None:
    policy = shipped("jiangshan")
    decision = climb(facts(ladder_min=policy.ladder_min, quiet=policy.quiet), now=NINE + timedelta(hours=4))
    assert [step for step, _ in steps(decision)] == [OFFICE, COUNTY, CITY]

"""What a try at a check-in is worth: each edge of its window, each doubt, each reason to refuse."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import SHANGHAI
from app.rules.checkins import CheckInDuty, Episode, Evidence, Facts, Try, judge
from app.rules.effects import ChangeDuty, RecordAttempt, RecoverAlert
from app.rules.facts import About, Actor, AreaVerdict, Cause, DutyState, Fix, Outcome
from app.rules.timing import Proof, Timed
from app.rules.wording import sentence

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SUBJECT = UUID(int=1)
PHONE = Actor("subject", SUBJECT)
OFFICER = Actor("user", UUID(int=2))
HERE = Fix(118.62, 28.74, 20.0)
INSIDE = Evidence(AreaVerdict.INSIDE, 4_000.0, 12.5)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


OPENS = local("2026-03-02T08:00")
DUE = local("2026-03-02T10:00")
GRACE = local("2026-03-02T10:30")


def a_duty(
    state: DutyState = DutyState.OPEN,
    opens_at: datetime = OPENS,
    due_at: datetime = DUE,
    grace: timedelta = 30 * MINUTE,
    number: int = 10,
    **changes: Any,
) -> CheckInDuty:
    end = due_at + grace
    duty = CheckInDuty(
        UUID(int=number),
        state,
        "check_in.strict.1",
        opens_at,
        due_at,
        end,
        judge_at=end + 30 * SECOND,
        random=False,
        office_id=UUID(int=3),
        policy_version_id=UUID(int=4),
        missed_at=end + 30 * SECOND if state is DutyState.MISSED else None,
        receipt_no="2026-0000-0001" if state in {DutyState.FULFILLED, DutyState.LATE} else None,
        covered_from=opens_at,
        covered_until=end,
    )
    return replace(duty, **changes)


def a_try(at: datetime, *, how: Proof = Proof.ARRIVAL, fix: Fix | None = HERE, actor: Actor = PHONE) -> Try:
    return Try(UUID(int=99), SUBJECT, actor, b"hash", at, Timed(at, how), fix, evidence=INSIDE)


def outcome(
    tried: Try, *duties: CheckInDuty, now: datetime | None = None, episodes: tuple[Episode, ...] = ()
) -> tuple[RecordAttempt, list[Any]]:
    """The attempt on record, and what follows from it."""
    at = now or tried.timed.effective_at
    record, *rest = judge(Facts(SUBJECT, duties, episodes), tried, now=at).effects
    assert isinstance(record, RecordAttempt)
    return record, rest


def codes(record: RecordAttempt) -> list[str]:
    return [reason.code for reason in record.reasons]


def states(effects: list[Any]) -> list[DutyState]:
    return [effect.state for effect in effects if isinstance(effect, ChangeDuty)]


# ------------------------------------------------------------------------------------------------- edges of the window


@dataclass(frozen=True)
class Edge:
    """One window, by local time, and what a try at an instant comes to."""

    name: str
    opens: str
    due: str
    grace_min: int
    at: str
    state: DutyState | None
    reason: str


def edges_of(name: str, opens: str, due: str, grace_min: int) -> list[Edge]:
    """One second before, at, and one second after each of the three edges."""
    wall = datetime.fromisoformat
    end = (wall(due) + timedelta(minutes=grace_min)).isoformat()

    def edge(base: str, seconds: int, state: DutyState | None, reason: str) -> Edge:
        at = wall(base) + timedelta(seconds=seconds)
        return Edge(f"{name}, {at.isoformat()}", opens, due, grace_min, at.isoformat(), state, reason)

    late = (DutyState.LATE, "checked_in_late") if grace_min else (None, "too_late")
    return [
        edge(opens, -1, None, "too_early" if wall(opens).hour else "no_duty_now"),
        edge(opens, 0, DutyState.FULFILLED, "checked_in"),
        edge(opens, 1, DutyState.FULFILLED, "checked_in"),
        edge(due, -1, DutyState.FULFILLED, "checked_in"),
        edge(due, 0, *late),
        edge(due, 1, *late),
        edge(end, -1, *((DutyState.LATE, "checked_in_late") if grace_min else (DutyState.FULFILLED, "checked_in"))),
        edge(end, 0, None, "too_late"),
        edge(end, 1, None, "too_late"),
    ]


EDGES = [
    *edges_of("a plain morning", "2026-03-02T08:00:00", "2026-03-02T10:00:00", 30),
    *edges_of("no grace", "2026-03-02T08:00:00", "2026-03-02T10:00:00", 0),
    *edges_of("ends at local midnight", "2026-03-02T22:00:00", "2026-03-03T00:00:00", 30),
    *edges_of("across local midnight", "2026-03-02T23:30:00", "2026-03-03T00:30:00", 15),
    *edges_of("opens at local midnight", "2026-03-03T00:00:00", "2026-03-03T02:00:00", 30),
    *edges_of("ends at UTC midnight", "2026-03-02T07:00:00", "2026-03-02T08:00:00", 30),
    *edges_of("month end", "2026-03-31T23:00:00", "2026-04-01T01:00:00", 30),
    *edges_of("last day of February", "2026-02-28T22:00:00", "2026-03-01T00:00:00", 30),
    *edges_of("into 29 February", "2028-02-28T23:00:00", "2028-02-29T00:30:00", 30),
    *edges_of("out of 29 February", "2028-02-29T23:00:00", "2028-03-01T00:30:00", 30),
    *edges_of("year end", "2026-12-31T23:00:00", "2027-01-01T00:30:00", 30),
]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
@pytest.mark.parametrize("actor", [PHONE, OFFICER], ids=["phone", "officer"])
def test_edges(edge: Edge, actor: Actor) -> None:
    duty = a_duty(DutyState.OPEN, local(edge.opens), local(edge.due), edge.grace_min * MINUTE)
    record, effects = outcome(a_try(local(edge.at), actor=actor), duty)
    assert states(effects) == ([edge.state] if edge.state else [])
    assert codes(record)[0] == edge.reason
    assert record.outcome == (Outcome.ACCEPTED if edge.state else Outcome.REFUSED)


@given(seconds=st.integers(-7200, 18_000), state=st.sampled_from(DutyState))
def test_one_window_gives_exactly_one_answer(seconds: int, state: DutyState) -> None:
    """Whatever the state and the second: on time, late or refused, and a duty that is settled stays so."""
    at = OPENS + timedelta(seconds=seconds)
    record, effects = outcome(a_try(at), a_duty(state))
    moved = states(effects)
    if record.outcome is Outcome.REFUSED:
        assert moved == []
        assert record.fix is None
        assert record.power_id is None
    else:
        assert moved[-1] is (DutyState.FULFILLED if OPENS <= at < DUE else DutyState.LATE)
        assert state not in {DutyState.FULFILLED, DutyState.WAIVED, DutyState.CANCELLED}


# ---------------------------------------------------------------------------------------------------------- acceptance


def test_an_accepted_try_keeps_time_place_and_verdict() -> None:
    at = OPENS + MINUTE
    record, effects = outcome(a_try(at), a_duty())
    assert (record.effective_at, record.received_at, record.duty_id) == (at, at, UUID(int=10))
    assert (record.fix, record.power_id) == (HERE, UUID(int=10))
    assert (record.area, record.area_distance_m, record.home_distance_m) == (AreaVerdict.INSIDE, 4_000.0, 12.5)
    [change] = effects
    assert change.effective_at == at
    assert change.evidence == About("attempt", UUID(int=99))
    assert change.actor == PHONE


def test_a_planned_duty_that_the_clock_opened_is_opened_on_the_way() -> None:
    _, effects = outcome(a_try(OPENS), a_duty(DutyState.PLANNED))
    assert states(effects) == [DutyState.OPEN, DutyState.FULFILLED]


@pytest.mark.parametrize("state", [DutyState.MISSED, DutyState.UNJUDGED])
def test_late_evidence_is_judged_by_its_effective_time(state: DutyState) -> None:
    record, effects = outcome(a_try(DUE - SECOND, how=Proof.ELAPSED), a_duty(state), now=DUE + timedelta(days=3))
    assert states(effects) == [DutyState.FULFILLED]
    assert codes(record) == ["checked_in", "late_evidence"]
    assert effects[0].reason.code == "late_evidence"
    assert effects[0].at == DUE + timedelta(days=3)
    assert effects[0].effective_at == DUE - SECOND


def test_late_evidence_in_the_grace_is_late() -> None:
    record, effects = outcome(a_try(DUE, how=Proof.OFFSET), a_duty(DutyState.MISSED), now=DUE + timedelta(days=3))
    assert states(effects) == [DutyState.LATE]
    assert codes(record) == ["checked_in_late", "late_evidence"]


def test_proof_of_an_earlier_check_in_turns_late_into_on_time() -> None:
    late = a_duty(DutyState.LATE)
    _, effects = outcome(a_try(DUE - SECOND, how=Proof.ELAPSED), late, now=GRACE)
    assert states(effects) == [DutyState.FULFILLED]
    record, effects = outcome(a_try(DUE + SECOND), late)
    assert (codes(record), states(effects)) == (["already_done"], [])


def test_on_time_comes_before_late_and_the_older_before_the_newer() -> None:
    older = a_duty(number=10)
    newer = a_duty(opens_at=DUE, due_at=DUE + 60 * MINUTE, number=11)
    record, _ = outcome(a_try(DUE + MINUTE), older, newer)
    assert record.duty_id == newer.id
    record, _ = outcome(a_try(DUE + MINUTE), older, replace(newer, state=DutyState.FULFILLED))
    assert record.duty_id == older.id
    twin = a_duty(due_at=DUE + 60 * MINUTE, number=12)
    record, _ = outcome(a_try(OPENS), twin, older)
    assert record.duty_id == older.id


def test_an_officer_vouches_for_time_and_place() -> None:
    tried = replace(
        a_try(OPENS, how=Proof.NONE, fix=None, actor=OFFICER), note="当面", timed=Timed(OPENS, Proof.ARRIVAL)
    )
    record, effects = outcome(tried, a_duty(), now=GRACE)
    assert (record.outcome, codes(record)) == (Outcome.ACCEPTED, ["checked_in", "recorded_by_officer"])
    assert (record.officer_id, record.note, record.received_at) == (OFFICER.id, "当面", GRACE)
    assert effects[0].actor == OFFICER


# -------------------------------------------------------------------------------------------------------------- doubts


@pytest.mark.parametrize(
    ("how", "fix", "expected"),
    [
        (Proof.NONE, HERE, ["time_not_proven"]),
        (Proof.AHEAD, HERE, ["time_ahead"]),
        (Proof.ARRIVAL, None, ["position_missing"]),
        (Proof.ARRIVAL, Fix(0.0, 0.0, 5.0), ["position_missing"]),
        (Proof.ARRIVAL, replace(HERE, accuracy_m=0.0), ["accuracy_missing"]),
        (Proof.ARRIVAL, replace(HERE, mock=True), ["mock_location"]),
        (
            Proof.NONE,
            replace(HERE, mock=True, accuracy_m=0.0),
            ["time_not_proven", "accuracy_missing", "mock_location"],
        ),
    ],
)
@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED])
def test_doubts_submit_the_duty_with_the_time_of_the_try(
    how: Proof, fix: Fix | None, expected: list[str], state: DutyState
) -> None:
    record, effects = outcome(a_try(OPENS, how=how, fix=fix), a_duty(state), now=DUE + timedelta(days=1))
    assert (record.outcome, codes(record)) == (Outcome.TO_REVIEW, expected)
    assert states(effects)[-1] is DutyState.SUBMITTED
    assert effects[-1].effective_at == OPENS
    assert not [effect for effect in effects if isinstance(effect, RecoverAlert)]
    assert record.effective_at == (OPENS if how is Proof.ARRIVAL else None)


def test_a_second_doubtful_try_changes_nothing_more() -> None:
    record, effects = outcome(a_try(OPENS, fix=None), a_duty(DutyState.SUBMITTED))
    assert (record.outcome, effects) == (Outcome.TO_REVIEW, [])


def test_a_good_try_settles_what_waited_for_review() -> None:
    record, effects = outcome(a_try(DUE - SECOND), a_duty(DutyState.SUBMITTED))
    assert (record.outcome, states(effects)) == (Outcome.ACCEPTED, [DutyState.FULFILLED])


def test_doubts_never_unsettle_a_settled_duty() -> None:
    record, effects = outcome(a_try(OPENS, fix=None), a_duty(DutyState.FULFILLED))
    assert (record.outcome, codes(record), effects) == (Outcome.REFUSED, ["already_done"], [])
    record, effects = outcome(a_try(DUE, fix=None), a_duty(DutyState.LATE))
    assert (record.outcome, codes(record), effects) == (Outcome.REFUSED, ["already_done"], [])


def test_a_doubtful_try_on_time_may_still_show_that_a_late_one_was_not() -> None:
    record, effects = outcome(a_try(OPENS, fix=None), a_duty(DutyState.LATE))
    assert (record.outcome, record.duty_id, effects) == (Outcome.TO_REVIEW, UUID(int=10), [])


TRIES = st.tuples(st.integers(-600, 9_600), st.booleans(), st.sampled_from([Proof.ELAPSED, Proof.NONE]))


@given(tries=st.lists(TRIES, max_size=6), first=st.sampled_from([DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED]))
def test_the_order_of_arrival_never_matters(tries: list[tuple[int, bool, Proof]], first: DutyState) -> None:
    """Good tries decide, the earliest class of them; doubtful ones only where there is no good one."""
    state, later = first, GRACE + timedelta(days=2)
    for seconds, has_place, how in tries:
        tried = a_try(OPENS + timedelta(seconds=seconds), how=how, fix=HERE if has_place else None)
        state = (states(outcome(tried, a_duty(state), now=later)[1]) or [state])[-1]
    inside = [
        (OPENS + timedelta(seconds=seconds) < DUE, has_place and how is Proof.ELAPSED)
        for seconds, has_place, how in tries
        if OPENS <= OPENS + timedelta(seconds=seconds) < GRACE
    ]
    good = [on_time for on_time, proven in inside if proven]
    expected = DutyState.SUBMITTED if inside else first
    if good:
        expected = DutyState.FULFILLED if any(good) else DutyState.LATE
    assert state is expected


def test_a_time_that_nothing_proves_counts_for_the_window_of_its_arrival_too() -> None:
    """A slow clock says 07:00, but the try came in at 08:30, while the window was open."""
    record, effects = outcome(a_try(OPENS - 60 * MINUTE, how=Proof.NONE), a_duty(), now=OPENS + 30 * MINUTE)
    assert (record.outcome, states(effects)) == (Outcome.TO_REVIEW, [DutyState.SUBMITTED])
    record, effects = outcome(a_try(OPENS - 60 * MINUTE, how=Proof.ELAPSED), a_duty(), now=OPENS + 30 * MINUTE)
    assert (record.outcome, codes(record)[0], effects) == (Outcome.REFUSED, "too_early", [])


def test_a_mock_place_is_kept_and_proves_nothing() -> None:
    record, _ = outcome(a_try(OPENS, fix=replace(HERE, mock=True)), a_duty())
    assert record.fix is not None
    assert record.area is AreaVerdict.CANNOT_TELL


# ------------------------------------------------------------------------------------------------------------- refusals


def random_duty(**changes: Any) -> CheckInDuty:
    return a_duty(
        DutyState.PLANNED, local("2026-03-02T15:07"), local("2026-03-02T16:07"), number=20, random=True, **changes
    )


def test_a_random_time_is_never_told_by_a_refusal() -> None:
    record, _ = outcome(a_try(local("2026-03-02T14:00")), random_duty())
    assert codes(record) == ["too_early"]
    assert record.duty_id is None
    assert "15:07" not in str(record)


def test_a_fixed_time_is_not_told_where_that_would_tell_on_which_side_the_random_one_lies() -> None:
    at = local("2026-03-02T12:00")
    for opens in ("2026-03-02T13:00", "2026-03-02T18:00"):
        fixed = a_duty(DutyState.PLANNED, local(opens), local(opens) + 60 * MINUTE)
        assert codes(outcome(a_try(at), fixed, random_duty())[0]) == ["too_early"]


def test_a_fixed_time_is_told() -> None:
    record, _ = outcome(a_try(OPENS - SECOND), a_duty(DutyState.PLANNED))
    assert codes(record) == ["too_early", "window_opens"]
    assert sentence("window_opens", dict(record.reasons[1].params)) == "下一次签到从3月2日 08:00开始。"


def test_a_random_time_that_has_come_is_told() -> None:
    """An offline try that arrives after the window opened gives nothing away."""
    record, _ = outcome(
        a_try(local("2026-03-02T14:00"), how=Proof.ELAPSED), random_duty(), now=local("2026-03-02T15:30")
    )
    assert codes(record) == ["too_early", "window_opens"]


def test_a_done_duty_names_its_receipt() -> None:
    record, effects = outcome(a_try(OPENS + MINUTE), a_duty(DutyState.FULFILLED))
    assert (codes(record), record.duty_id, effects) == (["already_done"], UUID(int=10), [])
    assert "2026-0000-0001" in sentence("already_done", dict(record.reasons[0].params))


@pytest.mark.parametrize("state", [DutyState.WAIVED, DutyState.CANCELLED])
def test_nothing_is_owed_where_the_duty_was_waived_or_fell_away(state: DutyState) -> None:
    for at in (OPENS - SECOND, OPENS, DUE, GRACE):
        record, effects = outcome(a_try(at), a_duty(state))
        assert (record.outcome, codes(record), effects) == (Outcome.REFUSED, ["no_duty_now"], [])


def test_what_was_done_before_does_not_make_the_next_try_too_late() -> None:
    record, _ = outcome(a_try(local("2026-03-02T12:00")), a_duty(DutyState.FULFILLED), random_duty())
    assert codes(record) == ["too_early"]
    record, _ = outcome(a_try(local("2026-03-02T12:00")), a_duty(DutyState.MISSED), random_duty())
    assert (codes(record), record.duty_id) == (["too_late"], UUID(int=10))


def test_yesterday_and_tomorrow_are_other_days() -> None:
    at = local("2026-03-03T07:00")
    assert codes(outcome(a_try(at), a_duty(DutyState.MISSED))[0]) == ["no_duty_now"]
    tomorrow = a_duty(DutyState.PLANNED, local("2026-03-04T08:00"), local("2026-03-04T10:00"))
    assert codes(outcome(a_try(at), tomorrow)[0]) == ["no_duty_now"]


def test_a_refused_try_keeps_no_place_and_says_if_the_clock_was_in_doubt() -> None:
    record, _ = outcome(a_try(GRACE, how=Proof.NONE), a_duty(DutyState.MISSED), now=GRACE + timedelta(hours=9))
    assert (record.fix, record.power_id, record.area, record.home_distance_m) == (None, None, None, None)
    assert codes(record) == ["too_late", "clock_differs"]
    assert record.effective_at is None


def test_every_reason_has_its_sentence() -> None:
    tries = [
        a_try(at, how=how, fix=fix)
        for at in (OPENS - SECOND, OPENS, DUE, GRACE)
        for how in Proof
        for fix in (None, HERE)
    ]
    for tried in tries:
        for state in DutyState:
            record, effects = outcome(tried, a_duty(state), now=GRACE, episodes=(Episode(UUID(int=5), OPENS - MINUTE),))
            reasons = [*record.reasons, *(effect.reason for effect in effects)]
            assert all(sentence(reason.code, dict(reason.params)).endswith("。") for reason in reasons)


# --------------------------------------------------------------------------------------------------------------- power


def test_a_place_is_kept_only_under_the_power_of_its_duty() -> None:
    for uncovered in (
        a_duty(covered_from=None, covered_until=None),
        a_duty(covered_until=OPENS + MINUTE),
        a_duty(covered_from=OPENS + 2 * MINUTE),
    ):
        record, effects = outcome(a_try(OPENS + MINUTE), uncovered)
        assert (record.outcome, states(effects)) == (Outcome.ACCEPTED, [DutyState.FULFILLED])
        assert (record.fix, record.power_id, record.home_distance_m) == (None, None, None)
        assert record.area is AreaVerdict.CANNOT_TELL


# ------------------------------------------------------------------------------------------------------------- recovery


def recovered(effects: list[Any]) -> list[tuple[UUID | None, datetime, Cause | None]]:
    found = [effect for effect in effects if isinstance(effect, RecoverAlert)]
    assert all(effect.about == About("subject", SUBJECT) for effect in found)
    return [(effect.source.id if effect.source else None, effect.recovered_at, effect.cause) for effect in found]


MONDAY, TUESDAY = Episode(UUID(int=31), DUE - timedelta(days=3)), Episode(UUID(int=32), DUE - timedelta(days=2))
TOMORROW = Episode(UUID(int=33), DUE + timedelta(days=1))


def test_the_next_check_in_ends_what_was_missed_before() -> None:
    _, effects = outcome(a_try(OPENS), a_duty(), episodes=(MONDAY, TUESDAY))
    assert recovered(effects) == [(None, OPENS, None)]


def test_a_late_check_in_ends_it_too() -> None:
    _, effects = outcome(a_try(DUE), a_duty(), episodes=(MONDAY,))
    assert recovered(effects) == [(None, DUE, None)]


def test_without_a_missed_one_nothing_recovers() -> None:
    _, effects = outcome(a_try(OPENS), a_duty())
    assert recovered(effects) == []


def test_a_refused_or_doubtful_try_ends_nothing() -> None:
    assert recovered(outcome(a_try(GRACE), a_duty(), episodes=(MONDAY,))[1]) == []
    assert recovered(outcome(a_try(OPENS, fix=None), a_duty(), episodes=(MONDAY,))[1]) == []


def test_late_evidence_ends_its_own_episode_with_the_phone_as_cause_and_none_that_came_after() -> None:
    own = Episode(UUID(int=10), DUE)
    late = a_try(OPENS, how=Proof.ELAPSED)
    _, effects = outcome(late, a_duty(DutyState.MISSED), now=DUE + timedelta(days=2), episodes=(MONDAY, own, TOMORROW))
    ended = (own.duty_id, DUE, Cause.PHONE)  # its miss, and what the miss may have asked a person to look at
    assert recovered(effects) == [ended, ended, (None, OPENS, None)]


def test_what_was_missed_after_an_old_check_in_goes_on() -> None:
    late = a_try(OPENS, how=Proof.ELAPSED)
    _, effects = outcome(late, a_duty(DutyState.UNJUDGED), now=DUE + timedelta(days=2), episodes=(TOMORROW,))
    assert recovered(effects) == []


def test_an_officers_record_does_not_blame_the_phone() -> None:
    own = Episode(UUID(int=10), DUE)
    tried = a_try(DUE + MINUTE, actor=OFFICER)
    _, effects = outcome(tried, a_duty(DutyState.MISSED), now=DUE + timedelta(days=2), episodes=(own,))
    assert set(recovered(effects)) == {(own.duty_id, DUE + MINUTE, None)}

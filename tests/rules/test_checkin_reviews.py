"""What an officer's review of a doubtful check-in changes, and that it is given once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.checkins import CheckInDuty, Episode, ReviewFacts, Standing, review
from app.rules.effects import ChangeDuty, RaiseAlert, RecoverAlert, ReviewAttempt
from app.rules.errors import Conflict
from app.rules.facts import About, Actor, AlertKind, Cause, DutyState, Outcome
from app.rules.wording import sentence

OPENS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DUE = OPENS + timedelta(hours=2)
GRACE = DUE + timedelta(minutes=30)
JUDGED = GRACE + timedelta(seconds=30)
NEXT_DAY = OPENS + timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
SUBJECT, ATTEMPT = UUID(int=1), UUID(int=99)
OFFICER = Actor("user", UUID(int=2))

DUTY = CheckInDuty(
    UUID(int=10),
    DutyState.SUBMITTED,
    "check_in.strict.1",
    OPENS,
    DUE,
    GRACE,
    JUDGED,
    random=False,
    office_id=UUID(int=3),
    policy_version_id=UUID(int=4),
)


def standing(at: datetime, number: int = 99, *, proven: bool = True, received_at: datetime | None = None) -> Standing:
    return Standing(UUID(int=number), at, received_at or at, at if proven else None, reviewed=False)


def facts(*tries: Standing, duty: CheckInDuty | None = DUTY, **changes: Any) -> ReviewFacts:
    return replace(ReviewFacts(SUBJECT, ATTEMPT, Outcome.TO_REVIEW, False, duty, tries), **changes)


def answered(given: ReviewFacts, *, accepted: bool, now: datetime = NEXT_DAY) -> list[Any]:
    """What follows from the answer; the answer itself is on record in every case."""
    first, *rest = review(given, accepted=accepted, note="电话核实", actor=OFFICER, now=now).effects
    assert first == ReviewAttempt(SUBJECT, ATTEMPT, accepted, UUID(int=2), now, "电话核实")
    return rest


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (OPENS, DutyState.FULFILLED),
        (DUE - SECOND, DutyState.FULFILLED),
        (DUE, DutyState.LATE),
        (GRACE - SECOND, DutyState.LATE),
    ],
)
@pytest.mark.parametrize("proven", [True, False])
def test_accepted_counts_by_the_time_of_the_try(at: datetime, state: DutyState, proven: bool) -> None:
    [change] = answered(facts(standing(at, proven=proven, received_at=NEXT_DAY)), accepted=True)
    assert (change.state, change.effective_at, change.at) == (state, at, NEXT_DAY)
    assert (change.actor, change.note, change.evidence) == (OFFICER, "电话核实", About("attempt", ATTEMPT))


def test_accepted_counts_by_the_first_try_that_stands() -> None:
    [change] = answered(facts(standing(DUE + MINUTE), standing(DUE - MINUTE, 98)), accepted=True)
    assert (change.state, change.effective_at) == (DutyState.FULFILLED, DUE - MINUTE)


def test_a_claim_outside_the_window_counts_by_its_arrival() -> None:
    claim = standing(OPENS - timedelta(hours=5), proven=False, received_at=DUE + MINUTE)
    [change] = answered(facts(claim), accepted=True)
    assert (change.state, change.effective_at) == (DutyState.LATE, DUE + MINUTE)


def test_accepted_ends_the_alert_of_a_missed_duty_with_the_phone_as_cause() -> None:
    missed = replace(DUTY, missed_at=JUDGED)
    episodes = (Episode(UUID(int=31), DUE - timedelta(days=2)), Episode(DUTY.id, DUE))
    rest = answered(facts(standing(OPENS), duty=missed, episodes=episodes), accepted=True)
    recovered = [
        (e.kind, e.source and e.source.id, e.recovered_at, e.cause) for e in rest if isinstance(e, RecoverAlert)
    ]
    assert recovered == [
        (AlertKind.MISSED_CHECK_IN, DUTY.id, DUE, Cause.PHONE),
        (AlertKind.SUSPECTED_SEPARATION, DUTY.id, DUE, Cause.PHONE),
        (AlertKind.MISSED_CHECK_IN, None, OPENS, None),
    ]


def test_accepted_turns_late_into_on_time_and_leaves_what_is_settled() -> None:
    late = replace(DUTY, state=DutyState.LATE)
    [change] = answered(facts(standing(OPENS), duty=late), accepted=True)
    assert change.state is DutyState.FULFILLED
    assert answered(facts(standing(DUE), duty=late), accepted=True) == []
    for state in (DutyState.FULFILLED, DutyState.WAIVED, DutyState.CANCELLED):
        assert answered(facts(standing(OPENS), duty=replace(DUTY, state=state)), accepted=True) == []


def test_rejected_is_missed_with_an_alert_at_the_time_it_was_due() -> None:
    change, alert = answered(facts(standing(OPENS)), accepted=False)
    assert (change.state, change.reason.code, change.note) == (DutyState.MISSED, "review_rejected", "电话核实")
    assert isinstance(alert, RaiseAlert)
    assert (alert.kind, alert.about) == (AlertKind.MISSED_CHECK_IN, About("subject", SUBJECT))
    assert (alert.source, alert.event_at, alert.at) == (About("duty", DUTY.id), DUE, NEXT_DAY)
    assert (alert.office_id, alert.rule_code, alert.policy_version_id) == (
        DUTY.office_id,
        DUTY.rule_code,
        DUTY.policy_version_id,
    )
    assert (
        sentence(alert.why.code, dict(alert.why.params)) == "3月2日 08:00至3月2日 10:00的签到经工作人员核实,未予认可。"
    )


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS + MINUTE, DutyState.OPEN),
        (JUDGED - SECOND, DutyState.OPEN),
        (JUDGED, DutyState.MISSED),
        (JUDGED + SECOND, DutyState.MISSED),
    ],
)
def test_rejected_before_the_end_is_owed_again(now: datetime, state: DutyState) -> None:
    effects = answered(facts(standing(OPENS)), accepted=False, now=now)
    assert [effect.state for effect in effects if isinstance(effect, ChangeDuty)] == [state]
    assert len([effect for effect in effects if isinstance(effect, RaiseAlert)]) == (state is DutyState.MISSED)


def test_rejected_waits_for_the_other_tries_that_stand() -> None:
    assert answered(facts(standing(OPENS), standing(OPENS + MINUTE, 98)), accepted=False) == []


def test_rejected_leaves_a_duty_that_another_check_in_settled() -> None:
    for state in DutyState:
        if state is not DutyState.SUBMITTED:
            assert answered(facts(standing(OPENS), duty=replace(DUTY, state=state)), accepted=False) == []


def test_rejected_goes_back_to_unjudged_where_the_service_was_away() -> None:
    [change] = answered(facts(standing(OPENS), duty=replace(DUTY, excused=True)), accepted=False)
    assert change.state is DutyState.UNJUDGED


@pytest.mark.parametrize(
    ("ended_at", "state"),
    [
        (OPENS + SECOND, DutyState.CANCELLED),
        (JUDGED - SECOND, DutyState.CANCELLED),
        (JUDGED, DutyState.MISSED),
        (NEXT_DAY, DutyState.MISSED),
    ],
)
def test_rejected_after_supervision_ended_alerts_nobody(ended_at: datetime, state: DutyState) -> None:
    """The duty is what it would be without the try: called off at the end, or missed before it."""
    (change,) = answered(facts(standing(OPENS), ended_at=ended_at), accepted=False, now=NEXT_DAY + MINUTE)
    assert (type(change), change.state) == (ChangeDuty, state)


def test_rejected_before_its_end_nothing_is_owed_again_where_supervision_ended() -> None:
    given = facts(standing(OPENS), ended_at=OPENS + MINUTE)
    (change,) = answered(given, accepted=False, now=OPENS + 2 * MINUTE)
    assert change.state is DutyState.CANCELLED


def test_a_review_is_given_once_and_only_where_one_waits() -> None:
    with pytest.raises(Conflict, match="already_reviewed"):
        answered(facts(standing(OPENS), reviewed=True), accepted=True)
    for outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
        with pytest.raises(Conflict, match="nothing_to_review"):
            answered(facts(standing(OPENS), outcome=outcome), accepted=False)

"""When an event on a phone really happened: every proof, every contradiction, and what may never come out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.timing import TOLERANCE, Proof, Sending, effective_time, observed_offset_s

ARRIVAL = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR_MS = 3_600_000
SECOND = timedelta(seconds=1)


def ago(**parts: float) -> datetime:
    return ARRIVAL - timedelta(**parts)


def sending(
    sent_at: datetime | None = None,
    elapsed_ms: int | None = None,
    boot_id: str | None = "boot",
    offset_s: float | None = None,
) -> Sending:
    return Sending(ARRIVAL, sent_at, elapsed_ms, boot_id, offset_s)


@dataclass(frozen=True)
class Case:
    name: str
    recorded_at: datetime
    elapsed_ms: int | None
    sending: Sending
    effective_at: datetime
    how: Proof


CASES = (
    Case(
        "two readings of one boot", ago(hours=3), HOUR_MS, sending(elapsed_ms=4 * HOUR_MS), ago(hours=3), Proof.ELAPSED
    ),
    Case(
        "they beat a clock that was set back",
        ago(days=9),
        HOUR_MS,
        sending(elapsed_ms=2 * HOUR_MS),
        ago(hours=1),
        Proof.ELAPSED,
    ),
    Case(
        "they beat a clock that agrees with arrival",
        ARRIVAL,
        0,
        sending(elapsed_ms=2 * HOUR_MS),
        ago(hours=2),
        Proof.ELAPSED,
    ),
    Case("they beat a clock that runs ahead", ago(hours=-5), 7, sending(elapsed_ms=7), ARRIVAL, Proof.ELAPSED),
    Case("sent in the millisecond of recording", ARRIVAL, 5, sending(elapsed_ms=5), ARRIVAL, Proof.ELAPSED),
    Case(
        "a reading after the sending is of another boot",
        ago(hours=1),
        9,
        sending(elapsed_ms=8),
        ago(hours=1),
        Proof.NONE,
    ),
    Case("a negative reading proves nothing", ago(hours=1), -1, sending(elapsed_ms=8), ago(hours=1), Proof.NONE),
    Case("two negative readings prove nothing", ago(hours=1), -9, sending(elapsed_ms=-8), ago(hours=1), Proof.NONE),
    Case(
        "a contradiction leaves a time near arrival as it is", ARRIVAL, 9, sending(elapsed_ms=8), ARRIVAL, Proof.ARRIVAL
    ),
    Case("no boot is named", ago(hours=1), 1, sending(elapsed_ms=2, boot_id=None), ago(hours=1), Proof.NONE),
    Case("no reading at the sending", ago(hours=1), 1, sending(), ago(hours=1), Proof.NONE),
    Case("no reading at the recording", ago(hours=1), None, sending(elapsed_ms=1), ago(hours=1), Proof.NONE),
    Case("nothing is told, at arrival", ARRIVAL, None, sending(boot_id=None), ARRIVAL, Proof.ARRIVAL),
    Case("two minutes before arrival", ago(minutes=2), None, sending(), ago(minutes=2), Proof.ARRIVAL),
    Case("a second more", ago(minutes=2, seconds=1), None, sending(), ago(minutes=2, seconds=1), Proof.NONE),
    Case("two minutes ahead is held to arrival", ago(minutes=-2), None, sending(), ARRIVAL, Proof.ARRIVAL),
    Case("a second more is ahead", ago(minutes=-2, seconds=-1), None, sending(), ARRIVAL, Proof.AHEAD),
    Case(
        "a right clock, proven earlier",
        ago(hours=3),
        None,
        sending(offset_s=0.4),
        ago(hours=3, seconds=-0.4),
        Proof.OFFSET,
    ),
    Case("a slow clock, proven earlier", ago(hours=5), None, sending(offset_s=7200), ago(hours=3), Proof.OFFSET),
    Case("a fast clock, proven earlier", ago(hours=1), None, sending(offset_s=-7200), ago(hours=3), Proof.OFFSET),
    Case("an offset without its boot", ago(hours=5), None, sending(boot_id=None, offset_s=0), ago(hours=5), Proof.NONE),
    Case(
        "the present request agrees",
        ago(hours=3),
        None,
        sending(sent_at=ago(seconds=100), offset_s=0),
        ago(hours=3),
        Proof.OFFSET,
    ),
    Case(
        "the clock was put right since, so the old offset proves nothing",
        ago(hours=3),
        None,
        sending(sent_at=ARRIVAL, offset_s=-7200),
        ago(hours=3),
        Proof.NONE,
    ),
    Case("correction carries it past arrival", ago(hours=1), None, sending(offset_s=7200), ARRIVAL, Proof.AHEAD),
    Case("correction carries it just past arrival", ago(hours=1), None, sending(offset_s=3660), ARRIVAL, Proof.OFFSET),
    Case(
        "leap day, across local midnight",
        datetime(2028, 2, 29, 15, 59, tzinfo=UTC),
        1000,
        Sending(datetime(2028, 2, 29, 16, 1, tzinfo=UTC), None, 241_000, "boot"),
        datetime(2028, 2, 29, 15, 57, tzinfo=UTC),
        Proof.ELAPSED,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_effective_time(case: Case) -> None:
    timed = effective_time(case.recorded_at, case.elapsed_ms, case.sending)
    assert (timed.effective_at, timed.how) == (case.effective_at, case.how)


def test_only_times_with_a_proof_are_proven() -> None:
    proven = {case.how: effective_time(case.recorded_at, case.elapsed_ms, case.sending).proven for case in CASES}
    assert proven == {
        Proof.ELAPSED: True,
        Proof.ARRIVAL: True,
        Proof.OFFSET: True,
        Proof.NONE: False,
        Proof.AHEAD: False,
    }


@pytest.mark.parametrize(
    ("told", "offset"),
    [
        (sending(sent_at=ago(seconds=3)), 3.0),
        (sending(sent_at=ago(seconds=-90)), -90.0),
        (sending(), None),
        (sending(sent_at=ARRIVAL, boot_id=None), None),
    ],
)
def test_a_request_shows_its_offset_only_with_its_boot(told: Sending, offset: float | None) -> None:
    assert observed_offset_s(told) == offset


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
READINGS = st.none() | st.integers(-(10**13), 10**13)
SENDINGS = st.builds(
    Sending,
    received_at=INSTANTS,
    sent_at=st.none() | INSTANTS,
    elapsed_ms=READINGS,
    boot_id=st.none() | st.just("boot"),
    proven_offset_s=st.none() | st.floats(-3e9, 3e9),
)


@given(recorded_at=INSTANTS, reading=READINGS, told=SENDINGS)
def test_nothing_ever_happens_after_its_arrival(recorded_at: datetime, reading: int | None, told: Sending) -> None:
    assert effective_time(recorded_at, reading, told).effective_at <= told.received_at


@given(recorded_at=INSTANTS, received_at=INSTANTS)
def test_a_phone_that_tells_nothing_is_believed_near_arrival_only(recorded_at: datetime, received_at: datetime) -> None:
    timed = effective_time(recorded_at, None, Sending(received_at))
    assert timed.proven == (abs(received_at - recorded_at) <= TOLERANCE)


@given(
    wall=INSTANTS,
    age_ms=st.integers(0, 30 * 24 * HOUR_MS),
    booted_ms=st.integers(0, 10**9),
    late_s=st.integers(0, 10**6),
)
def test_with_the_monotonic_clock_neither_wall_clock_nor_waiting_matters(
    wall: datetime, age_ms: int, booted_ms: int, late_s: int
) -> None:
    """The same event sent later is the same time: what the journey adds to arrival it adds to the reading."""
    happened = ARRIVAL - timedelta(milliseconds=age_ms)
    waited = timedelta(seconds=late_s)
    told = Sending(ARRIVAL + waited, None, booted_ms + age_ms + late_s * 1000, "boot")
    timed = effective_time(wall, booted_ms, told)
    assert (timed.effective_at, timed.how) == (happened, Proof.ELAPSED)

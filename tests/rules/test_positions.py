"""Which reports can be used and when they happened; which checks a fix fulfils."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.effects import ChangeDuty
from app.rules.facts import DutyState
from app.rules.positions import CheckFacts, Report, judge_checks, sort_out
from app.rules.timing import Sending

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def a_report(at: datetime = NOW, *, lon: float = 118.6, lat: float = 28.7, id: UUID | None = None) -> Report:  # noqa: A002
    return Report(id or uuid4(), at, lon, lat, 20.0, lon, lat)


class TestSortingOut:
    def test_a_live_report_is_used_with_its_own_time(self) -> None:
        found = sort_out([a_report(NOW - 3 * SECOND)], Sending(NOW))

        assert [usable.timed.effective_at for usable in found.usable] == [NOW - 3 * SECOND]
        assert found.usable[0].timed.proven

    def test_an_old_report_without_proof_keeps_its_time_as_a_claim(self) -> None:
        found = sort_out([a_report(NOW - 5 * HOUR)], Sending(NOW))

        assert found.usable[0].timed.effective_at == NOW - 5 * HOUR
        assert not found.usable[0].timed.proven

    @pytest.mark.parametrize(
        ("ahead", "aside"), [(119 * SECOND, False), (120 * SECOND, False), (121 * SECOND, True), (HOUR, True)]
    )
    def test_more_than_two_minutes_ahead_of_its_arrival_is_set_aside(self, ahead: timedelta, aside: bool) -> None:
        found = sort_out([a_report(NOW + ahead)], Sending(NOW))

        assert [each.reason for each in found.set_aside] == (["future_time"] if aside else [])
        assert len(found.usable) == (not aside)

    def test_a_clock_that_is_a_year_ahead_is_corrected_by_its_monotonic_time(self) -> None:
        late = a_report(NOW + timedelta(days=365))._replace(recorded_elapsed_ms=60_000)

        found = sort_out([late], Sending(NOW, elapsed_ms=360_000, boot_id="one"))

        assert found.usable[0].timed.effective_at == NOW - 5 * MINUTE
        assert found.set_aside == ()

    @pytest.mark.parametrize(
        ("lon", "lat", "aside"),
        [(0.0, 0.0, True), (0.0009, -0.0009, True), (0.0, 28.7, False), (118.6, 0.0, False), (0.001, 0.0, False)],
    )
    def test_null_island_is_no_fix(self, lon: float, lat: float, aside: bool) -> None:
        found = sort_out([a_report(lon=lon, lat=lat)], Sending(NOW))

        assert [each.reason for each in found.set_aside] == (["null_island"] if aside else [])

    def test_the_same_id_at_another_time_is_another_report(self) -> None:
        one = a_report(NOW)
        again = a_report(NOW - MINUTE, id=one.id)

        found = sort_out([one, again, one], Sending(NOW))

        assert (len(found.usable), found.doubled) == (2, 1)

    def test_the_same_time_and_place_under_another_id_is_one_report(self) -> None:
        found = sort_out([a_report(NOW), a_report(NOW), a_report(NOW, lat=28.8)], Sending(NOW))

        assert (len(found.usable), found.doubled) == (2, 1)

    @given(st.permutations([0, 60, 120, 7200, 86_400, -600, 0]))
    def test_neither_order_nor_repetition_changes_what_is_used(self, ages: list[int]) -> None:
        reports = [a_report(NOW - timedelta(seconds=age), id=UUID(int=abs(age) + 1)) for age in ages]

        found = sort_out(reports, Sending(NOW))

        assert {usable.report.id for usable in found.usable} == {
            UUID(int=age + 1) for age in (0, 60, 120, 7200, 86_400)
        }
        assert (len(found.set_aside), found.doubled) == (1, 1)


class TestLocationChecks:
    def a_check(self, fix_at: datetime, state: DutyState = DutyState.OPEN) -> CheckFacts:
        return CheckFacts(UUID(int=1), state, NOW, UUID(int=2), UUID(int=3), fix_at)

    def judged(self, check: CheckFacts) -> ChangeDuty:
        [effect] = judge_checks([check], now=NOW + HOUR).effects
        assert isinstance(effect, ChangeDuty)
        return effect

    @pytest.mark.parametrize("state", [DutyState.OPEN, DutyState.MISSED, DutyState.PLANNED])
    def test_a_fix_inside_the_window_fulfils_by_its_own_time(self, state: DutyState) -> None:
        change = self.judged(self.a_check(NOW - SECOND, state))

        assert (change.state, change.effective_at, change.at) == (DutyState.FULFILLED, NOW - SECOND, NOW + HOUR)
        assert change.evidence is not None
        assert change.evidence.id == UUID(int=3)

    @pytest.mark.parametrize(
        ("at", "state"),
        [(NOW - SECOND, DutyState.FULFILLED), (NOW, DutyState.LATE), (NOW + SECOND, DutyState.LATE)],
    )
    def test_the_end_of_the_window_is_exclusive(self, at: datetime, state: DutyState) -> None:
        assert self.judged(self.a_check(at)).state is state

    def test_what_was_late_is_turned_by_an_earlier_fix_alone(self) -> None:
        assert self.judged(self.a_check(NOW - SECOND, DutyState.LATE)).state is DutyState.FULFILLED
        assert judge_checks([self.a_check(NOW, DutyState.LATE)], now=NOW + HOUR).effects == ()

    def test_what_could_not_be_judged_takes_evidence_that_clears_it(self) -> None:
        assert self.judged(self.a_check(NOW - SECOND, DutyState.UNJUDGED)).state is DutyState.FULFILLED
        assert judge_checks([self.a_check(NOW, DutyState.UNJUDGED)], now=NOW + HOUR).effects == ()

    def test_a_duty_that_nobody_opened_freezes_the_office_of_today(self) -> None:
        assert self.judged(self.a_check(NOW - SECOND, DutyState.PLANNED)).office_id == UUID(int=2)
        assert self.judged(self.a_check(NOW - SECOND, DutyState.OPEN)).office_id is None

"""The score of a replay: one to one, slack, duplicates, what could not be seen."""

from datetime import UTC, datetime, timedelta

import pytest

from app.simulation.replay.score import Episode, Exposure, Occurrence, nearest_rank, score

T = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EXPOSURE = Exposure(subjects=2, supervised_days=60, officers=1, days=30, pushes=15)


def episode(start: int, end: int, *, cause: str | None = None, evidence: int | None = 0, who: str = "a") -> Episode:
    seen = None if evidence is None else T + (start + evidence) * MINUTE
    return Episode(who, T + start * MINUTE, T + end * MINUTE, cause, seen)


def occurrence(at: int, *, raised: int | None = None, cause: str = "unsure", who: str = "a") -> Occurrence:
    return Occurrence(who, T + at * MINUTE, T + (at if raised is None else raised) * MINUTE, cause)


def test_nothing_happened_and_nothing_was_told() -> None:
    told = score("left_area", [], [], EXPOSURE)
    assert (told["true"], told["false"], told["missed"]) == (0, 0, 0)
    assert told["precision"] is None
    assert told["recall"] is None
    assert told["delay_s"] == {"p50": None, "p95": None}


@pytest.mark.parametrize(
    ("event_at", "counts"),
    [(-61, False), (-60, True), (0, True), (30, True), (31, False)],
)
def test_an_occurrence_means_an_episode_from_an_hour_before_it_until_its_end(event_at: int, counts: bool) -> None:
    told = score("left_area", [episode(0, 30)], [occurrence(event_at)], EXPOSURE)
    assert told["true"] == int(counts)
    assert told["false"] == int(not counts)
    assert told["missed"] == int(not counts)


def test_a_second_occurrence_in_one_episode_is_a_duplicate_and_false() -> None:
    told = score("left_area", [episode(0, 30)], [occurrence(1), occurrence(2)], EXPOSURE)
    assert (told["true"], told["duplicates"], told["false"]) == (1, 1, 1)
    assert told["precision"] == 0.5


def test_another_persons_occurrence_matches_nothing() -> None:
    told = score("left_area", [episode(0, 30)], [occurrence(1, who="b")], EXPOSURE)
    assert (told["true"], told["false"], told["missed"]) == (0, 1, 1)


def test_what_no_evidence_showed_is_counted_apart() -> None:
    told = score("left_area", [episode(0, 30, evidence=None), episode(100, 130)], [occurrence(101)], EXPOSURE)
    assert (told["true"], told["missed"], told["unobservable"], told["recall"]) == (1, 0, 1, 1)


def test_delay_runs_from_the_first_evidence_and_the_cause_is_compared_where_it_is_known() -> None:
    episodes = [episode(0, 30, cause="phone", evidence=5), episode(100, 130, cause="person"), episode(200, 230)]
    occurrences = [occurrence(1, raised=7, cause="phone"), occurrence(101, cause="phone"), occurrence(201)]
    told = score("lost_contact", episodes, occurrences, EXPOSURE)
    assert told["delay_s"] == {"p50": 60, "p95": 120}
    assert told["cause_right"] == 0.5


def test_rates_are_per_thirty_supervised_days_and_per_officer_and_day() -> None:
    told = score("left_area", [], [occurrence(1)], EXPOSURE)
    assert told["false_per_subject_month"] == 0.5
    assert told["pushes_per_officer_day"] == 0.5


@pytest.mark.parametrize(("percent", "expected"), [(50, 2), (95, 4), (100, 4)])
def test_percentiles_are_by_nearest_rank(percent: int, expected: float) -> None:
    assert nearest_rank([1, 2, 3, 4], percent) == expected

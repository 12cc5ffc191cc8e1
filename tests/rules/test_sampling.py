"""Samples: a lot that anybody can draw again, and what may follow what."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import ZhifangError
from app.rules.facts import Actor
from app.rules.sampling import EntryKind, SampledState, Span, check_entry, check_span, drawn, seed_of, state_of

LOOKED, NOTE, QUESTION, ANSWER, CLOSED = EntryKind
ASKER, OTHER = Actor("user", UUID(int=1)), Actor("user", UUID(int=2))
WRITER = UUID(int=3)
TODAY = date(2026, 3, 2)


@given(st.lists(st.uuids(), unique=True, max_size=30), st.text(max_size=40), st.integers(1, 10))
def test_the_lot_is_the_same_in_whatever_order_records_are_found(ids: list[UUID], seed: str, size: int) -> None:
    found = drawn(ids, seed, size)
    assert found == drawn(list(reversed(ids)), seed, size)
    assert len(found) == min(size, len(ids))
    assert set(found) <= set(ids)
    assert drawn(ids, seed, size + 5)[:size] == found


def test_every_record_has_the_same_chance() -> None:
    ids = [UUID(int=n) for n in range(20)]
    often = dict.fromkeys(ids, 0)
    for seed in range(2000):
        for one in drawn(ids, seed_of(UUID(int=seed), b"key"), 5):
            often[one] += 1
    assert all(420 <= n <= 580 for n in often.values()), "500 each, give or take four standard deviations"


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], SampledState.DRAWN),
        ([LOOKED], SampledState.LOOKED),
        ([LOOKED, NOTE, LOOKED], SampledState.LOOKED),
        ([LOOKED, QUESTION], SampledState.ASKED),
        ([LOOKED, QUESTION, LOOKED, NOTE], SampledState.ASKED),
        ([LOOKED, QUESTION, ANSWER], SampledState.ANSWERED),
        ([LOOKED, QUESTION, ANSWER, QUESTION], SampledState.ASKED),
        ([LOOKED, QUESTION, ANSWER, CLOSED, LOOKED], SampledState.CLOSED),
    ],
)
def test_where_a_record_stands(kinds: Sequence[EntryKind], state: SampledState) -> None:
    assert state_of(kinds) is state


def test_nobody_foresees_a_lot_by_its_id() -> None:
    """Ids are chosen by whoever draws, and by whoever writes records; the key is the service's."""
    ids, sample_id = [UUID(int=n) for n in range(20)], UUID(int=7)
    assert seed_of(sample_id, b"key") == seed_of(sample_id, b"key")
    assert drawn(ids, seed_of(sample_id, b"key"), 5) != drawn(ids, seed_of(sample_id, b"another"), 5)
    assert drawn(ids, seed_of(sample_id, b"key"), 5) != drawn(ids, str(sample_id), 5)


def refusal(
    state: SampledState,
    kind: EntryKind,
    actor: Actor = ASKER,
    asked_by: UUID | None = None,
    written_by: UUID = WRITER,
) -> str | None:
    try:
        check_entry(state, kind, actor, written_by=written_by, asked_by=asked_by)
    except ZhifangError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (SampledState.DRAWN, {NOTE: "sample_not_looked_at", QUESTION: "sample_not_looked_at",
                              CLOSED: "sample_not_looked_at", ANSWER: "sample_not_asked"}),
        (SampledState.LOOKED, {ANSWER: "sample_not_asked"}),
        (SampledState.ASKED, {QUESTION: "sample_question_open", CLOSED: "sample_question_open"}),
        (SampledState.ANSWERED, {ANSWER: "sample_not_asked"}),
        (SampledState.CLOSED, dict.fromkeys((NOTE, QUESTION, ANSWER, CLOSED), "sample_closed")),
    ],
)  # fmt: skip
def test_what_may_follow(state: SampledState, refused: dict[EntryKind, str]) -> None:
    found = {kind: code for kind in EntryKind if (code := refusal(state, kind)) is not None}
    assert found == refused


def test_nobody_answers_themselves() -> None:
    assert refusal(SampledState.ASKED, ANSWER, ASKER, ASKER.id) == "sample_own_question"
    assert refusal(SampledState.ASKED, ANSWER, OTHER, ASKER.id) is None


@pytest.mark.parametrize("kind", [NOTE, QUESTION, CLOSED])
def test_nobody_examines_what_they_wrote_themselves(kind: EntryKind) -> None:
    assert refusal(SampledState.LOOKED, kind, Actor("user", WRITER)) == "sample_own_record"
    assert refusal(SampledState.ASKED, ANSWER, Actor("user", WRITER), ASKER.id) is None


@pytest.mark.parametrize(
    ("from_day", "to_day", "fits"),
    [
        (TODAY, TODAY, True),
        (TODAY - timedelta(days=366), TODAY, True),
        (TODAY - timedelta(days=367), TODAY, False),
        (TODAY, TODAY - timedelta(days=1), False),
        (TODAY, TODAY + timedelta(days=1), False),
    ],
)
def test_the_days_of_a_sample(from_day: date, to_day: date, fits: bool) -> None:
    if fits:
        check_span(Span(from_day, to_day), TODAY)
    else:
        with pytest.raises(ZhifangError, match="days_unfit"):
            check_span(Span(from_day, to_day), TODAY)

"""What may be ordered under Law 29, and what lifting leaves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.errors import Conflict, Refused
from app.rules.facts import SubjectStatus
from app.rules.orders import LiftFacts, OrderFacts, Term, check_order, lifted_term

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
FREE = OrderFacts(SubjectStatus.IN_CORRECTION, overlaps=False)


def shanghai(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC) - 8 * HOUR


@pytest.mark.parametrize(
    ("name", "from_at", "last"),
    [
        ("an ordinary month", shanghai(2026, 3, 3), shanghai(2026, 6, 3)),
        ("the month's first day in local time", shanghai(2026, 4, 1), shanghai(2026, 7, 1)),
        ("into a short February", shanghai(2026, 11, 30), shanghai(2027, 2, 28)),
        ("into a leap February", shanghai(2027, 11, 30), shanghai(2028, 2, 29)),
        ("with a time of day", shanghai(2026, 3, 31, 23), shanghai(2026, 6, 30, 23)),
    ],
)
def test_three_calendar_months_and_not_a_second_more(name: str, from_at: datetime, last: datetime) -> None:
    check_order(FREE, Term(from_at, last), now=from_at)

    with pytest.raises(Refused) as refusal:
        check_order(FREE, Term(from_at, last + SECOND), now=from_at)
    assert (refusal.value.code, refusal.value.params) == ("order_too_long", {"months": 3})


@pytest.mark.parametrize(
    ("name", "term", "code"),
    [
        ("no time at all", Term(NOW, NOW), "ends_before_it_begins"),
        ("reversed", Term(NOW + DAY, NOW), "ends_before_it_begins"),
        ("over already", Term(NOW - HOUR, NOW), "order_over_already"),
        ("reaching back", Term(NOW - HOUR - SECOND, NOW + DAY), "order_backdated"),
        ("before the law was", Term(shanghai(2001, 1, 1), NOW + DAY), "order_backdated"),
    ],
)
def test_terms_that_no_order_has(name: str, term: Term, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_order(FREE, term, now=NOW)
    assert refusal.value.code == code


def test_the_paper_may_be_an_hour_older_than_its_entry() -> None:
    check_order(FREE, Term(NOW - HOUR, NOW + DAY), now=NOW)


def test_an_order_may_begin_later() -> None:
    check_order(FREE, Term(NOW + 10 * DAY, NOW + 20 * DAY), now=NOW)


def test_two_orders_never_overlap() -> None:
    with pytest.raises(Conflict, match="order_overlaps"):
        check_order(OrderFacts(SubjectStatus.IN_CORRECTION, overlaps=True), Term(NOW, NOW + DAY), now=NOW)


@pytest.mark.parametrize("status", [SubjectStatus.NOTICED, SubjectStatus.ENDED])
def test_only_who_is_under_correction_can_be_positioned(status: SubjectStatus) -> None:
    with pytest.raises(Conflict, match="not_in_correction"):
        check_order(OrderFacts(status, overlaps=False), Term(NOW, NOW + DAY), now=NOW)


class TestLifting:
    def an_order(self, from_at: datetime = NOW - DAY, until: datetime = NOW + DAY) -> LiftFacts:
        return LiftFacts(UUID(int=1), Term(from_at, until), None)

    def test_what_went_before_stays_in_force(self) -> None:
        assert lifted_term(self.an_order(), NOW, now=NOW) == Term(NOW - DAY, NOW)

    def test_a_lifting_may_be_entered_later_than_it_was_decided(self) -> None:
        assert lifted_term(self.an_order(), NOW - HOUR, now=NOW) == Term(NOW - DAY, NOW - HOUR)

    def test_also_when_the_order_has_run_out_since(self) -> None:
        order = self.an_order(until=NOW - HOUR)
        assert lifted_term(order, NOW - 2 * HOUR, now=NOW) == Term(NOW - DAY, NOW - 2 * HOUR)

    def test_nothing_is_left_of_an_order_that_had_not_begun(self) -> None:
        assert lifted_term(self.an_order(from_at=NOW + HOUR), NOW, now=NOW) is None

    @pytest.mark.parametrize(
        ("lifted_at", "code"),
        [(NOW + SECOND, "lift_ahead"), (NOW - DAY - SECOND, "lift_before_order")],
    )
    def test_no_lifting_ahead_and_none_before_the_order(self, lifted_at: datetime, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            lifted_term(self.an_order(), lifted_at, now=NOW)
        assert refusal.value.code == code

    def test_nothing_is_lifted_twice_or_after_its_end(self) -> None:
        order = self.an_order()
        for facts in (
            LiftFacts(order.subject_id, order.term, NOW - HOUR),
            LiftFacts(order.subject_id, None, None),
            self.an_order(until=NOW),
        ):
            with pytest.raises(Conflict, match="order_ended"):
                lifted_term(facts, NOW, now=NOW)

"""Figures are counts: each state is in exactly one besides the sum, and sums are figure by figure."""

from hypothesis import given
from hypothesis import strategies as st

from app.rules.compliance import COUNTED, ITEMS, STATES, Counts, Figure, standing_out, total, urgency
from app.rules.facts import DutyState, Obligor
from app.rules.wording import sentence
from app.rules.wording.visits import FIGURES, TITLES

PARTS = [figure for figure in Figure if figure is not Figure.DUE]


def counts(**figures: int) -> Counts:
    return Counts(due=sum(figures.values()), **figures)


def test_every_state_but_cancelled_is_in_exactly_one_figure() -> None:
    for state in DutyState:
        holding = [figure for figure in PARTS if state in STATES[figure]]
        assert len(holding) == (0 if state is DutyState.CANCELLED else 1), state
    assert STATES[Figure.DUE] == COUNTED


def test_every_figure_and_item_has_a_name() -> None:
    assert set(FIGURES) == {figure.value for figure in Figure}
    assert set(TITLES) == set(ITEMS)
    assert [figure.value for figure in Figure] == list(vars(Counts()))


@given(st.lists(st.tuples(st.sampled_from(sorted(ITEMS)), st.integers(0, 9), st.integers(0, 9))))
def test_the_total_is_the_sum_whatever_the_order(found: list[tuple[str, int, int]]) -> None:
    lines = [{item: counts(in_time=in_time, missed=missed)} for item, in_time, missed in found]
    summed = total(lines)
    assert summed == total(reversed(lines))
    assert set(summed) == set(ITEMS)
    for item, line in summed.items():
        assert line.missed == sum(missed for named, _, missed in found if named == item)
        assert line.due == line.in_time + line.missed


def test_an_office_stands_out_by_its_own_duties_alone() -> None:
    own = {"访1": counts(missed=2, in_time=5), "谈1": counts(late=1), "check_in": counts(missed=40)}
    (reason,) = standing_out(own)
    assert sentence(reason.code, dict(reason.params)) == "走访家庭有 2 项到期未完成。"
    assert urgency(own) == (2, 1)
    others = {item: counts(missed=40) for item, obligor in ITEMS.items() if obligor is Obligor.SUBJECT}
    assert standing_out(others) == ()
    assert urgency(others) == (0, 0)

"""Alerts on disk: one unclosed alert for a thing, its occurrences, its ladder's next step, its history."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.rules.facts import About, AlertKind, Cause, Strength
from tests.builders.alerts import (
    alert_id_of,
    alert_row,
    an_alert,
    count_rows,
    events_of,
    ladder_of,
    occurrences_of,
    raise_all,
    raising,
    recover,
)
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

HOUR = timedelta(hours=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=MONDAY - timedelta(days=30))


def whats(tx: Connection, alert_id: UUID) -> list[tuple[str, int]]:
    return [(event.what, event.occurrence) for event in events_of(tx, alert_id)]


# ------------------------------------------------------------------------------------------------------------ raising


def test_an_alert_opens_with_its_first_step_due_at_once(tx: Connection, tree: Tree, subject: UUID) -> None:
    effect = raising(tree, subject, MONDAY, event_at=MONDAY - HOUR, evidence={"last_heard_at": MONDAY})
    raise_all(tx, effect)
    row = alert_row(tx, alert_id_of(effect))
    assert (row.handling, row.condition, row.occurrences, row.step) == ("open", "active", 1, None)
    assert (row.next_step, row.next_step_at) == ("office", MONDAY)
    assert (row.opened_at, row.event_at) == (MONDAY, MONDAY - HOUR)
    (episode,) = occurrences_of(tx, row.id)
    assert (episode.n, episode.event_at, episode.recorded_at) == (1, MONDAY - HOUR, MONDAY)
    assert episode.evidence == {"last_heard_at": MONDAY.isoformat()}
    assert whats(tx, row.id) == [("opened", 1)]


def test_the_same_source_is_counted_once_however_often_it_is_raised(tx: Connection, tree: Tree, subject: UUID) -> None:
    effect = raising(tree, subject, MONDAY)
    raise_all(tx, effect, effect)
    raise_all(tx, effect)
    assert (alert_row(tx, alert_id_of(effect)).occurrences, count_rows(tx, "alerts")) == (1, 1)
    assert whats(tx, alert_id_of(effect)) == [("opened", 1)]


def test_another_source_is_a_further_occurrence(tx: Connection, tree: Tree, subject: UUID) -> None:
    first = raising(tree, subject, MONDAY, strength=Strength.WEAK)
    raise_all(tx, first)
    raise_all(tx, raising(tree, subject, MONDAY + HOUR, strength=Strength.STRONG, cause=Cause.PHONE, late=True))
    row = alert_row(tx, alert_id_of(first))
    assert (row.occurrences, row.strength, row.cause, row.late) == (2, "strong", "phone", True)
    assert (row.opened_at, row.event_at) == (MONDAY, MONDAY + HOUR)
    assert ladder_of(tx, row.id) == ("office", MONDAY + HOUR)
    assert whats(tx, row.id) == [("opened", 1), ("counted", 2)]


def test_two_occurrences_of_one_alert_in_one_batch_are_two(tx: Connection, tree: Tree, subject: UUID) -> None:
    first, second = raising(tree, subject, MONDAY), raising(tree, subject, MONDAY)
    raise_all(tx, first, second)
    assert [episode.n for episode in occurrences_of(tx, alert_id_of(first))] == [1, 2]


def test_other_things_have_alerts_of_their_own(tx: Connection, tree: Tree, officer: Worker, subject: UUID) -> None:
    other = a_supervised(tx, tree, officer, at=MONDAY - timedelta(days=30))
    raise_all(
        tx,
        raising(tree, subject, MONDAY),
        raising(tree, subject, MONDAY, kind=AlertKind.MISSED_CHECK_IN),
        raising(tree, subject, MONDAY, about=About("zone", other)),
        raising(tree, other, MONDAY),
    )
    assert count_rows(tx, "alerts") == 4


def test_what_was_closed_does_not_come_back_by_its_own_source(tx: Connection, tree: Tree, subject: UUID) -> None:
    effect = raising(tree, subject, MONDAY)
    raise_all(tx, effect)
    tx.execute(text("UPDATE alerts SET handling = 'closed', next_step = NULL, next_step_at = NULL"))
    raise_all(tx, effect)
    assert (count_rows(tx, "alerts"), ladder_of(tx, alert_id_of(effect))) == (1, (None, None))
    new = raising(tree, subject, MONDAY + HOUR)
    raise_all(tx, new)
    assert alert_row(tx, alert_id_of(new)).occurrences == 1
    assert count_rows(tx, "alerts") == 2


# --------------------------------------------------------------------------------------------------------- recovering


def test_recovery_is_noted_and_the_alert_stays(tx: Connection, tree: Tree, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    tx.execute(text("UPDATE alerts SET step = 'office', next_step = 'county', next_step_at = next_step_at + '1 h'"))
    recover(tx, subject, MONDAY + HOUR, recovered_at=MONDAY + HOUR / 2, cause=Cause.PHONE)
    row = alert_row(tx, alert_id)
    assert (row.condition, row.handling, row.recovered_at) == ("recovered", "open", MONDAY + HOUR / 2)
    assert (row.cause, ladder_of(tx, alert_id)) == ("phone", (None, None))
    assert whats(tx, alert_id) == [("opened", 1), ("recovered", 1)]
    recover(tx, subject, MONDAY + 2 * HOUR)
    assert whats(tx, alert_id) == [("opened", 1), ("recovered", 1)]


@pytest.mark.parametrize(("step", "stays"), [("office", True), ("county", False)])
def test_what_the_office_was_not_told_in_time_it_is_still_told(
    tx: Connection, tree: Tree, subject: UUID, step: str, stays: bool
) -> None:
    """A fault that kept the first notice back must not make an alert that nobody ever heard of."""
    alert_id = an_alert(tx, tree, subject, MONDAY)
    tx.execute(text("UPDATE alerts SET next_step = :step"), {"step": step})
    recover(tx, subject, MONDAY + HOUR)
    assert ladder_of(tx, alert_id) == ((step, MONDAY) if stays else (None, None))


def test_a_step_that_was_not_due_before_it_was_over_never_is(tx: Connection, tree: Tree, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    tx.execute(text("UPDATE alerts SET next_step_at = next_step_at + interval '5 min'"))
    recover(tx, subject, MONDAY + timedelta(minutes=4))
    assert ladder_of(tx, alert_id) == (None, None)


def test_one_episode_of_two_is_over(tx: Connection, tree: Tree, subject: UUID) -> None:
    source = About("duty", subject)
    alert_id = an_alert(tx, tree, subject, MONDAY, source=source)
    an_alert(tx, tree, subject, MONDAY + HOUR)
    recover(tx, subject, MONDAY + 2 * HOUR, recovered_at=MONDAY - HOUR, source=source)
    row = alert_row(tx, alert_id)
    assert (row.condition, row.recovered_at) == ("active", None)
    assert ladder_of(tx, alert_id) == ("office", MONDAY + HOUR)
    assert [episode.recovered_at for episode in occurrences_of(tx, alert_id)] == [MONDAY - HOUR, None]
    assert whats(tx, alert_id)[-1] == ("eased", 1)


def test_what_began_after_the_recovery_goes_on(tx: Connection, tree: Tree, subject: UUID) -> None:
    """A check-in that arrives late ends the miss before it, not the one after it."""
    alert_id = an_alert(tx, tree, subject, MONDAY)
    an_alert(tx, tree, subject, MONDAY + 2 * HOUR)
    recover(tx, subject, MONDAY + 3 * HOUR, recovered_at=MONDAY + HOUR)
    assert [episode.recovered_at for episode in occurrences_of(tx, alert_id)] == [MONDAY + HOUR, None]
    assert alert_row(tx, alert_id).condition == "active"


def test_a_closed_alert_is_noted_to_be_over_and_stays_closed(tx: Connection, tree: Tree, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    tx.execute(text("UPDATE alerts SET handling = 'closed', next_step = NULL, next_step_at = NULL"))
    recover(tx, subject, MONDAY + HOUR)
    row = alert_row(tx, alert_id)
    assert (row.handling, row.condition, row.next_step) == ("closed", "recovered", None)


def test_a_new_episode_makes_a_recovered_alert_active_again(tx: Connection, tree: Tree, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    recover(tx, subject, MONDAY + HOUR)
    an_alert(tx, tree, subject, MONDAY + 2 * HOUR)
    row = alert_row(tx, alert_id)
    assert (row.condition, row.recovered_at, row.occurrences) == ("active", None, 2)
    assert ladder_of(tx, alert_id) == ("office", MONDAY + 2 * HOUR)


def test_late_evidence_about_what_is_over_already_sets_its_cause_and_its_true_end(
    tx: Connection, tree: Tree, subject: UUID
) -> None:
    """A later check-in ended the miss first; then it turns out that the missed one had been made, without a network."""
    source = About("duty", subject)
    alert_id = an_alert(tx, tree, subject, MONDAY, source=source)
    recover(tx, subject, MONDAY + 5 * HOUR)
    recover(tx, subject, MONDAY + 6 * HOUR, recovered_at=MONDAY, source=source, cause=Cause.PHONE)
    recover(tx, subject, MONDAY + 7 * HOUR, recovered_at=MONDAY, source=source, cause=Cause.PHONE)
    (episode,) = occurrences_of(tx, alert_id)
    assert (episode.cause, episode.recovered_at) == ("phone", MONDAY)
    row = alert_row(tx, alert_id)
    assert (row.condition, row.cause, row.recovered_at) == ("recovered", "phone", MONDAY)
    assert whats(tx, alert_id) == [("opened", 1), ("recovered", 1), ("corrected", 1)]
    assert [event.cause for event in events_of(tx, alert_id)] == ["unsure", "unsure", "phone"]


def test_late_evidence_about_an_older_episode_says_nothing_of_the_newest(
    tx: Connection, tree: Tree, subject: UUID
) -> None:
    source = About("duty", subject)
    alert_id = an_alert(tx, tree, subject, MONDAY, source=source)
    an_alert(tx, tree, subject, MONDAY + HOUR, strength=Strength.WEAK)
    recover(tx, subject, MONDAY + 2 * HOUR, recovered_at=MONDAY, source=source, cause=Cause.PHONE)
    assert [episode.cause for episode in occurrences_of(tx, alert_id)] == ["phone", "unsure"]
    row = alert_row(tx, alert_id)
    assert (row.condition, row.cause) == ("active", "unsure")
    told = events_of(tx, alert_id)[-1]
    assert (told.what, told.occurrence, told.event_at, told.cause) == ("eased", 1, MONDAY, "phone")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_in_which_order_recoveries_become_known_does_not_matter(
    tx: Connection, tree: Tree, subject: UUID, order: tuple[int, ...]
) -> None:
    one, two = About("duty", UUID(int=1)), About("duty", UUID(int=2))
    alert_id = an_alert(tx, tree, subject, MONDAY, source=one)
    an_alert(tx, tree, subject, MONDAY + HOUR, source=two)
    known = (
        {"recovered_at": MONDAY, "source": one, "cause": Cause.PHONE},
        {"recovered_at": MONDAY + HOUR, "source": two, "cause": Cause.PHONE},
        {"recovered_at": MONDAY + 3 * HOUR},
    )
    for n in order:
        recover(tx, subject, MONDAY + 4 * HOUR, **known[n])
    row = alert_row(tx, alert_id)
    assert (row.condition, row.recovered_at, row.cause) == ("recovered", MONDAY + HOUR, "phone")
    found = [(episode.recovered_at, episode.cause) for episode in occurrences_of(tx, alert_id)]
    assert found == [(MONDAY, "phone"), (MONDAY + HOUR, "phone")]


# ------------------------------------------------------------------------------------------------------------ history


def test_times_are_those_of_the_effects(tx: Connection, tree: Tree, subject: UUID) -> None:
    alert_id = an_alert(tx, tree, subject, MONDAY)
    recover(tx, subject, MONDAY + HOUR)
    assert [event.at for event in events_of(tx, alert_id)] == [MONDAY, MONDAY + HOUR]

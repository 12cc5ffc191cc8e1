"""What was set aside goes through the gate once more: with the same checks, exactly once, and on record."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions import keep_unreadable as unreadable
from app.actions.authenticate import authenticate_phone
from app.actions.authenticate_tracker import present_secret
from app.actions.replay_poison import Chosen
from app.api.trackers import replaying
from app.api.trackers.messages import Message
from app.deps import Deps
from app.jobs.maintenance import purge
from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import deps_for_tests, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power, a_sent_batch, a_sent_report, state_of, stored
from tests.builders.trackers import Phone, a_tracker, an_owntracks_location, poison_of
from tests.builders.users import a_user, phone_logged_in

HOUR = timedelta(hours=1)
ALL = Chosen()


@pytest.fixture
def deps(undone: Engine, clock: TestClock) -> Deps:
    return deps_for_tests(undone, clock)


@pytest.fixture
def http(undone: Engine, clock: TestClock) -> FlaskClient:
    return make_test_app(undone, clock).test_client()


@pytest.fixture
def phone(undone: Engine, clock: TestClock) -> tuple[Phone, UUID]:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        a_power(tx, subject_id, clock.now() - DAY, clock.now() + DAY, kind="order")
        return a_tracker(tx, officer, subject_id, TrackerClient.OWNTRACKS, now=clock.now() - DAY), subject_id


def set_aside_by_an_older_release(deps: Deps, phone: Phone, content: dict[str, Any]) -> None:
    """A message that this release can read and an older one, which knew less of the client, could not."""
    with deps.transaction() as tx:
        tracker = present_secret(tx, phone.client, phone.secret, now=deps.now()).tracker
        assert tracker is not None
        message = Message(
            client=phone.client.value,
            subject_id=tracker.subject_id,
            name=phone.name,
            datum=tracker.datum,
            body=json.dumps(content).encode(),
        )
        sealable = message.sealable()
        kept = unreadable.Message(message.derived("poison", sealable), "unknown_type", sealable)
        authenticate_phone(tx, tracker.actor.session_id or UUID(int=0), tracker.subject_id, now=deps.now())
        unreadable.keep_unreadable(tx, tracker, [kept], deps.settings, now=deps.now())


def test_a_replay_stores_what_can_be_read_now_once_and_as_of_its_day(
    undone: Engine, deps: Deps, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    arrived = clock.now()
    set_aside_by_an_older_release(deps, sender, an_owntracks_location(arrived))
    clock.advance(5 * HOUR)

    first = replaying.replay_poison(deps, ALL)
    second = replaying.replay_poison(deps, ALL)

    assert (first["taken"], first["stored"]) == (1, 1)
    assert (second["taken"], second["still"]) == (0, 0)
    with transaction(undone) as tx:
        (row,) = stored(tx, subject_id)
        (sealed,) = poison_of(tx, subject_id)
        state = state_of(tx, subject_id)
        acts = tx.execute(text("SELECT details FROM audit WHERE action = 'poison.replay' ORDER BY id")).scalars().all()
    assert (row.effective_at, row.received_at, row.time_proven) == (arrived, arrived, True)
    assert (sealed.replayed_at, sealed.reason) == (clock.now(), "unknown_type")
    assert state.rejudge_from == arrived
    assert state.last_heard_at == arrived
    assert [act["counts"]["stored"] for act in acts] == [1, 0]
    assert "118.627" not in str(acts)


def test_a_replay_keeps_nothing_that_no_power_covered(
    undone: Engine, deps: Deps, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    set_aside_by_an_older_release(deps, sender, an_owntracks_location(clock.now() - 3 * DAY))

    counts = replaying.replay_poison(deps, ALL)

    assert (counts["taken"], counts["stored"], counts["not_kept"]) == (1, 0, 1)
    with transaction(undone) as tx:
        assert stored(tx, subject_id) == []


def test_a_replay_does_not_believe_a_future_any_more_than_on_the_day(
    undone: Engine, deps: Deps, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    sender.send(http, an_owntracks_location(clock.now() + 3 * HOUR))
    clock.advance(12 * HOUR)

    counts = replaying.replay_poison(deps, ALL)

    assert (counts["taken"], counts["still"]) == (0, 1)
    with transaction(undone) as tx:
        assert stored(tx, subject_id) == []
        assert [row.reason for row in poison_of(tx, subject_id)] == ["future_time"]


def test_a_replay_takes_what_was_chosen_alone(
    undone: Engine, deps: Deps, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    sender.send(http, b"{")
    clock.advance(HOUR)
    sender.send(http, b"[")
    with transaction(undone) as tx:
        tx.execute(text("UPDATE device_bindings SET bound = tstzrange(lower(bound), :now)"), {"now": clock.now()})
    app = http.application
    batch = a_sent_batch(a_sent_report(clock.now(), lon=0, lat=0))
    http.post("/api/mobile/v1/positions", json=batch, headers=phone_logged_in(app, subject_id))

    by_client = replaying.replay_poison(deps, Chosen(client="mobile"))
    by_time = replaying.replay_poison(deps, Chosen(since=clock.now() - HOUR / 2))
    everything = replaying.replay_poison(deps, ALL)

    assert [counts["still"] for counts in (by_client, by_time, everything)] == [1, 2, 3]


def test_a_silent_phone_is_not_heard_again_by_a_replay(
    undone: Engine, deps: Deps, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    set_aside_by_an_older_release(deps, sender, an_owntracks_location(clock.now()))
    clock.advance(10 * HOUR)
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subject_states SET silent = true WHERE subject_id = :id"), {"id": subject_id})

    replaying.replay_poison(deps, ALL)

    with transaction(undone) as tx:
        state = state_of(tx, subject_id)
    assert (state.silent, state.heard_again_at) == (True, None)


def test_nothing_is_left_after_thirty_days(
    undone: Engine, deps: Deps, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    sender.send(http, b"{")
    for days, left in ((29, 1), (2, 0)):
        clock.advance(days * DAY)
        purge(deps, clock.now())
        with transaction(undone) as tx:
            assert len(poison_of(tx, subject_id)) == left

"""The outbox against a fake FCM that speaks HTTP v1: sent once, tried again, given up, handed up the ladder."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.actions.take_notices import read_notice
from app.deps import Deps
from app.jobs.chunks import Stopped
from app.jobs.deliver import deliver
from app.rules.deliveries import MOST_TRIES
from app.simulation.fake_fcm_answers import CUT, INVALID, OK, UNAVAILABLE, UNREGISTERED, quota
from app.store import endpoints
from app.store.session import transaction
from tests.builders.alerts import (
    a_notice,
    a_phone,
    deliveries_about,
    notices_about,
)
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.push import Push
from tests.builders.users import Worker, a_user
from tests.statements import counted

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xu")


def told(deps: Deps, user: Worker, *addresses: str, push_after: timedelta = timedelta(0)) -> UUID:
    """A notice to a user whose phones listen at `addresses`; gives what it is about."""
    with deps.transaction() as tx:
        for address in addresses:
            a_phone(tx, user.id, address, at=MONDAY)
        return a_notice(tx, user.id, MONDAY, push_at=MONDAY + push_after).about.id


def rows(deps: Deps, about: UUID) -> list[Any]:
    with deps.transaction() as tx:
        return deliveries_about(tx, about)


def states(deps: Deps, about: UUID) -> list[tuple[str, int, str | None]]:
    return [(row.state, row.attempts, row.last_error) for row in rows(deps, about)]


# -------------------------------------------------------------------------------------------------------------- sending


def test_a_push_is_sent_once_and_carries_an_opaque_id(deps: Deps, push: Push, officer: Worker) -> None:
    about = told(deps, officer, "ok-once")
    assert deliver(deps, MONDAY) == {"sent": 1}
    assert deliver(deps, MONDAY + HOUR) == {}
    (row,) = rows(deps, about)
    assert (row.state, row.settled_at, row.lease) == ("sent", MONDAY, None)
    (message,) = [message for message in push.fcm.received if message.address == "ok-once"]
    assert message.data == {"n": str(row.notice_id)}
    assert message.collapse_key == str(row.notice_id)


def test_every_phone_of_the_recipient_gets_it(deps: Deps, push: Push, officer: Worker) -> None:
    about = told(deps, officer, "ok-left", "ok-right")
    assert deliver(deps, MONDAY) == {"sent": 2}
    assert {address for address, _ in push.shown} >= {"ok-left", "ok-right"}
    assert states(deps, about) == [("sent", 1, None)] * 2


def test_a_push_that_is_held_waits_for_its_second(deps: Deps, officer: Worker) -> None:
    told(deps, officer, "ok-held", push_after=HOUR)
    assert deliver(deps, MONDAY + HOUR - SECOND) == {}
    assert deliver(deps, MONDAY + HOUR) == {"sent": 1}


def test_more_than_one_batch_goes_in_one_run(deps: Deps, officer: Worker) -> None:
    told(deps, officer, *(f"ok-batch-{n}" for n in range(7)))
    assert deliver(deps, MONDAY, limit=3) == {"sent": 7}


def test_one_at_a_time_they_go_in_the_order_of_their_notices(deps: Deps, push: Push, officer: Worker) -> None:
    with deps.transaction() as tx:
        a_phone(tx, officer.id, "ok-ordered", at=MONDAY)
        notices = [a_notice(tx, officer.id, MONDAY) for _ in range(10)]
        ids = [str(row.id) for notice in notices for row in notices_about(tx, notice.about.id)]
    deliver(deps, MONDAY, limit=4, threads=1)
    assert [notice for address, notice in push.shown if address == "ok-ordered"] == ids


def test_statements_do_not_grow_with_the_batch(deps: Deps, officer: Worker) -> None:
    counts = []
    for n in (1, 20):
        told(deps, officer, *(f"ok-counted-{n}-{m}" for m in range(n)))
        with counted(deps.engine) as sent:
            deliver(deps, MONDAY)
        counts.append(len(sent))
    assert counts == [2, 2]


# ------------------------------------------------------------------------------------------------------------ and again


def test_what_the_vendor_could_not_take_is_tried_again_with_growing_waits(
    deps: Deps, push: Push, officer: Worker
) -> None:
    push.fcm.script("ok-flaky", UNAVAILABLE, UNAVAILABLE, OK)
    about = told(deps, officer, "ok-flaky")
    assert deliver(deps, MONDAY) == {"pending": 1}
    assert states(deps, about) == [("pending", 1, "unavailable")]
    assert deliver(deps, MONDAY + 4 * SECOND) == {}
    assert deliver(deps, MONDAY + 5 * SECOND) == {"pending": 1}
    assert rows(deps, about)[0].next_try_at == MONDAY + 15 * SECOND
    assert deliver(deps, MONDAY + 15 * SECOND) == {"sent": 1}
    assert states(deps, about) == [("sent", 3, "unavailable")]
    keys = {message.collapse_key for message in push.fcm.received if message.address == "ok-flaky"}
    assert len(keys) == 1


@pytest.mark.parametrize(("asked", "wait"), [(2, 5), (90, 90), (4000, 4000)])
def test_retry_after_is_obeyed_when_it_is_longer(
    deps: Deps, push: Push, officer: Worker, asked: int, wait: int
) -> None:
    push.fcm.script(f"ok-quota-{asked}", quota(str(asked)), OK)
    about = told(deps, officer, f"ok-quota-{asked}")
    deliver(deps, MONDAY)
    assert rows(deps, about)[0].next_try_at == MONDAY + wait * SECOND


def test_a_cut_connection_is_tried_again(deps: Deps, push: Push, officer: Worker) -> None:
    """The phone has it already: the repeat carries the same key, so it shows once."""
    push.fcm.script("ok-cut", CUT, OK)
    told(deps, officer, "ok-cut")
    assert deliver(deps, MONDAY) == {"pending": 1}
    assert deliver(deps, MONDAY + MINUTE) == {"sent": 1}
    keys = [message.collapse_key for message in push.fcm.received if message.address == "ok-cut"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_the_fortysecond_failure_is_the_last(deps: Deps, push: Push, officer: Worker) -> None:
    about = told(deps, officer, "unavailable-for-good")
    at, tries = MONDAY, 0
    while (due := rows(deps, about)[0]).state == "pending":
        at, tries = due.next_try_at, tries + 1
        deliver(deps, at)
    assert states(deps, about) == [("dead", MOST_TRIES, "unavailable")]
    assert tries == MOST_TRIES
    assert timedelta(hours=3) <= at - MONDAY < timedelta(hours=3, minutes=5)


def test_a_refusal_for_good_is_not_repeated(deps: Deps, push: Push, officer: Worker) -> None:
    push.fcm.script("ok-invalid", INVALID)
    about = told(deps, officer, "ok-invalid")
    assert deliver(deps, MONDAY) == {"dead": 1}
    assert deliver(deps, MONDAY + HOUR) == {}
    assert states(deps, about)[0][:2] == ("dead", 1)


def test_an_address_that_is_gone_is_retired_for_all_that_comes(deps: Deps, push: Push, officer: Worker) -> None:
    push.fcm.script("ok-gone", UNREGISTERED)
    first = told(deps, officer, "ok-gone")
    with deps.transaction() as tx:
        waiting = a_notice(tx, officer.id, MONDAY, push_at=MONDAY + HOUR).about.id
    assert deliver(deps, MONDAY) == {"retired": 1}
    later = told(deps, officer)
    assert deliver(deps, MONDAY + HOUR) == {"retired": 1}
    assert states(deps, first) == [("retired", 1, "unregistered")]
    assert states(deps, waiting) == [("retired", 0, "endpoint_retired")]
    assert states(deps, later) == []
    assert len([message for message in push.fcm.received if message.address == "ok-gone"]) == 1


# ------------------------------------------------------------------------------------------- nothing to send, or nobody


def test_without_a_channel_the_push_is_retired_and_the_app_has_it(deps: Deps, officer: Worker) -> None:
    about = told(deps, officer, "ok-off")
    assert deliver(replace(deps, push=None), MONDAY) == {"retired": 1}
    assert states(deps, about) == [("retired", 0, "channel_off")]
    with deps.transaction() as tx:
        assert [row.state for row in deliveries_about(tx, about, "in_app")] == ["pending"]


def test_nobody_is_pushed_what_they_have_read(deps: Deps, push: Push, officer: Worker) -> None:
    about = told(deps, officer, "ok-read", push_after=HOUR)
    with deps.transaction() as tx:
        (notice,) = notices_about(tx, about)
        read_notice(tx, officer.actor, notice.id, now=MONDAY)
    assert deliver(deps, MONDAY + HOUR) == {"retired": 1}
    assert states(deps, about) == [("retired", 0, "already_read")]
    assert "ok-read" not in {address for address, _ in push.shown}


def test_nothing_is_pushed_to_a_phone_after_its_user_logged_out(deps: Deps, push: Push, officer: Worker) -> None:
    about = told(deps, officer, "ok-out", push_after=HOUR)
    with deps.transaction() as tx:
        endpoints.retire_of_owner(tx, "user", officer.id, "logged_out", now=MONDAY)
    assert deliver(deps, MONDAY + HOUR) == {"retired": 1}
    assert states(deps, about) == [("retired", 0, "endpoint_retired")]
    assert "ok-out" not in {address for address, _ in push.shown}


def test_a_phone_that_changed_hands_shows_nothing_of_the_last_holder(
    deps: Deps, push: Push, tree: Tree, officer: Worker
) -> None:
    about = told(deps, officer, "ok-moved", push_after=HOUR)
    with deps.transaction() as tx:
        other = a_user(tx, tree.office, login="li")
        a_phone(tx, other.id, "ok-moved", at=MONDAY)
    assert deliver(deps, MONDAY + HOUR) == {"retired": 1}
    assert states(deps, about) == [("retired", 0, "endpoint_retired")]


def test_a_channel_that_raises_holds_up_its_own_delivery_only(deps: Deps, push: Push, officer: Worker) -> None:
    class Faulty:
        def send(self, target: Any, message: Any) -> Any:
            if target.address == "ok-fault":
                raise RuntimeError("a fault of the channel")
            return push.channel.send(target, message)

    about = told(deps, officer, "ok-fault", "ok-beside")
    assert deliver(replace(deps, push=Faulty()), MONDAY) == {"pending": 1, "sent": 1}
    assert sorted(states(deps, about)) == [("pending", 1, "fault"), ("sent", 1, None)]


# ------------------------------------------------------------------------------------------------ leases, two workers


def test_a_worker_that_died_gives_its_deliveries_back(deps: Deps, officer: Worker) -> None:
    about = told(deps, officer, "ok-died")
    with deps.transaction() as tx:
        tx.execute(
            text(
                "UPDATE deliveries SET lease = gen_random_uuid(), attempts = 1, next_try_at = :until"
                " WHERE channel = 'fcm'"
            ),
            {"until": MONDAY + MINUTE},
        )
    assert deliver(deps, MONDAY + MINUTE - SECOND) == {}
    assert deliver(deps, MONDAY + MINUTE) == {"sent": 1}
    assert states(deps, about) == [("sent", 2, None)]


def test_who_lost_the_claim_settles_nothing(deps: Deps, push: Push, officer: Worker) -> None:
    """Its lease ran out while the vendor was slow, and somebody else has it now."""

    class Slow:
        def send(self, target: Any, message: Any) -> Any:
            with deps.transaction() as tx:
                tx.execute(text("UPDATE deliveries SET lease = gen_random_uuid(), attempts = 2 WHERE channel = 'fcm'"))
            return push.channel.send(target, message)

    about = told(deps, officer, "ok-slow")
    assert deliver(replace(deps, push=Slow()), MONDAY, threads=1) == {}
    assert states(deps, about) == [("pending", 2, None)]


def test_a_process_that_is_told_to_end_gives_back_what_it_claimed(deps: Deps, push: Push, officer: Worker) -> None:
    told(deps, officer, "told-to-end")
    deps.stopping.set()
    with pytest.raises(Stopped):
        deliver(deps, deps.now())
    assert [address for address, _ in push.shown if address == "told-to-end"] == []
    deps.stopping.clear()
    assert deliver(deps, deps.now())["sent"] == 1

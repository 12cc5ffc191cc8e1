"""Dead letters climb the ladder: where all pushes of a step came back, the next step is due at once."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.actions.climb_ladder import climb_ladder
from app.actions.deliver_notices import claim_deliveries, settle_deliveries
from app.actions.take_notices import hand_out_notices, read_notice
from app.deps import Deps
from app.jobs.deliver import deliver
from app.rules.deliveries import Answer, Tried
from app.rules.facts import Actor
from app.simulation.clock import TestClock
from app.simulation.fake_fcm_answers import INVALID, OK, unavailable
from app.store.session import make_engine
from tests.builders.alerts import (
    Team,
    a_phone,
    a_team,
    an_alert,
    ladder_of,
    notices_about,
    steps_of,
)
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.push import Push
from tests.database import Database
from tests.patience import PATIENT

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def team(deps: Deps, tree: Tree) -> Team:
    with deps.transaction() as tx:
        return a_team(tx, tree)


@pytest.fixture
def alert(deps: Deps, tree: Tree, team: Team) -> UUID:
    """An alert about a subject whom nobody is assigned to, so that both officers are told."""
    with deps.transaction() as tx:
        subject = a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30))
        tx.execute(text("UPDATE subjects SET officer_id = NULL"))
        a_phone(tx, team.officer.id, "invalid-of-xu", at=MONDAY)
        a_phone(tx, team.colleague.id, "invalid-of-li", at=MONDAY)
        alert_id = an_alert(tx, tree, subject, MONDAY)
        climb_ladder(tx, now=MONDAY)
    return alert_id


def next_step(deps: Deps, alert_id: UUID) -> Any:
    with deps.transaction() as tx:
        return ladder_of(tx, alert_id)


def test_where_all_pushes_of_a_step_came_back_the_next_is_due_at_once(
    deps: Deps, push: Push, team: Team, alert: UUID
) -> None:
    assert next_step(deps, alert) == ("county", MONDAY + HOUR)
    at = MONDAY + MINUTE
    assert deliver(deps, at) == {"dead": 2}
    assert next_step(deps, alert) == ("county", at)
    with deps.transaction() as tx:
        climb_ladder(tx, now=at)
        assert steps_of(tx, alert)[-1] == (1, "county", "step_undelivered_below")
        assert ladder_of(tx, alert) == ("city", MONDAY + 4 * HOUR)


def test_it_goes_on_so_up_to_the_city(deps: Deps, push: Push, team: Team, alert: UUID) -> None:
    with deps.transaction() as tx:
        a_phone(tx, team.staff.id, "unregistered-of-wang", at=MONDAY)
        a_phone(tx, team.city.id, "invalid-of-zhao", at=MONDAY)
    for n in range(4):
        deliver(deps, MONDAY + n * SECOND)
        with deps.transaction() as tx:
            climb_ladder(tx, now=MONDAY + n * SECOND)
    with deps.transaction() as tx:
        assert [step[1:] for step in steps_of(tx, alert)] == [
            ("office", "step_raised"),
            ("county", "step_undelivered_below"),
            ("city", "step_undelivered_below"),
        ]
    assert next_step(deps, alert) == (None, None)


@pytest.mark.parametrize("what", ["arrived", "on its way", "handed out", "read", "acknowledged"])
def test_one_that_was_heard_is_enough(deps: Deps, push: Push, team: Team, alert: UUID, what: str) -> None:
    if what in {"arrived", "on its way"}:
        push.fcm.script("invalid-of-li", OK if what == "arrived" else unavailable("600"))
    with deps.transaction() as tx:
        notice = notices_about(tx, alert)[0]
        actor = Actor("user", notice.recipient_id)
        if what == "handed out":
            hand_out_notices(tx, actor, [notice.id], now=MONDAY)
        if what == "read":
            read_notice(tx, actor, notice.id, now=MONDAY)
        if what == "acknowledged":
            tx.execute(text("UPDATE alerts SET handling = 'acknowledged', next_step = NULL, next_step_at = NULL"))
    deliver(deps, MONDAY)
    push.fcm.script("invalid-of-li", INVALID)
    assert next_step(deps, alert) == ((None, None) if what == "acknowledged" else ("county", MONDAY + HOUR))


def test_a_channel_that_is_off_hurries_nobody(deps: Deps, team: Team, alert: UUID) -> None:
    assert deliver(replace(deps, push=None), MONDAY) == {"retired": 2}
    assert next_step(deps, alert) == ("county", MONDAY + HOUR)


def test_the_one_who_settles_the_last_delivery_hurries_the_ladder(
    deps: Deps, push: Push, team: Team, alert: UUID
) -> None:
    assert deliver(deps, MONDAY, limit=1) == {"dead": 2}
    assert next_step(deps, alert) == ("county", MONDAY)


def test_two_workers_that_settle_the_last_two_hurry_the_ladder(fresh_database: Database, push: Push) -> None:
    """Neither sees the other's delivery settled when it writes its own."""
    engine = make_engine(fresh_database.url, limits=PATIENT)
    deps = deps_for_tests(engine, TestClock(MONDAY), push=push.channel)
    with deps.transaction() as tx:
        tree = a_tree(tx)
        team = a_team(tx, tree)
        subject = a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30))
        for n in range(2):
            a_phone(tx, team.officer.id, f"invalid-both-{n}", at=MONDAY)
        alert_id = an_alert(tx, tree, subject, MONDAY)
        climb_ladder(tx, now=MONDAY)
    dead = Tried(Answer.REJECTED, "invalid")
    leases = [uuid4(), uuid4()]
    with deps.transaction() as tx:
        claims = [claim_deliveries(tx, lease, now=MONDAY, limit=1) for lease in leases]
    start = threading.Barrier(2)

    def settle(n: int) -> None:
        with deps.transaction() as tx:
            start.wait()
            settle_deliveries(tx, leases[n], claims[n], {one.id: dead for one in claims[n]}, now=MONDAY)

    workers = [threading.Thread(target=settle, args=(n,)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert next_step(deps, alert_id) == ("county", MONDAY)
    engine.dispose()

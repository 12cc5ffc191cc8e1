"""What only served to supervise goes when its time is over, and not a day before; nothing else goes with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text

from app.actions.check_in import CheckIn, check_in
from app.actions.end_supervision import end_supervision
from app.actions.keep_up import purge
from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.deps import Deps
from app.jobs import retention
from app.rules.facts import Actor, DutyState, EndReason, Fix
from app.rules.policy.keeping import Keeping
from app.rules.policy.retention import USUAL_RETENTION, Held
from app.simulation.clock import TestClock
from app.store import channels, second_factor
from app.store.retention import OVER
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.channels import a_channel
from tests.builders.duties import a_duty
from tests.builders.offices import Tree, a_policy, a_tree, shipped_policy
from tests.builders.positions import a_power, a_report, report
from tests.builders.second_factor import a_totp
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import DOOR, a_point

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LATER = MONDAY, MONDAY + DAY
KEPT = {held: timedelta(days=kept.days) for held, kept in USUAL_RETENTION.items()}
NOTHING = {what: 0 for statements in OVER.values() for what in statements}
WHERE_ONE_WAS = "SELECT count(place), count(place_given), count(*) FROM attempts"


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def deps(undone: Engine, clock: TestClock) -> Deps:
    return deps_for_tests(undone, clock)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    """Somebody whose phone told of everything on two days, one fix of each by a clock that was far off."""
    with transaction(undone) as tx:
        person = a_subject(tx, officer, at=MONDAY - DAY).id
        a_power(tx, person, MONDAY - DAY, MONDAY + 3 * DAY)
        for at in (FIRST, LATER):
            a_duty(tx, tree, person, at - HOUR, at + HOUR, state=DutyState.OPEN)
            _tell(tx, person, at)
        tx.execute(text("INSERT INTO clock_proofs VALUES (:id, 'boot', 0, :at)"), {"id": person, "at": FIRST})
        far = "UPDATE positions SET recorded_at = recorded_at + interval '100 days' WHERE accuracy_m = 21"
        tx.execute(text(far))
        marked = "INSERT INTO position_marks SELECT subject_id, effective_at, id, 'jump', effective_at FROM positions"
        tx.execute(text(marked))
    return person


def _tell(tx: Connection, person: UUID, at: datetime) -> None:
    phone = Actor("subject", person, device_id=UUID(int=77))
    report(tx, person, a_report(at - MINUTE, accuracy_m=21.0), a_report(at), now=at)
    report_device_health(tx, phone, ReportDeviceHealth(uuid4(), b"", battery_percent=50), now=at)
    check_in(tx, phone, CheckIn(uuid4(), b"", at, Fix(*DOOR, 20), {"lon": DOOR[0], "lat": DOOR[1]}), now=at)


def ran(deps: Deps, now: datetime) -> dict[str, int]:
    """What a run deleted."""
    return {what: n for what, n in retention.delete(deps, now).items() if n}


def test_nothing_goes_before_its_time(deps: Deps, subject_id: UUID) -> None:
    assert retention.delete(deps, FIRST + min(KEPT.values())) == NOTHING


def test_what_a_phone_told_goes_first_and_the_places_later(deps: Deps, undone: Engine, subject_id: UUID) -> None:
    phones, places = FIRST + KEPT[Held.PHONES] + HOUR, FIRST + KEPT[Held.POSITIONS] + HOUR
    assert ran(deps, phones) == {"device_health": 1, "position_batches": 1}
    assert ran(deps, phones) == {}
    assert ran(deps, places) == {
        "positions": 1,
        "positions_of_far_clocks": 1,
        "position_marks": 2,
        "check_in_places": 1,
        "device_health": 1,
        "position_batches": 1,
    }
    with transaction(undone) as tx:
        assert tuple(tx.execute(text(WHERE_ONE_WAS)).one()) == (1, 1, 2), "the try stays, and the later one's place"
        assert tx.execute(text("SELECT last_position_at FROM subject_states")).scalar_one() == LATER
    assert ran(deps, places + DAY)["last_positions"] == 1
    with transaction(undone) as tx:
        assert tuple(tx.execute(text("SELECT last_position, last_accuracy_m FROM subject_states")).one()) == (
            None,
            None,
        )


def test_points_and_the_log_in_count_from_the_end_of_supervision(
    deps: Deps, undone: Engine, officer: Worker, subject_id: UUID
) -> None:
    ended = MONDAY + 2 * DAY
    with transaction(undone) as tx:
        a_point(tx, officer, subject_id, at=MONDAY)
        end_supervision(tx, officer.actor, subject_id, EndReason.COMPLETED, None, now=ended)
    assert {"clock_proofs", "subject_accounts"}.isdisjoint(ran(deps, ended + KEPT[Held.PHONES]))
    gone = ran(deps, ended + KEPT[Held.PHONES] + HOUR)
    assert (gone["clock_proofs"], gone["subject_accounts"]) == (1, 1)
    assert "visit_points" not in ran(deps, ended + KEPT[Held.POINTS])
    over = ended + KEPT[Held.POINTS] + HOUR
    assert ran(deps, over) == {"visit_points": 1}
    with transaction(undone) as tx:
        row = tx.execute(text("SELECT name, lon, lat, given, ended_at, ended_by, deleted_at FROM visit_points")).one()
    assert tuple(row) == (None, None, None, None, ended, officer.id, over), "that there was one stays, and when it went"


def test_the_policy_of_today_says_how_long(deps: Deps, undone: Engine, tree: Tree, subject_id: UUID) -> None:
    rules = MappingProxyType({**USUAL_RETENTION, Held.POSITIONS: Keeping(90, "依据")})
    changed = MONDAY + 100 * DAY
    assert ran(deps, changed) == {}
    with transaction(undone) as tx:
        a_policy(tx, tree.county, replace(shipped_policy(), retention=rules), from_at=changed)
    assert ran(deps, changed + HOUR)["positions"] == 2


def test_a_long_list_is_gone_through_to_its_end(
    deps: Deps, undone: Engine, officer: Worker, subject_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    with transaction(undone) as tx:
        others = [a_subject(tx, officer).id for _ in range(2)]
    assert len(others) == 2
    assert ran(deps, FIRST + KEPT[Held.POSITIONS] + HOUR)["positions"] == 1


def test_what_an_officer_gave_up_goes_after_a_month(undone: Engine, officer: Worker) -> None:
    month = timedelta(days=30)
    with transaction(undone) as tx:
        a_totp(tx, officer.id)
        channel = a_channel(tx, officer, "token-of-a-robot", at=MONDAY)
        second_factor.end(tx, officer.id, now=MONDAY)
        channels.retire(tx, officer.id, "replaced", now=MONDAY)
        kept = purge(tx, now=MONDAY + month)
        gone = purge(tx, now=MONDAY + month + HOUR)
        assert [(ran["totps"], ran["user_channels"]) for ran in (kept, gone)] == [(0, 0), (1, 1)]
        row = tx.execute(text("SELECT cipher, hint FROM user_channels WHERE id = :id"), {"id": channel}).one()
    assert tuple(row) == (None, "")

"""Orders on a real database: their power, their end, and what lifting leaves."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from app.actions.lift_order import lift_order
from app.actions.order_positioning import OrderPositioning, order_positioning
from app.queries.orders import OrderView, order
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Ground
from app.rules.orders import Term
from app.store.orders import stop_collection
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree, shipped_policy
from tests.builders.positions import (
    a_head,
    a_power,
    a_report,
    an_order,
    phones_under_order,
    report,
    state_of,
    stored,
)
from tests.builders.users import Worker, a_user
from tests.database import Database
from tests.patience import PATIENT, eventually

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = MONDAY


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx, policy=phones_under_order())


@pytest.fixture
def head(tx: Connection, tree: Tree) -> Worker:
    return a_head(tx, tree)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree) -> UUID:
    return a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)


def shown(tx: Connection, head: Worker, order_id: UUID) -> OrderView:
    return order(tx, head.actor, order_id)


def kept(tx: Connection, subject_id: UUID, at: datetime) -> int:
    return report(tx, subject_id, a_report(at), now=at).stored


def lift(tx: Connection, head: Worker, order_id: UUID, now: datetime, at: datetime | None = None) -> int:
    return lift_order(tx, head.actor, order_id, reason="不再需要", lifted_at=at, now=now)


class TestOrdering:
    def test_an_order_names_its_approver_and_carries_its_power(
        self, tx: Connection, head: Worker, subject_id: UUID
    ) -> None:
        order_id = an_order(tx, head, subject_id, NOW, NOW + 30 * DAY, ground=Ground.REFUSED_REPORTING)

        found = shown(tx, head, order_id)
        assert (found.approver_id, found.approver_name, found.ground) == (head.id, "郑局长", "refused_reporting")
        assert (found.from_at, found.until, found.in_force_until) == (NOW, NOW + 30 * DAY, NOW + 30 * DAY)
        assert found.covers_phone
        power = tx.execute(text("SELECT * FROM collection_powers WHERE id = :id"), {"id": order_id}).one()
        assert (power.subject_id, power.kind, power.phone) == (subject_id, "order", True)

    def test_collection_ends_with_the_order_by_itself(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        an_order(tx, head, subject_id, NOW, NOW + DAY)

        assert [kept(tx, subject_id, at) for at in (NOW, NOW + DAY - SECOND, NOW + DAY)] == [1, 1, 0]

    def test_the_same_request_orders_once(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        command = OrderPositioning(uuid4(), subject_id, Ground.REFUSED_REPORTING, Term(NOW, NOW + DAY), b"body")

        assert order_positioning(tx, head.actor, command, now=NOW)
        assert not order_positioning(tx, head.actor, command, now=NOW + 9 * DAY)

    def test_the_same_id_for_another_order_is_refused(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW, NOW + DAY)
        other = OrderPositioning(order_id, subject_id, Ground.REFUSED_REPORTING, Term(NOW, NOW + DAY), b"another")

        with pytest.raises(Conflict, match="id_reused"):
            order_positioning(tx, head.actor, other, now=NOW)

    def test_an_extension_is_another_order_from_the_end_of_the_last(
        self, tx: Connection, head: Worker, subject_id: UUID
    ) -> None:
        first = an_order(tx, head, subject_id, NOW, NOW + DAY)

        with pytest.raises(Conflict, match="order_overlaps"):
            an_order(tx, head, subject_id, NOW + DAY - SECOND)
        unassessed = OrderPositioning(
            uuid4(), subject_id, Ground.BROKE_PROHIBITION, Term(NOW + DAY, NOW + 5 * DAY), b""
        )
        with pytest.raises(Conflict, match="order_not_assessed"):
            order_positioning(tx, head.actor, unassessed, now=NOW)
        second = an_order(tx, head, subject_id, NOW + DAY, NOW + 5 * DAY)

        assert shown(tx, head, second).extends == first

        assert kept(tx, subject_id, NOW + 2 * DAY) == 1

    def test_nobody_orders_for_another_county(self, tx: Connection, tree: Tree, subject_id: UUID) -> None:
        stranger = a_head(tx, tree, tree.other_county)

        with pytest.raises(NotFound):
            an_order(tx, stranger, subject_id, NOW)
        assert tx.execute(text("SELECT count(*) FROM positioning_orders")).scalar_one() == 0

    def test_it_is_on_record_who_ordered_what(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW, NOW + DAY)

        act = tx.execute(text("SELECT * FROM audit WHERE action = 'orders.decide'")).one()
        assert (act.actor_id, act.subject_id, act.object_id) == (head.id, subject_id, order_id)
        assert act.details["ground"] == "left_without_permission"


class TestWhatTheDatabaseItselfRefuses:
    """Whoever writes rows by hand is bound by Law 29 as well."""

    def write(self, tx: Connection, head: Worker, subject_id: UUID, from_at: datetime, until: datetime) -> None:
        tx.execute(
            text(
                "INSERT INTO positioning_orders (id, subject_id, ground, approver_id, term, ordered_from,"
                " ordered_until, covers_phone, created_by, created_at, body_hash) VALUES (:id, :subject,"
                " 'refused_reporting', :head, tstzrange(:from_at, :until), :from_at, :until, false, :head,"
                " :from_at, '')"
            ),
            {"id": uuid4(), "subject": subject_id, "head": head.id, "from_at": from_at, "until": until},
        )

    def test_three_months_by_the_local_calendar(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        first_of_march = datetime(2026, 2, 28, 16, tzinfo=UTC)
        first_of_june = datetime(2026, 5, 31, 16, tzinfo=UTC)

        with pytest.raises(IntegrityError, match="at_most_three_months"), tx.begin_nested():
            self.write(tx, head, subject_id, first_of_march, first_of_june + SECOND)
        self.write(tx, head, subject_id, first_of_march, first_of_june)

    def test_overlapping_terms(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        self.write(tx, head, subject_id, NOW, NOW + DAY)
        with pytest.raises(IntegrityError, match="ex_positioning_orders_term"), tx.begin_nested():
            self.write(tx, head, subject_id, NOW + DAY - SECOND, NOW + 2 * DAY)


class TestThePhone:
    def test_is_no_positioning_device_unless_the_policy_says_so(self, tx: Connection) -> None:
        tree = a_tree(tx, policy=shipped_policy())
        subject_id = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - DAY)
        head = a_head(tx, tree)

        order_id = an_order(tx, head, subject_id, NOW)

        assert not shown(tx, head, order_id).covers_phone
        assert kept(tx, subject_id, NOW) == 0


class TestLifting:
    def test_what_came_after_is_purged_and_counted(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW, NOW + 30 * DAY)
        check = a_power(tx, subject_id, NOW + 5 * HOUR, NOW + 6 * HOUR)
        points = [a_report(NOW + n * HOUR, lon=118.0 + n / 10) for n in range(8)]
        report(tx, subject_id, *points, now=NOW + 7 * HOUR)

        purged = lift(tx, head, order_id, NOW + 9 * HOUR, at=NOW + 3 * HOUR)

        assert purged == 4
        left = stored(tx, subject_id)
        assert [row.effective_at for row in left] == [NOW + n * HOUR for n in (0, 1, 2, 5)]
        assert left[-1].power_id == check
        found = shown(tx, head, order_id)
        assert (found.lifted_at, found.in_force_until) == (NOW + 3 * HOUR, NOW + 3 * HOUR)
        assert (found.purged_positions, found.lift_reason, found.lifted_by) == (4, "不再需要", head.id)
        act = tx.execute(text("SELECT * FROM audit WHERE action = 'orders.lift'")).one()
        assert act.details["purged_positions"] == 4
        assert act.reason == "不再需要"

    def test_the_last_position_is_one_that_is_left(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW)
        report(tx, subject_id, a_report(NOW, lon=118.1), a_report(NOW + HOUR, lon=118.2), now=NOW + HOUR)

        lift(tx, head, order_id, NOW + 2 * HOUR, at=NOW + MINUTE)

        state = state_of(tx, subject_id)
        assert (state.last_position_at, state.last_lon) == (NOW, 118.1)

    def test_no_last_position_where_none_is_left(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW)
        report(tx, subject_id, a_report(NOW + HOUR), now=NOW + HOUR)

        lift(tx, head, order_id, NOW + 2 * HOUR, at=NOW)

        state = state_of(tx, subject_id)
        assert (state.last_position_at, state.last_position, state.last_accuracy_m) == (None, None, None)

    def test_points_of_a_wrong_clock_are_purged_by_their_own_time(
        self, tx: Connection, head: Worker, subject_id: UUID
    ) -> None:
        order_id = an_order(tx, head, subject_id, NOW)
        off = a_report(NOW - 400 * DAY, recorded_elapsed_ms=0)
        report(tx, subject_id, off, now=NOW + 5 * HOUR, sent_elapsed_ms=3_600_000, boot_id="one")

        assert lift(tx, head, order_id, NOW + 6 * HOUR, at=NOW + HOUR) == 1
        assert stored(tx, subject_id) == []

    def test_late_points_from_before_the_lifting_are_still_covered(
        self, tx: Connection, head: Worker, subject_id: UUID
    ) -> None:
        order_id = an_order(tx, head, subject_id, NOW)
        lift(tx, head, order_id, NOW + 3 * HOUR)

        receipt = report(
            tx,
            subject_id,
            *(a_report(NOW + n * HOUR) for n in (1, 2, 4)),
            now=NOW + 5 * HOUR,
        )

        assert (receipt.stored, receipt.not_kept) == (2, 1)

    def test_an_order_lifted_before_it_began_makes_room(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW + 5 * DAY, now=NOW)

        lift(tx, head, order_id, NOW + DAY)

        found = shown(tx, head, order_id)
        assert (found.in_force_until, found.lifted_at) == (None, NOW + DAY)
        assert (found.from_at, found.until) == (NOW + 5 * DAY, NOW + 35 * DAY)
        assert kept(tx, subject_id, NOW + 6 * DAY) == 0
        an_order(tx, head, subject_id, NOW + 5 * DAY + SECOND, now=NOW + DAY)

    def test_what_was_to_extend_it_is_lifted_with_it(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        first = an_order(tx, head, subject_id, NOW, NOW + 5 * DAY)
        second = an_order(tx, head, subject_id, NOW + 5 * DAY, NOW + 9 * DAY, now=NOW)
        third = an_order(tx, head, subject_id, NOW + 9 * DAY, NOW + 20 * DAY, now=NOW)

        lift(tx, head, first, NOW + DAY)

        for extension in (second, third):
            found = shown(tx, head, extension)
            assert (found.in_force_until, found.lifted_at, found.lift_reason) == (None, NOW + DAY, "不再需要")
        assert [kept(tx, subject_id, NOW + day * DAY) for day in (2, 6, 10)] == [0, 0, 0]
        told = text("SELECT count(*) FROM notices WHERE recipient_id = :id AND step = 'lifted'")
        assert tx.execute(told, {"id": subject_id}).scalar_one() == 1, "the person hears of one end"

    def test_an_extension_that_has_begun_is_lifted_by_itself(
        self, tx: Connection, head: Worker, subject_id: UUID
    ) -> None:
        first = an_order(tx, head, subject_id, NOW, NOW + DAY)
        second = an_order(tx, head, subject_id, NOW + DAY, NOW + 5 * DAY, now=NOW)

        lift(tx, head, second, NOW + 2 * DAY)

        assert shown(tx, head, first).lifted_at is None
        assert shown(tx, head, second).in_force_until == NOW + 2 * DAY

    def test_twice_is_once(self, tx: Connection, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW)
        lift(tx, head, order_id, NOW + DAY)

        with pytest.raises(Conflict, match="order_ended"):
            lift(tx, head, order_id, NOW + 2 * DAY)

    def test_nobody_lifts_for_another_county(self, tx: Connection, tree: Tree, head: Worker, subject_id: UUID) -> None:
        order_id = an_order(tx, head, subject_id, NOW)

        with pytest.raises(NotFound):
            lift(tx, a_head(tx, tree, tree.other_county), order_id, NOW + DAY)


def test_the_end_of_supervision_ends_every_power(tx: Connection, head: Worker, subject_id: UUID) -> None:
    live = an_order(tx, head, subject_id, NOW)
    planned = an_order(tx, head, subject_id, NOW + 60 * DAY, now=NOW)
    a_power(tx, subject_id, NOW - HOUR, NOW + HOUR)
    a_power(tx, subject_id, NOW - 2 * DAY, NOW - DAY)
    ended = NOW + 10 * MINUTE

    stop_collection(tx, subject_id, now=ended)

    assert shown(tx, head, live).in_force_until == ended
    assert shown(tx, head, planned).in_force_until is None
    ends = tx.execute(text("SELECT upper(covers) AS until FROM collection_powers ORDER BY 1")).scalars().all()
    assert ends == [NOW - DAY, ended, ended, None]
    assert [kept(tx, subject_id, at) for at in (ended - SECOND, ended)] == [1, 0]


def test_a_batch_that_waits_for_a_lifting_is_judged_by_what_the_lifting_left(fresh_database: Database) -> None:
    """The statement began before the lifting was committed, and would read the power as it was then."""
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        tree = a_tree(tx, policy=phones_under_order())
        subject_id = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - DAY)
        head = a_head(tx, tree)
        order_id = an_order(tx, head, subject_id, NOW)
    stored_counts: list[Any] = []

    def post() -> None:
        with autocommit(engine) as connection:
            points = [a_report(NOW + n * HOUR) for n in range(4)]
            stored_counts.append(report(connection, subject_id, *points, now=NOW + 4 * HOUR))

    phone = threading.Thread(target=post)
    with transaction(engine) as tx:
        lift(tx, head, order_id, NOW + 4 * HOUR, at=NOW + 2 * HOUR)
        phone.start()
        _until_somebody_waits(engine)
    phone.join()

    [receipt] = stored_counts
    assert (receipt.stored, receipt.not_kept) == (2, 2)
    engine.dispose()


def _until_somebody_waits(engine: Any) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with autocommit(engine) as connection:
        eventually(lambda: bool(connection.execute(waiting).scalar_one()), every_s=0.01)

"""The gate and the one statement behind it: what is stored, counted, set aside, and what the subject's state says."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.rules.errors import Conflict
from app.rules.facts import DutyKind
from app.store.identity import keys_of
from app.store.poison import unseal_report
from app.store.positions import BatchReceipt
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import a_duty, a_supervised, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_power, a_report, report, state_of, stored
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT
from tests.statements import counted

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = MONDAY + 3 * HOUR


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree) -> UUID:
    return a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)


@pytest.fixture
def covered(tx: Connection, subject_id: UUID) -> UUID:
    """Somebody whose phone may report all the time from an hour ago on."""
    a_power(tx, subject_id, NOW - HOUR, NOW + DAY, kind="order")
    return subject_id


def counts(receipt: BatchReceipt) -> tuple[int, int, int, int]:
    return receipt.stored, receipt.repeated, receipt.not_kept, len(receipt.set_aside)


class TestTheGate:
    def test_only_what_a_power_covers_is_kept(self, tx: Connection, covered: UUID) -> None:
        ages = [timedelta(0), 59 * MINUTE, HOUR, HOUR + SECOND, 5 * HOUR]

        receipt = report(tx, covered, *(a_report(NOW - age) for age in ages), now=NOW)

        assert counts(receipt) == (3, 0, 2, 0)
        assert [row.effective_at for row in stored(tx, covered)] == [NOW - HOUR, NOW - 59 * MINUTE, NOW]

    def test_of_what_is_not_kept_nothing_is_left_but_a_number(self, tx: Connection, subject_id: UUID) -> None:
        receipt = report(tx, subject_id, a_report(NOW, lon=120.123456, battery_percent=51), now=NOW)

        assert counts(receipt) == (0, 0, 1, 0)
        for table in ("positions", "position_batches", "poison", "subject_states", "attempts", "audit"):
            for row in tx.execute(text(f"SELECT CAST(t AS text) FROM {table} t")):
                assert "120.12" not in row[0]
        assert state_of(tx, subject_id).last_heard_at == NOW
        assert state_of(tx, subject_id).last_position_at is None

    def test_a_power_of_the_dedicated_device_is_none_of_the_phone(self, tx: Connection, subject_id: UUID) -> None:
        a_power(tx, subject_id, NOW - HOUR, NOW + HOUR, kind="order", phone=False)

        assert counts(report(tx, subject_id, a_report(NOW), now=NOW)) == (0, 0, 1, 0)

    @pytest.mark.usefixtures("covered")
    def test_another_persons_power_covers_nobody_else(self, tx: Connection, tree: Tree) -> None:
        other = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY)

        assert counts(report(tx, other, a_report(NOW), now=NOW)) == (0, 0, 1, 0)

    @pytest.mark.parametrize(("at", "kept"), [(-SECOND, 0), (timedelta(0), 1), (HOUR - SECOND, 1), (HOUR, 0)])
    def test_a_power_begins_with_its_first_instant_and_ends_before_its_last(
        self, tx: Connection, subject_id: UUID, at: timedelta, kept: int
    ) -> None:
        a_power(tx, subject_id, NOW, NOW + HOUR)

        receipt = report(tx, subject_id, a_report(NOW + at), now=NOW + max(at, timedelta(0)))

        assert counts(receipt) == (kept, 0, 1 - kept, 0)

    def test_a_check_covers_before_an_order(self, tx: Connection, tree: Tree, covered: UUID) -> None:
        kind = DutyKind.LOCATION_CHECK
        duty_id = a_duty(tx, tree, covered, NOW - MINUTE, NOW + 29 * MINUTE, kind=kind)

        report(tx, covered, a_report(NOW), a_report(NOW - 2 * MINUTE), now=NOW)

        before, inside = stored(tx, covered)
        assert inside.power_id == duty_id
        assert before.power_id != duty_id


class TestWhatIsStored:
    def test_a_point_as_it_was_sent_and_as_it_was_meant(self, tx: Connection, covered: UUID) -> None:
        sent = a_report(
            NOW - MINUTE,
            sent_lon=118.632,
            sent_lat=28.735,
            datum="gcj02",
            speed_mps=1.5,
            heading_deg=90.0,
            altitude_m=88.0,
            battery_percent=64,
            provider="gps",
            mock=True,
        )

        report(tx, covered, sent, now=NOW, sent_at=NOW - SECOND)

        [row] = stored(tx, covered)
        place = tx.execute(text("SELECT ST_AsText(place), ST_SRID(place) FROM positions")).one()
        assert tuple(place) == ("POINT(118.627 28.738)", 4326)
        assert (row.lon, row.lat, row.datum) == (118.632, 28.735, "gcj02")
        assert (row.recorded_at, row.effective_at, row.sent_at, row.received_at) == (
            NOW - MINUTE,
            NOW - MINUTE,
            NOW - SECOND,
            NOW,
        )
        assert (row.speed_mps, row.heading_deg, row.altitude_m, row.battery_percent) == (1.5, 90.0, 88.0, 64)
        assert (row.provider, row.mock, row.accuracy_m, row.time_proven) == ("gps", True, 20.0, True)

    def test_what_the_phone_left_out_is_unknown(self, tx: Connection, covered: UUID) -> None:
        report(tx, covered, a_report(NOW), now=NOW)

        [row] = stored(tx, covered)
        assert (row.speed_mps, row.heading_deg, row.altitude_m, row.battery_percent, row.provider, row.mock) == (
            *(None, None, None),
            *(None, None, None),
        )

    def test_an_offline_fix_gets_the_time_that_its_monotonic_clock_proves(self, tx: Connection, covered: UUID) -> None:
        wrong = a_report(NOW - 300 * DAY, recorded_elapsed_ms=1_000)

        report(tx, covered, wrong, now=NOW, sent_elapsed_ms=601_000, boot_id="one")

        [row] = stored(tx, covered)
        assert (row.effective_at, row.recorded_at, row.time_proven) == (NOW - 10 * MINUTE, NOW - 300 * DAY, True)

    def test_a_clock_proved_by_one_request_corrects_a_later_one_of_the_same_boot(
        self, tx: Connection, covered: UUID
    ) -> None:
        ahead = 20 * MINUTE
        report(tx, covered, a_report(NOW + ahead), now=NOW, sent_at=NOW + ahead, boot_id="one")
        later = NOW + 30 * MINUTE

        report(tx, covered, a_report(NOW + ahead), now=later, sent_at=later + ahead, boot_id="one")

        assert [(row.effective_at, row.time_proven) for row in stored(tx, covered)] == [(NOW, True)]

    def test_points_go_to_the_partition_of_their_month(self, tx: Connection, covered: UUID) -> None:
        tx.execute(text("SELECT ensure_position_partitions('2026-03-01', 1)"))
        report(tx, covered, a_report(NOW), now=NOW)
        report(tx, covered, a_report(NOW + 9000 * DAY, recorded_elapsed_ms=1), now=NOW, sent_elapsed_ms=2, boot_id="b")

        places = tx.execute(text("SELECT CAST(CAST(tableoid AS regclass) AS text) FROM positions ORDER BY recorded_at"))
        assert list(places.scalars()) == ["positions_202603", "positions_default"]

    def test_a_new_partition_takes_over_what_waited_in_the_default_one(self, tx: Connection, covered: UUID) -> None:
        ahead = datetime(2027, 5, 6, tzinfo=UTC)
        report(tx, covered, a_report(ahead, recorded_elapsed_ms=1), now=NOW, sent_elapsed_ms=2, boot_id="b")

        made = tx.execute(text("SELECT ensure_position_partitions('2027-05-01', 1)")).scalar_one()

        assert made == 1
        table = tx.execute(text("SELECT CAST(CAST(tableoid AS regclass) AS text) FROM positions")).scalar_one()
        assert table == "positions_202705"


class TestRepetition:
    def test_the_same_request_gets_the_same_receipt_and_changes_nothing(self, tx: Connection, covered: UUID) -> None:
        points = [a_report(NOW), a_report(NOW - MINUTE), a_report(NOW, lon=0.0, lat=0.0), a_report(NOW - DAY)]
        request_id = uuid4()
        first = report(tx, covered, *points, now=NOW, request_id=request_id)
        set_state(tx, covered, rejudge_from=None)

        again = report(tx, covered, *points, now=NOW + HOUR, request_id=request_id)

        assert (first.fresh, again.fresh) == (True, False)
        assert (again.receipt_no, again.received_at, counts(again)) == (first.receipt_no, NOW, (2, 0, 1, 1))
        assert len(stored(tx, covered)) == 2
        assert tx.execute(text("SELECT count(*) FROM poison")).scalar_one() == 1
        assert state_of(tx, covered).rejudge_from is None
        assert state_of(tx, covered).last_heard_at == NOW + HOUR

    def test_the_same_request_id_with_another_body_changes_nothing(self, tx: Connection, covered: UUID) -> None:
        request_id = uuid4()
        report(tx, covered, a_report(NOW), now=NOW, request_id=request_id)

        with pytest.raises(Conflict, match="id_reused"):
            report(tx, covered, a_report(NOW - MINUTE), now=NOW, request_id=request_id, body_hash=b"another")

        assert len(stored(tx, covered)) == 1

    def test_the_same_points_in_another_request_are_repeated(self, tx: Connection, covered: UUID) -> None:
        points = [a_report(NOW), a_report(NOW - MINUTE)]
        report(tx, covered, *points, now=NOW)

        receipt = report(tx, covered, *points, a_report(NOW - 2 * MINUTE), now=NOW)

        assert counts(receipt) == (1, 2, 0, 0)

    def test_request_ids_are_each_subjects_own(self, tx: Connection, tree: Tree, covered: UUID) -> None:
        other = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY)
        request_id = uuid4()

        first = report(tx, covered, a_report(NOW), now=NOW, request_id=request_id)
        second = report(tx, other, a_report(NOW), now=NOW, request_id=request_id, body_hash=b"another")

        assert first.fresh
        assert second.fresh


class TestSetAside:
    def test_what_is_set_aside_is_kept_sealed(self, tx: Connection, covered: UUID) -> None:
        ahead = a_report(NOW + HOUR, lon=118.7654321)

        receipt = report(tx, covered, ahead, now=NOW)

        assert receipt.set_aside == [{"id": str(ahead.id), "reason": "future_time"}]
        assert stored(tx, covered) == []
        row = tx.execute(text("SELECT * FROM poison")).one()
        assert (row.subject_id, row.client, row.reason, row.received_at) == (covered, "mobile", "future_time", NOW)
        assert b"118.76" not in bytes(row.body_cipher)
        keys = keys_of(settings_for_tests())
        assert unseal_report(keys, covered, bytes(row.body_cipher), row.key_version) == ahead

    def test_a_batch_of_nothing_usable_still_counts_as_heard(self, tx: Connection, covered: UUID) -> None:
        receipt = report(tx, covered, a_report(NOW, lon=0.0, lat=0.0), now=NOW)

        assert counts(receipt) == (0, 0, 0, 1)
        state = state_of(tx, covered)
        assert (state.last_heard_at, state.last_position_at, state.rejudge_from) == (NOW, None, None)


class TestTheSubjectsState:
    def test_the_last_position_is_the_newest_by_its_own_time(self, tx: Connection, covered: UUID) -> None:
        report(tx, covered, a_report(NOW - 5 * MINUTE, lon=118.1, battery_percent=50), now=NOW)
        report(
            tx,
            covered,
            a_report(NOW - 50 * MINUTE, lon=118.2, battery_percent=90),
            a_report(NOW - 2 * MINUTE, lon=118.3, accuracy_m=7.0),
            a_report(NOW - 30 * MINUTE, lon=118.4),
            now=NOW,
        )

        state = state_of(tx, covered)
        assert (state.last_position_at, state.last_lon, state.last_accuracy_m) == (NOW - 2 * MINUTE, 118.3, 7.0)
        assert state.battery_percent == 50

    def test_late_points_never_move_it_back(self, tx: Connection, covered: UUID) -> None:
        report(tx, covered, a_report(NOW - MINUTE, lon=118.1, battery_percent=50), now=NOW)

        report(tx, covered, a_report(NOW - 2 * MINUTE, lon=118.2, battery_percent=9), now=NOW + HOUR)

        state = state_of(tx, covered)
        assert (state.last_position_at, state.last_lon, state.battery_percent) == (NOW - MINUTE, 118.1, 50)
        assert state.last_heard_at == NOW + HOUR

    def test_judging_starts_from_the_oldest_new_point(self, tx: Connection, covered: UUID) -> None:
        report(tx, covered, a_report(NOW - 20 * MINUTE), now=NOW)
        report(tx, covered, a_report(NOW - MINUTE), a_report(NOW - 40 * MINUTE), now=NOW)
        report(tx, covered, a_report(NOW - 5 * MINUTE), now=NOW)

        assert state_of(tx, covered).rejudge_from == NOW - 40 * MINUTE

    def test_a_silent_phone_is_heard_again_once(self, tx: Connection, covered: UUID) -> None:
        set_state(tx, covered, silent=True)

        report(tx, covered, a_report(NOW), now=NOW)
        report(tx, covered, a_report(NOW + MINUTE), now=NOW + MINUTE)

        assert state_of(tx, covered).heard_again_at == NOW


@pytest.mark.parametrize("points", [1, 100, 500])
def test_one_writing_statement_whatever_the_batch(tx: Connection, covered: UUID, points: int) -> None:
    reports = [a_report(NOW - n * SECOND, recorded_elapsed_ms=1_000_000 - n * 1_000) for n in range(points - 1)]
    nowhere = a_report(NOW, lon=0.0, lat=0.0)

    with counted(tx) as sent:
        report(tx, covered, *reports, nowhere, now=NOW, sent_at=NOW, sent_elapsed_ms=1_000_000, boot_id="one")

    assert ["keep_positions" in statement for statement in sent] == [True]
    assert len(stored(tx, covered)) == points - 1


def test_only_what_earlier_requests_proved_of_a_clock_is_asked_for_beforehand(tx: Connection, covered: UUID) -> None:
    with counted(tx) as sent:
        report(tx, covered, a_report(NOW - 3 * MINUTE), now=NOW, sent_at=NOW, boot_id="one")

    assert ["keep_batch" in statement for statement in sent] == [False, True]


class TestSeveralAtOnce:
    @pytest.fixture
    def everybody(self, fresh_database: Database) -> UUID:
        engine = make_engine(fresh_database.url, limits=PATIENT)
        with transaction(engine) as tx:
            tree = a_tree(tx)
            subject_id = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY)
            a_power(tx, subject_id, NOW - DAY, NOW + DAY, kind="order")
        engine.dispose()
        return subject_id

    def together(self, database: Database, work: list[Any]) -> list[Any]:
        engine = make_engine(database.url, pool_size=len(work), limits=PATIENT)
        answers: list[Any] = []
        start = threading.Barrier(len(work))

        def run(one: Any) -> None:
            with autocommit(engine) as connection:
                start.wait()
                try:
                    answers.append(one(connection))
                except Conflict as refusal:
                    answers.append(refusal)

        threads = [threading.Thread(target=run, args=(one,)) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        engine.dispose()
        return answers

    def on_disk(self, database: Database) -> tuple[int, int]:
        engine = make_engine(database.url, limits=PATIENT)
        with autocommit(engine) as connection:
            counted_rows = connection.execute(
                text("SELECT (SELECT count(*) FROM positions), (SELECT count(*) FROM position_batches)")
            ).one()
        engine.dispose()
        return counted_rows[0], counted_rows[1]

    def test_one_request_sent_eight_times_at_once_has_one_effect_and_one_receipt(
        self, fresh_database: Database, everybody: UUID
    ) -> None:
        points, request_id = [a_report(NOW - n * SECOND) for n in range(200)], uuid4()

        receipts = self.together(
            fresh_database, [lambda tx: report(tx, everybody, *points, now=NOW, request_id=request_id)] * 8
        )

        assert {receipt.receipt_no for receipt in receipts} == {receipts[0].receipt_no}
        assert [receipt.fresh for receipt in receipts].count(True) == 1
        assert {counts(receipt) for receipt in receipts} == {(200, 0, 0, 0)}
        assert self.on_disk(fresh_database) == (200, 1)

    def test_of_one_id_for_several_bodies_at_once_only_one_has_an_effect(
        self, fresh_database: Database, everybody: UUID
    ) -> None:
        request_id = uuid4()

        def sender(number: int) -> Any:
            points = [a_report(NOW - number * MINUTE - n * SECOND) for n in range(50)]
            body = bytes([number])
            return lambda tx: report(tx, everybody, *points, now=NOW, request_id=request_id, body_hash=body)

        answers = self.together(fresh_database, [sender(number) for number in range(6)])

        assert sum(isinstance(answer, Conflict) for answer in answers) == 5
        assert self.on_disk(fresh_database) == (50, 1)

    def test_the_same_points_by_several_requests_at_once_are_one_row_each(
        self, fresh_database: Database, everybody: UUID
    ) -> None:
        points = [a_report(NOW - n * SECOND) for n in range(100)]

        receipts = self.together(fresh_database, [lambda tx: report(tx, everybody, *points, now=NOW)] * 6)

        assert sorted(map(counts, receipts)) == [*([(0, 100, 0, 0)] * 5), (100, 0, 0, 0)]
        assert self.on_disk(fresh_database) == (100, 6)

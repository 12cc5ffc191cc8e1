"""Silence on a real database: raised once, over when the phone is heard, counted anew after a closing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.change_subject import Changes, change_subject
from app.actions.check_silence import Returns, Silences, check_silence, end_silence
from app.actions.close_alert import close_alert
from app.actions.end_supervision import end_supervision
from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.rules.devices import Device
from app.rules.facts import Actor, Channel, CloseReason, EndReason
from app.store import devices
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import a_supervised, alerts_of, api_up, occurrences_of, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_head, an_order, state_of
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, password_hash
from tests.statements import counted

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HEARD = MONDAY


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    """Somebody heard on Monday at nine, while the service was up for a month before and a month after."""
    api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
    made = a_supervised(tx, tree, officer, at=MONDAY - 20 * DAY)
    set_state(tx, made, last_heard_at=HEARD, silence_check_at=HEARD)
    return made


def looked(tx: Connection, now: datetime) -> Silences:
    return check_silence(tx, now=now)


def hear(tx: Connection, subject_id: UUID, at: datetime) -> None:
    """As any authenticated request of the bound phone."""
    tx.execute(
        text(
            "UPDATE subject_states SET last_heard_at = :at, heard_again_at = CASE WHEN silent THEN"
            " coalesce(heard_again_at, :at) END WHERE subject_id = :id"
        ),
        {"id": subject_id, "at": at},
    )


def test_silence_is_raised_at_the_limit_and_once(tx: Connection, subject_id: UUID) -> None:
    assert looked(tx, HEARD + DAY - SECOND) == Silences(looked_at=1, silent=0)
    assert state_of(tx, subject_id).silence_check_at == HEARD + DAY
    assert looked(tx, HEARD + DAY) == Silences(looked_at=1, silent=1)
    assert looked(tx, HEARD + 3 * DAY) == Silences()

    [alert] = alerts_of(tx, subject_id)
    assert (alert.kind, alert.event_at, alert.occurrences) == ("lost_contact", HEARD + DAY, 1)
    assert (alert.about_kind, alert.about_id, alert.office_id) == ("subject", subject_id, alert.office_id)
    assert (alert.next_step, alert.next_step_at) == ("office", HEARD + DAY)
    state = state_of(tx, subject_id)
    assert (state.silent, state.silence_check_at) == (True, None)


def test_a_phone_that_is_heard_is_left_alone(tx: Connection, subject_id: UUID) -> None:
    hear(tx, subject_id, HEARD + 23 * HOUR)

    assert looked(tx, HEARD + DAY).silent == 0
    assert state_of(tx, subject_id).silence_check_at == HEARD + 47 * HOUR


def test_who_never_reported_is_found_too(tx: Connection, tree: Tree) -> None:
    api_up(tx, MONDAY - DAY, MONDAY + 30 * DAY)
    subject = a_subject(tx, a_user(tx, tree.office), at=MONDAY)

    assert looked(tx, MONDAY + DAY).silent == 1
    [alert] = alerts_of(tx, subject.id)
    assert (alert.event_at, alert.why["code"], alert.cause) == (MONDAY + DAY, "never_heard", "unsure")


def test_an_order_shortens_the_limit_from_its_beginning_on(
    tx: Connection, tree: Tree, officer: Worker, subject_id: UUID
) -> None:
    looked(tx, HEARD)
    an_order(tx, a_head(tx, tree), subject_id, HEARD + 10 * HOUR)

    assert state_of(tx, subject_id).silence_check_at == HEARD + 12 * HOUR
    assert looked(tx, HEARD + 12 * HOUR).silent == 1
    assert alerts_of(tx, subject_id)[0].event_at == HEARD + 12 * HOUR


def test_an_order_never_puts_a_look_off(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    looked(tx, HEARD)
    an_order(tx, a_head(tx, tree), subject_id, HEARD + 40 * HOUR, now=HEARD)

    assert state_of(tx, subject_id).silence_check_at == HEARD + DAY


class TestTheReturn:
    @pytest.fixture
    def silent(self, tx: Connection, subject_id: UUID) -> UUID:
        looked(tx, HEARD + DAY)
        return subject_id

    def test_the_alert_recovers_at_the_first_word_and_waits_for_a_person(self, tx: Connection, silent: UUID) -> None:
        back = HEARD + 30 * HOUR
        hear(tx, silent, back)
        hear(tx, silent, back + MINUTE)

        assert end_silence(tx, now=back + 2 * MINUTE) == Returns(heard_again=1)
        assert end_silence(tx, now=back + 3 * MINUTE) == Returns()

        [alert] = alerts_of(tx, silent)
        assert (alert.condition, alert.recovered_at, alert.handling) == ("recovered", back, "open")
        state = state_of(tx, silent)
        assert (state.silent, state.heard_again_at, state.silence_check_at) == (False, None, back + MINUTE + DAY)

    def test_a_second_silence_is_a_second_occurrence(self, tx: Connection, silent: UUID) -> None:
        back = HEARD + 30 * HOUR
        hear(tx, silent, back)
        end_silence(tx, now=back)

        looked(tx, back + DAY)

        [alert] = alerts_of(tx, silent)
        assert (alert.condition, alert.occurrences) == ("active", 2)
        assert [each.event_at for each in occurrences_of(tx, alert.id)] == [HEARD + DAY, back + DAY]

    def test_a_silence_that_a_person_closed_is_raised_anew_after_another_limit(
        self, tx: Connection, officer: Worker, silent: UUID
    ) -> None:
        closing = HEARD + 30 * HOUR
        [alert] = alerts_of(tx, silent)
        close_alert(tx, officer.actor, alert.id, CloseReason.REAL, "已联系家属", now=closing)

        assert looked(tx, closing).silent == 0
        assert state_of(tx, silent).silence_check_at == closing + DAY
        assert looked(tx, closing + DAY).silent == 1
        assert [each.event_at for each in alerts_of(tx, silent)] == [HEARD + DAY, closing + DAY]

    def test_heard_and_closed_before_the_sweep_came_by(self, tx: Connection, officer: Worker, silent: UUID) -> None:
        hear(tx, silent, HEARD + 29 * HOUR)
        [alert] = alerts_of(tx, silent)
        close_alert(tx, officer.actor, alert.id, CloseReason.PHONE, "手机维修", now=HEARD + 30 * HOUR)

        end_silence(tx, now=HEARD + 30 * HOUR)
        looked(tx, HEARD + 30 * HOUR)

        state = state_of(tx, silent)
        assert not state.silent
        assert state.silence_check_at is not None
        assert state.silence_check_at >= HEARD + 53 * HOUR

    def test_a_machine_whose_clock_is_a_little_behind_ends_it_too(self, tx: Connection, silent: UUID) -> None:
        hear(tx, silent, HEARD + DAY - SECOND)

        end_silence(tx, now=HEARD + DAY + MINUTE)

        assert alerts_of(tx, silent)[0].condition == "recovered"

    def test_closing_what_is_over_already_does_not_put_the_next_look_off(
        self, tx: Connection, officer: Worker, silent: UUID
    ) -> None:
        back = HEARD + 30 * HOUR
        hear(tx, silent, back)
        end_silence(tx, now=back)
        [alert] = alerts_of(tx, silent)
        close_alert(tx, officer.actor, alert.id, CloseReason.PHONE, "手机维修", now=back + 20 * HOUR)

        assert looked(tx, back + DAY).silent == 1
        assert alerts_of(tx, silent)[-1].event_at == back + DAY

    def test_a_phone_given_up_and_got_again_is_watched_anew(
        self, tx: Connection, officer: Worker, silent: UUID
    ) -> None:
        given_up, got = HEARD + 2 * DAY, HEARD + 10 * DAY
        for channel, at in ((Channel.NO_SMARTPHONE, given_up), (Channel.SMARTPHONE, got)):
            changes: Changes = {"channel": channel}
            if channel is Channel.SMARTPHONE:
                changes |= {"login": "wang", "password_hash": password_hash()}
            change_subject(tx, officer.actor, silent, changes, settings_for_tests(), now=at)
        [alert] = alerts_of(tx, silent)
        assert (alert.condition, alert.recovered_at, alert.handling) == ("recovered", given_up, "open")

        set_state(tx, silent, silence_check_at=got + HOUR)
        assert looked(tx, got + HOUR).silent == 0
        assert looked(tx, got + DAY).silent == 1
        assert alerts_of(tx, silent)[0].event_at == got + DAY

    def test_after_the_end_of_supervision_nobody_is_looked_at(
        self, tx: Connection, officer: Worker, silent: UUID
    ) -> None:
        end_supervision(tx, officer.actor, silent, EndReason.COMPLETED, None, now=HEARD + 30 * HOUR)

        assert looked(tx, HEARD + 9 * DAY) == Silences()
        assert end_silence(tx, now=HEARD + 9 * DAY) == Returns()


def test_without_a_smartphone_there_is_nothing_to_be_heard(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, channel=Channel.NO_SMARTPHONE, at=MONDAY - DAY)
    set_state(tx, subject_id, silence_check_at=MONDAY)

    looked(tx, MONDAY + 9 * DAY)

    assert alerts_of(tx, subject_id) == []
    assert state_of(tx, subject_id).silence_check_at is None


def test_a_service_that_was_away_heard_nobody(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY - 20 * DAY)
    set_state(tx, subject_id, last_heard_at=HEARD, silence_check_at=HEARD + DAY)
    api_up(tx, MONDAY - 30 * DAY, HEARD + 10 * HOUR)
    api_up(tx, HEARD + 20 * HOUR, HEARD + 10 * DAY, instance="two")

    assert looked(tx, HEARD + DAY).silent == 0
    assert state_of(tx, subject_id).silence_check_at == HEARD + 34 * HOUR
    assert looked(tx, HEARD + 34 * HOUR).silent == 1
    assert alerts_of(tx, subject_id)[0].event_at == HEARD + 34 * HOUR


class TestTheCause:
    def told(self, tx: Connection, subject_id: UUID, at: datetime, **health: Any) -> None:
        actor = Actor("subject", subject_id, device_id=uuid4())
        report_device_health(tx, actor, ReportDeviceHealth(uuid4(), b"body", **health), now=at)

    def test_the_last_word_of_the_phone_on_itself_counts(self, tx: Connection, subject_id: UUID) -> None:
        self.told(tx, subject_id, HEARD - HOUR, battery_percent=80, location_permission="denied")
        self.told(tx, subject_id, HEARD, battery_percent=4, location_permission="always")

        looked(tx, HEARD + DAY)

        [alert] = alerts_of(tx, subject_id)
        assert (alert.cause, alert.strength, alert.why["code"]) == ("phone", "medium", "silent_battery_low")
        assert alert.why["params"]["battery"] == "4"

    def test_what_the_phone_before_said_explains_nothing(self, tx: Connection, subject_id: UUID) -> None:
        self.told(tx, subject_id, HEARD - HOUR, battery_percent=4, location_permission="denied")
        devices.bind(tx, subject_id, Device(uuid4(), "android"), now=HEARD - MINUTE)

        looked(tx, HEARD + DAY)

        assert alerts_of(tx, subject_id)[0].why["code"] == "silent"

    def test_of_a_good_phone_nobody_can_tell(self, tx: Connection, subject_id: UUID) -> None:
        self.told(tx, subject_id, HEARD, battery_percent=90, location_permission="always", battery_saver=False)

        looked(tx, HEARD + DAY)

        assert alerts_of(tx, subject_id)[0].cause == "unsure"


@pytest.mark.parametrize("people", [1, 30])
def test_a_sweep_takes_the_same_statements_for_any_number(
    tx: Connection, tree: Tree, officer: Worker, people: int
) -> None:
    api_up(tx, MONDAY - DAY, MONDAY + 30 * DAY)
    for _ in range(people):
        set_state(tx, a_supervised(tx, tree, officer, at=MONDAY), silence_check_at=MONDAY)

    with counted(tx) as sent:
        assert looked(tx, MONDAY + DAY).silent == people

    assert len(sent) == 15

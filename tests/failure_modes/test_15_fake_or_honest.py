"""Failure mode 15: an honest phone is called fake, and a fake one is believed.

Late points, a phone that knows no mock flag and a tunnel ask nobody to look; another app's fixes, five hundred
kilometres in five minutes, the same digits for a day and fixes ahead of their arrival do. Nothing follows from it by
itself: a person looks.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.judge_duties import judge_duties
from app.actions.judge_positions import judge_positions
from app.rules.devices import Device
from app.rules.facts import DutyKind, DutyState, TrackerClient
from app.store import devices
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, alerts_of, api_up, occurrences_of, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_power, a_report, report
from tests.builders.users import a_user

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOME = (118.627, 28.738)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree) -> UUID:
    api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
    made = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)
    a_power(tx, made, MONDAY - 20 * DAY, MONDAY + 20 * DAY)
    return made


def measured(tx: Connection, subject_id: UUID, *fixes: tuple[timedelta, dict[str, Any]]) -> None:
    """Each fix sent as it was measured, and judged."""
    for after, fix in fixes:
        at = MONDAY + after
        report(tx, subject_id, a_report(at, **fix), now=at + SECOND)
        judge_positions(tx, now=at + 2 * SECOND)


def wandering(n: int, **more: Any) -> dict[str, Any]:
    """A fix near home, as a receiver measures it: never twice the same."""
    return {"lon": HOME[0] + n * 1.3e-5, "lat": HOME[1] - n * 0.7e-5} | more


def in_two_places(apart_deg: float) -> list[tuple[timedelta, dict[str, Any]]]:
    """Every two minutes and a half at home or so far east of it, by turns."""
    return [(n * 150 * SECOND, wandering(n, lon=HOME[0] + n % 2 * apart_deg + n * 1.3e-5)) for n in range(9)]


def asked(tx: Connection, subject_id: UUID) -> list[tuple[str, str, str, datetime]]:
    """Why a person was asked to look, with the cause and strength, and of when."""
    return [
        (alert.why["code"], alert.cause, alert.strength, alert.event_at)
        for alert in alerts_of(tx, subject_id)
        if alert.kind in {"suspected_fake", "suspected_separation"}
    ]


class TestHonestPhones:
    def test_late_points_in_one_batch(self, tx: Connection, subject_id: UUID) -> None:
        late = [a_report(MONDAY + n * 10 * MINUTE, recorded_elapsed_ms=n * 600_000, **wandering(n)) for n in range(40)]
        now = MONDAY + 10 * HOUR
        report(tx, subject_id, *late, now=now, sent_at=now, sent_elapsed_ms=36_000_000, boot_id="b")
        judge_positions(tx, now=now + SECOND)

        assert asked(tx, subject_id) == []

    @pytest.mark.parametrize("mock", [None, False])
    def test_no_word_on_mock_fixes(self, tx: Connection, subject_id: UUID, mock: bool | None) -> None:
        measured(tx, subject_id, *((n * 5 * MINUTE, wandering(n, mock=mock)) for n in range(12)))

        assert asked(tx, subject_id) == []

    def test_a_tunnel(self, tx: Connection, subject_id: UUID) -> None:
        """Twenty minutes without a fix, and then 60 kilometres further on."""
        before, after = wandering(0), {"lon": HOME[0] + 0.6, "lat": HOME[1]}
        measured(tx, subject_id, (0 * MINUTE, before), (20 * MINUTE, after), (21 * MINUTE, {**after, "lat": 28.739}))

        assert asked(tx, subject_id) == []

    def test_a_guess_of_the_network(self, tx: Connection, subject_id: UUID) -> None:
        far = {"lon": 121.5, "lat": 31.2, "accuracy_m": 400.0, "provider": "network"}
        measured(tx, subject_id, (0 * MINUTE, wandering(0)), (5 * MINUTE, far), (10 * MINUTE, wandering(1)))

        assert asked(tx, subject_id) == []

    def test_a_phone_whose_digits_never_varied(self, tx: Connection, subject_id: UUID) -> None:
        """It repeats the place of its router: that is what it can do."""
        measured(tx, subject_id, *((n * 2 * HOUR, wandering(0)) for n in range(20)))

        assert asked(tx, subject_id) == []

    def test_an_evening_at_one_place(self, tx: Connection, subject_id: UUID) -> None:
        there = [(n * HOUR, wandering(n)) for n in range(5)]
        measured(tx, subject_id, *there, *(((5 + n) * HOUR, wandering(9)) for n in range(13)))

        assert asked(tx, subject_id) == []

    def test_somebody_who_drives_to_and_fro(self, tx: Connection, subject_id: UUID) -> None:
        measured(tx, subject_id, *in_two_places(0.0307))

        assert asked(tx, subject_id) == []


class TestFixesThatAskAPersonToLook:
    def test_given_by_another_app(self, tx: Connection, subject_id: UUID) -> None:
        fakes = [(n * 5 * MINUTE, wandering(n, mock=n >= 3)) for n in range(9)]
        measured(tx, subject_id, *fakes)

        assert asked(tx, subject_id) == [("fake_mock", "unsure", "medium", MONDAY + 15 * MINUTE)]
        [alert] = alerts_of(tx, subject_id)
        assert len(occurrences_of(tx, alert.id)) == 1

    def test_five_hundred_kilometres_in_five_minutes(self, tx: Connection, subject_id: UUID) -> None:
        far = {"lon": HOME[0] + 5.13, "lat": HOME[1]}
        measured(tx, subject_id, (0 * MINUTE, wandering(0)), (5 * MINUTE, far), (10 * MINUTE, wandering(1)))

        assert asked(tx, subject_id)[0][0] == "fake_jump"
        assert alerts_of(tx, subject_id)[-1].why["params"] | {"from": ""} == {"from": "", "km": "500", "minutes": "5"}

    def test_two_phones_that_share_one_registration(self, tx: Connection, subject_id: UUID) -> None:
        """Thirty kilometres in two minutes and a half, and back: each place takes from the other what it shows."""
        measured(tx, subject_id, *in_two_places(0.307))

        assert asked(tx, subject_id) == [("fake_two_places", "unsure", "medium", MONDAY + 15 * MINUTE)]

    def test_the_same_digits_for_a_day(self, tx: Connection, subject_id: UUID) -> None:
        there = [(n * HOUR, wandering(n)) for n in range(5)]
        still = [(5 * HOUR + n * 90 * MINUTE, wandering(7)) for n in range(17)]
        measured(tx, subject_id, *there, *still[:-1])
        assert asked(tx, subject_id) == []
        measured(tx, subject_id, still[-1])

        assert [code for code, *_ in asked(tx, subject_id)] == ["fake_frozen"]

    def test_dated_ahead_of_their_arrival(self, tx: Connection, subject_id: UUID) -> None:
        report(tx, subject_id, a_report(MONDAY + HOUR, **wandering(0)), now=MONDAY)
        judge_positions(tx, now=MONDAY + SECOND)

        assert [code for code, *_ in asked(tx, subject_id)] == ["fake_ahead"]

    def test_nothing_follows_by_itself(self, tx: Connection, subject_id: UUID) -> None:
        measured(tx, subject_id, *((n * 5 * MINUTE, wandering(n, mock=True)) for n in range(9)))

        [alert] = alerts_of(tx, subject_id)
        assert (alert.kind, alert.handling, alert.cause, alert.close_reason) == (
            "suspected_fake",
            "open",
            "unsure",
            None,
        )
        assert tx.execute(text("SELECT class FROM subjects WHERE id = :id"), {"id": subject_id}).scalar() == "strict"
        [occurrence] = occurrences_of(tx, alert.id)
        assert "118.6" not in str(occurrence.evidence) + str(occurrence.why)


class TestPhonesWithoutTheirOwner:
    @pytest.mark.parametrize(
        ("heard", "apart"),
        [(None, False), (-MINUTE, False), (5 * MINUTE, True), (45 * MINUTE, True)],
        ids=["never heard", "silent before", "heard in the window", "heard after it"],
    )
    def test_a_spot_check_missed_by_a_live_phone(
        self, tx: Connection, tree: Tree, subject_id: UUID, heard: timedelta | None, *, apart: bool
    ) -> None:
        due = MONDAY + 30 * MINUTE
        a_duty(
            tx, tree, subject_id, MONDAY, due, kind=DutyKind.SPOT_CHECK, state=DutyState.OPEN, rule_code="spot_check"
        )
        set_state(tx, subject_id, last_heard_at=None if heard is None else MONDAY + heard)

        judge_duties(tx, now=MONDAY + HOUR)

        found = [(code, cause, strength) for code, cause, strength, _ in asked(tx, subject_id)]
        assert found == ([("apart_spot_check", "unsure", "weak")] if apart else [])

    def test_windows_in_a_row_that_nobody_answered_beside_a_phone_that_lay_still(
        self, tx: Connection, tree: Tree, subject_id: UUID
    ) -> None:
        measured(tx, subject_id, *((n * 20 * MINUTE, wandering(n)) for n in range(16)))
        self._missed(tx, tree, subject_id, 0 * HOUR, DutyKind.CHECK_IN)
        assert asked(tx, subject_id) == []
        self._missed(tx, tree, subject_id, 2 * HOUR, DutyKind.CHECK_IN)
        assert [(code, strength) for code, _, strength, _ in asked(tx, subject_id)] == [
            ("apart_in_a_row_still", "weak")
        ]
        self._missed(tx, tree, subject_id, 4 * HOUR, DutyKind.SPOT_CHECK)

        [(code, _, strength, event_at)] = asked(tx, subject_id)
        assert (code, strength, event_at) == ("apart_in_a_row_still", "medium", MONDAY + 2 * HOUR)
        [alert] = [alert for alert in alerts_of(tx, subject_id) if alert.kind == "suspected_separation"]
        assert (alert.occurrences, alert.why["params"]["n"]) == (1, "3")
        assert occurrences_of(tx, alert.id)[0].evidence["apart_m"] == 0

    def test_windows_that_somebody_missed_on_the_way(self, tx: Connection, tree: Tree, subject_id: UUID) -> None:
        way = [(n * 20 * MINUTE, {"lon": HOME[0] + n * 0.002, "lat": HOME[1]}) for n in range(16)]
        measured(tx, subject_id, *way)
        for hours, kind in ((0, DutyKind.CHECK_IN), (2, DutyKind.CHECK_IN), (4, DutyKind.SPOT_CHECK)):
            self._missed(tx, tree, subject_id, hours * HOUR, kind)

        assert asked(tx, subject_id) == []

    def test_a_tracker_on_which_nobody_can_answer(self, tx: Connection, tree: Tree, subject_id: UUID) -> None:
        devices.bind(tx, subject_id, Device(uuid4(), TrackerClient.OWNTRACKS), now=MONDAY - DAY)
        measured(tx, subject_id, *((n * 20 * MINUTE, wandering(n)) for n in range(16)))
        for hours in (0, 2, 4):
            self._missed(tx, tree, subject_id, hours * HOUR, DutyKind.CHECK_IN)

        assert asked(tx, subject_id) == []

    def _missed(self, tx: Connection, tree: Tree, subject_id: UUID, after: timedelta, kind: DutyKind) -> None:
        """A window of an hour that nobody answered, while the phone was heard."""
        opens, due = MONDAY + after, MONDAY + after + HOUR
        a_duty(tx, tree, subject_id, opens, due, kind=kind, state=DutyState.OPEN, rule_code=kind)
        set_state(tx, subject_id, last_heard_at=due + MINUTE)
        judge_duties(tx, now=due + 45 * MINUTE)

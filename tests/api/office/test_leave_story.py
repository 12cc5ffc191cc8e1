"""One journey from the request to the return, late: by phone, at the office, and by the clock between them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.jobs import sweeps
from app.rules.policy import with_changes
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.checkins import a_resident
from tests.builders.duties import api_up
from tests.builders.leave import a_request
from tests.builders.offices import a_tree, shipped_policy
from tests.builders.users import a_user, logged_in, phone_logged_in

OFFICE, PHONE = "/api/office/v1", "/api/mobile/v1"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEGINS, ENDS = MONDAY + 4 * DAY, MONDAY + 6 * DAY + 9 * HOUR
"""Friday 6 March 09:00 until Sunday 8 March 18:00: three days."""


class Journey:
    """The person's phone and the officer, with the clock between them."""

    def __init__(self, engine: Engine, app: Flask, client: FlaskClient, clock: TestClock, *, confirm: bool) -> None:
        policy = with_changes(shipped_policy(), {"leave.confirm_return": confirm})
        with transaction(engine) as tx:
            tree = a_tree(tx, policy=policy)
            officer = a_user(tx, tree.office)
            api_up(tx, MONDAY - DAY, MONDAY)
            self.subject: UUID = a_resident(tx, tree, officer, area="330881")
        self.engine, self.client, self.clock = engine, client, clock
        self.deps = deps_for_tests(engine, clock)
        self.phone, self.officer = phone_logged_in(app, self.subject), logged_in(app, officer)
        self.leave = self.by_phone("/leave-requests", a_request(BEGINS, ENDS))["id"]
        self.at_office("decision", {"approve": True})

    def by_phone(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._taken(self.client.post(PHONE + path, json=body, headers=self.phone))

    def at_office(self, act: str, body: dict[str, Any]) -> dict[str, Any]:
        path = f"{OFFICE}/leave-requests/{self.leave}/{act}"
        return self._taken(self.client.post(path, json=body, headers=self.officer))

    def _taken(self, answer: Any) -> dict[str, Any]:
        assert answer.status_code in {200, 201}, answer.text
        told: dict[str, Any] = answer.get_json()
        return told

    def tell(self, kind: str, **more: Any) -> dict[str, Any]:
        body = {"id": str(uuid4()), "kind": kind, "happened_at": self.clock.now().isoformat(), **more}
        return self.by_phone(f"/leave-requests/{self.leave}/reports", body)

    def come_back(self) -> dict[str, Any]:
        body = {"id": str(uuid4()), "returned_at": self.clock.now().isoformat()}
        return self.by_phone(f"/leave-requests/{self.leave}/return", body)

    def go_on(self, to: datetime) -> None:
        """Time goes by, and the jobs of that instant run."""
        self.clock.set(to)
        with transaction(self.engine) as tx:
            api_up(tx, to, to)
        for job in (sweeps.open_windows, sweeps.remind, sweeps.judge):
            job(self.deps, to)

    def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        headers = self.officer if path.startswith(OFFICE) else self.phone
        items: list[dict[str, Any]] = self.client.get(path, query_string=query, headers=headers).get_json()["items"]
        return items

    def duty(self) -> tuple[str, str]:
        """State of the return that is owed, and what the phone says of it."""
        (duty,) = [one for one in self.listed(f"{PHONE}/duties") if one["kind"] == "leave_return"]
        return duty["state"], duty["how"]

    def shown(self, part: str) -> bool:
        return [one["id"] for one in self.listed(f"{OFFICE}/leave-requests", show=part)] == [self.leave]

    def alerts(self) -> list[tuple[str, str]]:
        alerts = self.listed(f"{OFFICE}/alerts", subject_id=str(self.subject))
        assert all(one["about"] == {"kind": "leave", "id": self.leave} for one in alerts if "about" in one)
        return [(one["kind"], one["condition"]) for one in alerts]


@pytest.fixture
def journey(undone: Engine, app: Flask, client: FlaskClient, clock: TestClock) -> Journey:
    return Journey(undone, app, client, clock, confirm=False)


def test_a_journey_that_ends_late(journey: Journey) -> None:
    assert journey.shown("coming")
    journey.go_on(BEGINS)
    assert (journey.shown("away"), journey.duty()[0]) == (True, "open")
    assert journey.tell("departure")["departed_at"] is not None
    journey.go_on(BEGINS + 2 * HOUR)
    assert journey.tell("arrival")["arrived_at"] is not None

    journey.go_on(ENDS - 12 * HOUR)
    codes = [notice["code"] for notice in journey.listed(f"{PHONE}/notices")]
    assert "leave_return_reminder" in codes
    journey.go_on(ENDS - HOUR)
    assert journey.shown("returning")
    journey.tell("delay", note="末班车取消", to=(ENDS + 20 * HOUR).isoformat())

    journey.go_on(ENDS + HOUR)
    assert (journey.shown("overdue"), journey.alerts()) == (True, []), "late, but within the grace"
    assert "销假" in journey.duty()[1]
    journey.go_on(ENDS + DAY)
    assert journey.alerts() == []
    journey.go_on(ENDS + DAY + MINUTE)
    assert journey.alerts() == [("leave_overdue", "active")]
    (alert,) = journey.listed(f"{OFFICE}/alerts", subject_id=str(journey.subject))
    assert "报告过不能按时返回" in alert["why"]
    assert alert["strength"] == "weak"

    journey.go_on(ENDS + 30 * HOUR)
    back = journey.come_back()
    assert (back["state"], back["overdue"]) == ("ended", False)
    assert journey.alerts() == [("leave_overdue", "recovered")]
    one = journey.client.get(f"{OFFICE}/leave-requests/{journey.leave}", headers=journey.officer).get_json()
    assert [report["kind"] for report in one["reports"]] == ["departure", "arrival", "delay", "return"]
    assert one["duty_state"] == "late"
    assert not journey.shown("overdue")


def test_where_the_county_wants_it_an_officer_confirms_the_return(
    undone: Engine, app: Flask, client: FlaskClient, clock: TestClock
) -> None:
    journey = Journey(undone, app, client, clock, confirm=True)
    journey.go_on(BEGINS)
    journey.go_on(ENDS - HOUR)
    back = journey.come_back()
    assert (back["state"], back["return_waiting_at"]) == ("approved", back["reports"][0]["happened_at"])
    assert journey.duty()[0] == "submitted"
    journey.go_on(ENDS + 2 * DAY)
    assert journey.alerts() == [], "a return that waits for an officer is not overdue"
    body = {"id": str(uuid4()), "returned_at": back["return_waiting_at"], "note": "本人到所,已核实"}
    settled = journey.at_office("returns", body)
    assert (settled["state"], settled["duty_state"]) == ("ended", "fulfilled")
    assert [report["confirmed_at"] is not None for report in settled["reports"]] == [True, True]


def test_leave_that_was_revoked_calls_the_person_back(journey: Journey) -> None:
    journey.go_on(BEGINS)
    journey.go_on(BEGINS + 3 * HOUR)
    revoked = journey.at_office("revocation", {"reason": "核实后没有在医院就诊"})
    assert (revoked["state"], revoked["duty_state"]) == ("revoked", "planned")
    assert datetime.fromisoformat(revoked["return_due_at"]) == BEGINS + 27 * HOUR
    journey.go_on(BEGINS + 3 * HOUR + MINUTE)
    codes = [notice["code"] for notice in journey.listed(f"{PHONE}/notices")]
    assert "leave_recalled" in codes
    assert (journey.shown("away"), journey.shown("overdue")) == (True, False), "still on the way until called back by"
    journey.go_on(BEGINS + 20 * HOUR)
    assert journey.shown("returning")
    assert journey.come_back()["state"] == "revoked"
    assert not journey.shown("away")
    one = journey.client.get(f"{OFFICE}/leave-requests/{journey.leave}", headers=journey.officer).get_json()
    assert one["duty_state"] == "fulfilled"


def test_who_was_called_back_and_is_not_back_is_overdue_on_the_calendar(journey: Journey) -> None:
    journey.go_on(BEGINS)
    journey.go_on(BEGINS + 3 * HOUR)
    journey.at_office("revocation", {"reason": "核实后没有在医院就诊"})
    journey.go_on(BEGINS + 27 * HOUR)
    assert (journey.shown("away"), journey.shown("overdue")) == (False, True)
    one = journey.client.get(f"{OFFICE}/leave-requests/{journey.leave}", headers=journey.officer).get_json()
    assert (one["overdue"], one["state"]) == (True, "revoked")
    journey.come_back()
    assert not journey.shown("overdue")


def test_who_was_called_back_is_overdue_no_longer_than_supervision_lasts(journey: Journey) -> None:
    journey.go_on(BEGINS)
    journey.go_on(BEGINS + 3 * HOUR)
    journey.at_office("revocation", {"reason": "核实后没有在医院就诊"})
    journey.go_on(BEGINS + 27 * HOUR)
    journey.go_on(BEGINS + 52 * HOUR)
    assert (journey.alerts(), journey.shown("overdue")) == ([("leave_overdue", "active")], True)
    url = f"{OFFICE}/subjects/{journey.subject}/end"
    answer = journey.client.post(url, json={"reason": "custody", "note": "收监"}, headers=journey.officer)
    assert answer.status_code == 200
    assert not journey.shown("overdue")
    one = journey.client.get(f"{OFFICE}/leave-requests/{journey.leave}", headers=journey.officer).get_json()
    assert not one["overdue"]


def test_a_return_that_was_waived_is_not_overdue(journey: Journey) -> None:
    journey.go_on(BEGINS)
    journey.go_on(ENDS + DAY + MINUTE)
    one = journey.client.get(f"{OFFICE}/leave-requests/{journey.leave}", headers=journey.officer).get_json()
    url = f"{OFFICE}/duties/{one['duty_id']}/waive"
    assert journey.client.post(url, json={"reason": "在当地住院"}, headers=journey.officer).status_code == 200
    assert journey.alerts() == [("leave_overdue", "recovered")]
    assert not journey.shown("overdue")

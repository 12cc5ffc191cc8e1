"""Failure mode 6: wrong by one at the edge of the window.

People check in one second before, at and one second after each edge; then the job judges. API, job, phone and report
must give one and the same answer, in whatever zone the server's own clock is set.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.jobs import sweeps
from app.queries import compliance
from app.queries.compliance import Stretch
from app.rules.calendar import SHANGHAI, last_day_before
from app.rules.facts import DutyKind, Role
from app.rules.schedule import JUDGE_DELAY
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import deps_for_tests, make_test_app
from tests.builders.checkins import a_check_in
from tests.builders.duties import a_duty, a_supervised, alerts_of, api_up, duty_row
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

SECOND = timedelta(seconds=1)
GRACE = timedelta(minutes=30)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    name: str
    opens: str
    ends: str

    @property
    def opens_at(self) -> datetime:
        return datetime.fromisoformat(self.opens).replace(tzinfo=SHANGHAI).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(self.ends).replace(tzinfo=SHANGHAI).astimezone(UTC)


WINDOWS = [
    Window("a morning", "2026-03-02T08:00", "2026-03-02T10:00"),
    Window("up to midnight", "2026-03-02T20:00", "2026-03-03T00:00"),
    Window("across midnight", "2026-03-02T23:30", "2026-03-03T00:30"),
    Window("across the end of a month", "2026-04-30T23:30", "2026-05-01T00:30"),
    Window("up to the end of a year", "2026-12-31T22:00", "2027-01-01T00:00"),
    Window("on 29 February", "2028-02-29T08:00", "2028-02-29T10:00"),
    Window("across the end of 29 February", "2028-02-29T23:30", "2028-03-01T00:30"),
    Window("across midnight in UTC, at 08:00 in Shanghai", "2026-03-02T07:30", "2026-03-02T08:30"),
]

# (from which edge, how far from it, what becomes of the duty, which figure of the report counts it)
EDGES = [
    ("opens", -SECOND, "missed", "missed"),
    ("opens", 0 * SECOND, "fulfilled", "in_time"),
    ("ends", -SECOND, "fulfilled", "in_time"),
    ("ends", 0 * SECOND, "late", "late"),
    ("ends", SECOND, "late", "late"),
    ("grace", -SECOND, "late", "late"),
    ("grace", 0 * SECOND, "missed", "missed"),
    ("grace", SECOND, "missed", "missed"),
]


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The zone of the server's own clock, which must not matter."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@dataclass(frozen=True)
class County:
    app: Flask
    client: FlaskClient
    engine: Engine
    clock: TestClock
    tree: Tree
    officer: Worker

    def sweep(self) -> None:
        deps = deps_for_tests(self.engine, self.clock)
        sweeps.open_windows(deps, self.clock.now())
        sweeps.judge(deps, self.clock.now())

    def person(self, window: Window) -> tuple[UUID, UUID, dict[str, str]]:
        with transaction(self.engine) as tx:
            subject = a_supervised(tx, self.tree, self.officer, at=window.opens_at - DAY)
            duty = a_duty(tx, self.tree, subject, window.opens_at, window.ends_at, grace=GRACE)
        return subject, duty, phone_logged_in(self.app, subject)


def county(engine: Engine, window: Window) -> County:
    clock = TestClock(window.opens_at - DAY)
    app = make_test_app(engine, clock)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER)
        api_up(tx, window.opens_at - 2 * DAY, window.ends_at + 2 * DAY)
    return County(app, app.test_client(), engine, clock, tree, officer)


def instant(window: Window, edge: str, offset: timedelta) -> datetime:
    at = {"opens": window.opens_at, "ends": window.ends_at, "grace": window.ends_at + GRACE}[edge]
    return at + offset


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_one_answer_at_every_edge_from_api_job_phone_and_report(
    undone: Engine, server_zone: str, window: Window
) -> None:
    here = county(undone, window)
    people = [(edge, here.person(window)) for edge in EDGES]
    for (edge, offset, state, _), (_, _, headers) in people:
        at = instant(window, edge, offset)
        here.clock.set(at)
        answer = here.client.post("/api/mobile/v1/checkins", headers=headers, json=a_check_in(at))
        assert answer.status_code == 201
        assert answer.get_json()["outcome"] == ("refused" if state == "missed" else "accepted")
    here.clock.set(window.ends_at + GRACE + JUDGE_DELAY)
    here.sweep()
    office = logged_in(here.app, here.officer)
    for (edge, offset, state, _), (subject, duty, headers) in people:
        told = [state, *_told(here, office, duty, headers)]
        assert told == [state] * 4, (edge, offset)
        with transaction(undone) as tx:
            missed = [alert.event_at for alert in alerts_of(tx, subject)]
        assert missed == ([window.ends_at] if state == "missed" else [])
    assert _report(here, window) == {
        figure: [e[3] for e in EDGES].count(figure) for figure in ("in_time", "late", "missed")
    }


def _told(here: County, office: dict[str, str], duty: UUID, phone: dict[str, str]) -> list[str]:
    """The duty's state on disk, as officers see it, and as its subject sees it on the day of its end."""
    with transaction(here.engine) as tx:
        row = duty_row(tx, duty)
    seen: Any = here.client.get(f"/api/office/v1/duties/{duty}", headers=office).get_json()
    own: Any = here.client.get("/api/mobile/v1/duties", headers=phone).get_json()
    return [row.state, seen["state"], *(item["state"] for item in own["items"])]


def _report(here: County, window: Window) -> dict[str, int]:
    """The figures of the last day of the window; the days beside it count nothing of it."""
    day = last_day_before(window.ends_at)
    with transaction(here.engine) as tx:
        counts = compliance.table(tx, here.officer.actor, Stretch(day, day), now=here.clock.now()).totals["check_in"]
        beside = [
            compliance.table(tx, here.officer.actor, Stretch(other, other), now=here.clock.now()).totals["check_in"].due
            for other in (day - DAY, day + DAY)
        ]
    assert (counts.due, beside) == (len(EDGES), [0, 0])
    return {"in_time": counts.in_time, "late": counts.late, "missed": counts.missed}


@pytest.mark.parametrize("kind", [DutyKind.VISIT, DutyKind.TALK, DutyKind.LOCATION_CHECK])
@pytest.mark.parametrize(("offset", "state"), [(-SECOND, "open"), (0 * SECOND, "missed"), (SECOND, "missed")])
def test_what_has_no_grace_is_judged_at_its_end_and_the_delay_of_sending(
    undone: Engine, kind: DutyKind, offset: timedelta, state: str
) -> None:
    window = WINDOWS[0]
    here = county(undone, window)
    with transaction(undone) as tx:
        subject = a_supervised(tx, here.tree, here.officer, at=window.opens_at - DAY)
        duty = a_duty(tx, here.tree, subject, window.opens_at, window.ends_at, kind=kind)
    here.clock.set(window.ends_at + JUDGE_DELAY + offset)
    here.sweep()
    with transaction(undone) as tx:
        assert duty_row(tx, duty).state == state

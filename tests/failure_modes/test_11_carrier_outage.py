"""Failure mode 11, for silence: an alarm storm, until officers stop reading.

A carrier is out for thirty hours and three hundred phones with it, while another carrier's go on: one incident, and no
alert about anybody. When it is over, the two who do not come back are alerted about, one by one.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.duties import a_duty, a_supervised, api_up, set_state
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT
from tests.simulation.replays import at, habit, header, play, registered, staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OUT, GOING_ON = 300, 60


class County:
    """Three hundred customers of one carrier and sixty of another, all heard on Monday at nine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock: TestClock = a_clock()
        self.deps: Deps = deps_for_tests(engine, self.clock)
        with transaction(engine) as tx:
            tree = a_tree(tx)
            officer = a_user(tx, tree.office)
            self.staff = a_user(tx, tree.county, Role.COUNTY_STAFF)
            api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
            people = [a_supervised(tx, tree, officer, at=MONDAY - 20 * DAY) for _ in range(OUT + GOING_ON)]
            self.out, self.going_on = people[:OUT], people[OUT:]
            for subject_id in self.out[:5]:
                a_duty(tx, tree, subject_id, MONDAY + HOUR, MONDAY + 3 * HOUR)
            carriers = (("telecom", self.out), ("mobile", self.going_on))
            for carrier, subjects in carriers:
                tx.execute(
                    text(
                        "UPDATE subject_states SET carrier = :carrier, last_heard_at = :heard,"
                        " maker = CASE WHEN hashtext(CAST(subject_id AS text)) % 2 = 0 THEN 'huawei' ELSE 'xiaomi' END,"
                        " silence_check_at = :look, planned_until = NULL WHERE subject_id = ANY(:subjects)"
                    ),
                    {"carrier": carrier, "heard": MONDAY, "look": MONDAY + DAY, "subjects": subjects},
                )
            set_state(tx, self.out[7], carrier=None)  # whose phone does not tell; it is heard on Wi-Fi

    def hear(self, subjects: list[UUID]) -> None:
        """As any request of their phones."""
        with transaction(self.engine) as tx:
            tx.execute(
                text(
                    "UPDATE subject_states SET last_heard_at = :now, heard_again_at = CASE WHEN silent THEN :now END"
                    " WHERE subject_id = ANY(:ids)"
                ),
                {"ids": subjects, "now": self.clock.now()},
            )

    def pass_(self, span: timedelta, *heard: list[UUID]) -> None:
        """Time passes, these are heard at its end, and the jobs run."""
        self.clock.advance(span)
        for subjects in heard:
            self.hear(subjects)
        jobs: list[Callable[[Deps, datetime], object]] = [
            sweeps.outages,
            sweeps.judge,
            sweeps.silence,
            sweeps.ladder,
        ]
        for job in jobs:
            job(self.deps, self.clock.now())

    def number(self, what: str) -> int:
        with autocommit(self.engine) as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

    def rows(self, what: str) -> list[tuple[object, ...]]:
        with autocommit(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {what}"))]


@pytest.fixture
def county(fresh_database: Database) -> Iterator[County]:
    engine = make_engine(fresh_database.url, pool_size=4, limits=PATIENT)
    yield County(engine)
    engine.dispose()


def test_a_carrier_out_for_three_hundred_people_is_one_incident_and_no_alert(county: County) -> None:
    wifi = [county.out[7]]
    county.pass_(25 * MINUTE, county.going_on, wifi)

    assert county.rows("kind, about, to_at FROM incidents") == [("carrier", "telecom", None)]
    assert county.number("incident_subjects") == OUT - 1
    assert county.number("notices WHERE about_kind = 'incident'") == 1

    for _ in range(30):
        county.pass_(HOUR, county.going_on, wifi)
    assert county.number("incidents") == 1
    assert county.number("alerts") == 0
    assert county.number("notices") == 1
    assert county.rows("DISTINCT state FROM duties") == [("planned",)]

    back = county.out[2:]
    county.pass_(10 * MINUTE, county.going_on, back)
    county.pass_(3 * HOUR, county.going_on, back)

    assert county.number("incidents WHERE to_at IS NOT NULL") == 1
    assert county.rows("DISTINCT state FROM duties WHERE kind = 'check_in'") == [("unjudged",)]
    assert county.rows("kind, subject_id, cause, why ->> 'code' FROM alerts ORDER BY subject_id") == [
        ("lost_contact", subject_id, "unsure", "silent_after_outage") for subject_id in sorted(county.out[:2])
    ]
    assert county.number("notices WHERE about_kind = 'incident'") == 2


def test_a_replayed_outage_of_a_carrier_blames_nobody() -> None:
    people = [f"s{n}" for n in range(8)]
    carriers = ["46011"] * 5 + ["46000"] * 3
    told = play(
        header(changes={"outages.at_least": 5}),
        *staff(),
        *(line for who in people for line in (registered(who), habit(who))),
        *(
            {"at": at("06:00"), "do": "phone", "subject": who, "carrier": carrier}
            for who, carrier in zip(people, carriers, strict=True)
        ),
        {"at": at("07:30"), "do": "outage", "what": "carrier:telecom", "until": at("11:00")},
    )

    incidents = [(line["what"], line["state"], line["subjects"]) for line in told if line["did"] == "incident"]
    assert incidents == [("carrier:telecom", "opened", 5), ("carrier:telecom", "ended", 5)]
    assert [line for line in told if line["did"] == "alert"] == []
    settled = {
        (line["subject"], line["state"])
        for line in told
        if line["did"] == "duty" and line["kind"] == "check_in" and line["opens_at"] == at("08:00")
    } - {(who, "open") for who in people}
    assert settled == {(who, "unjudged" if who in people[:5] else "fulfilled") for who in people}

"""Departures on disk: how many statements judging takes, who is judged by what, and what is due by the clock."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.change_subject import Changes, change_subject
from app.actions.close_alert import close_alert
from app.actions.judge_positions import Rejudged, judge_positions
from app.rules.bounds import ZoneKind
from app.rules.facts import CloseReason
from app.store import due, rejudging
from app.store.places import FARTHEST, in_turns
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.positions import JIANGSHAN, report, state_of
from tests.builders.tracked import EDGE, Tracked, a_fix, a_tracked, lon_of
from tests.builders.zones import a_zone
from tests.statements import counted

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def person(tx: Connection) -> Tracked:
    return a_tracked(tx)


def many(tx: Connection, count: int) -> list[Tracked]:
    first = a_tracked(tx)
    return [first, *(a_tracked(tx, beside=first) for _ in range(count - 1))]


@pytest.mark.parametrize("people", [1, 12])
def test_the_number_of_statements_does_not_grow_with_the_number_of_people(tx: Connection, people: int) -> None:
    persons = many(tx, people)
    for one in persons:
        a_zone(tx, one.officer, one.id, at=MONDAY - DAY, circle=(lon_of(-20_000), JIANGSHAN[1], 300.0))
        report(tx, one.id, *(a_fix(MONDAY + n * MINUTE, -4000 + 9 * n) for n in range(20)), now=MONDAY + HOUR)
    judge_positions(tx, now=MONDAY + HOUR)  # shapes are at hand afterwards
    for one in persons:
        report(
            tx, one.id, *(a_fix(MONDAY + HOUR + n * MINUTE, -4000 + 9 * n) for n in range(20)), now=MONDAY + 2 * HOUR
        )

    with counted(tx) as sent:
        assert judge_positions(tx, now=MONDAY + 2 * HOUR) == Rejudged(people, 0, 0)

    assert len(sent) <= 14, sent


def test_of_whom_nothing_is_on_record_nothing_more_is_read(person: Tracked) -> None:
    person.at(MONDAY, -4000)  # the shape is at hand afterwards
    report(person.tx, person.id, a_fix(MONDAY + MINUTE, -4009), now=MONDAY + MINUTE)

    with counted(person.tx) as sent:
        assert judge_positions(person.tx, now=MONDAY + MINUTE, ids=[person.id]) == Rejudged(1, 0, 0)

    assert len(sent) == 6, sent  # who it is and what is on record, policy, area, fixes; the claim and its end


def test_whoever_has_much_to_be_judged_is_judged_with_few_others() -> None:
    ages = {
        uuid4(): age for age in (MINUTE, HOUR, *(2 * DAY for _ in range(30)), *(9 * DAY for _ in range(5)), 400 * DAY)
    }
    turns = in_turns({one: MONDAY - age for one, age in ages.items()}, now=MONDAY)

    assert [len(turn) for turn in turns] == [2, 20, 10, 4, 2]
    assert min(since for turn in turns for since in turn.values()) == MONDAY - FARTHEST
    assert {one for turn in turns for one in turn} == set(ages)


def test_a_zone_set_before_the_first_fix(person: Tracked) -> None:
    a_zone(person.tx, person.officer, person.id, at=MONDAY, circle=(lon_of(-4000), JIANGSHAN[1], 500.0))
    rejudging.mark(person.tx, [person.id], MONDAY)

    assert judge_positions(person.tx, now=MONDAY) == Rejudged(1, 0, 0)

    assert state_of(person.tx, person.id).rejudge_from is None


def test_nothing_bounds_whoever_has_no_area_and_no_zone(tx: Connection) -> None:
    person = a_tracked(tx, area=False)
    person.at(MONDAY, 50_000)
    assert person.alerts == []


def test_in_and_out_of_a_forbidden_zone(person: Tracked) -> None:
    zone = a_zone(person.tx, person.officer, person.id, at=MONDAY, circle=(lon_of(-4000), JIANGSHAN[1], 300.0))
    for n, beyond_m in enumerate((-6000, -4250, -4050, -4000, -4900)):
        person.at(MONDAY + (n + 1) * 5 * MINUTE, beyond_m)

    (alert,) = person.alerts
    assert (alert.kind, alert.about_kind, alert.about_id) == ("forbidden_zone", "zone", zone)
    assert (alert.event_at, alert.recovered_at) == (MONDAY + 10 * MINUTE, MONDAY + 25 * MINUTE)


def test_a_zone_that_is_removed_ends_its_episode(person: Tracked) -> None:
    a_zone(
        person.tx,
        person.officer,
        person.id,
        at=MONDAY,
        until=MONDAY + 2 * HOUR,
        kind=ZoneKind.STAY_INSIDE,
        circle=(lon_of(-4000), JIANGSHAN[1], 300.0),
        prohibition=None,
        document_no=None,
        article=None,
    )
    person.at(MONDAY + HOUR, -1000)
    assert [alert.condition for alert in person.alerts] == ["active"]
    assert state_of(person.tx, person.id).look_again_at == MONDAY + 2 * HOUR

    judge_positions(person.tx, now=MONDAY + 2 * HOUR)

    assert [alert.condition for alert in person.alerts] == ["recovered"]
    assert state_of(person.tx, person.id).look_again_at is None


def test_what_is_to_come_costs_nothing_before(person: Tracked) -> None:
    begins = MONDAY + 3 * DAY
    a_zone(person.tx, person.officer, person.id, at=MONDAY, from_at=begins, circle=(lon_of(-9000), JIANGSHAN[1], 300.0))
    rejudging.mark(person.tx, [person.id], MONDAY)
    judge_positions(person.tx, now=MONDAY)

    for at, waiting in ((begins - SECOND, []), (begins, [person.id])):
        assert [one.id for one in due.listed(person.tx, due.LOOK_AGAIN, now=at, limit=9)] == waiting


def test_what_was_closed_while_it_went_on_is_told_again_after_a_return_alone(person: Tracked) -> None:
    """The page says so to whoever closes it."""
    person.at(MONDAY, 900)
    (alert,) = person.alerts
    close_alert(person.tx, person.officer.actor, alert.id, CloseReason.REAL, "已通知返回", now=MONDAY + MINUTE)

    person.at(MONDAY + 10 * MINUTE, 1200)
    person.at(MONDAY + 20 * MINUTE, -2000)
    assert [(one.handling, one.condition) for one in person.alerts] == [("closed", "recovered")]

    person.at(MONDAY + 40 * MINUTE, 900)
    assert sorted((one.handling, one.condition) for one in person.alerts) == [
        ("closed", "recovered"),
        ("open", "active"),
    ]


def test_an_area_that_gets_a_new_outline_counts_from_then_on(person: Tracked) -> None:
    """Each fix is judged by the version in force when it was measured."""
    from_at = MONDAY + HOUR
    a_new_outline(person, from_at, width=1)
    person.send(a_fix(MONDAY, 4000), a_fix(from_at + MINUTE, 4000), now=MONDAY + 2 * HOUR)

    (alert,) = person.alerts
    assert (alert.event_at, alert.condition) == (MONDAY, "recovered")


def test_a_new_outline_finds_who_is_beyond_it_by_the_clock(person: Tracked) -> None:
    from_at = MONDAY + HOUR
    a_new_outline(person, from_at, width=0.4)
    person.at(from_at - 5 * MINUTE, -2000)
    assert (person.alerts, state_of(person.tx, person.id).look_again_at) == ([], from_at)

    judge_positions(person.tx, now=from_at)

    (alert,) = person.alerts
    assert (alert.event_at, alert.condition) == (from_at, "active")


def test_fixes_of_before_a_move_are_judged_by_the_area_of_then(person: Tracked) -> None:
    moved_at = MONDAY + DAY
    elsewhere = {"lon": 118.22, "lat": 28.9}  # within the old area, and outside of the county that is the new one
    changes: Changes = {"permitted_area": "330881"}
    change_subject(person.tx, person.officer.actor, person.id, changes, settings_for_tests(), now=moved_at)

    person.send(*(a_fix(MONDAY + n * MINUTE, 0, **elsewhere) for n in range(5)), now=moved_at + HOUR)
    assert person.alerts == []

    person.send(*(a_fix(moved_at + n * MINUTE, 0, **elsewhere) for n in range(5)), now=moved_at + HOUR)
    (alert,) = person.alerts
    assert alert.event_at == moved_at


def a_new_outline(person: Tracked, from_at: datetime, *, width: float) -> None:
    """From then on the person's area is another rectangle, so many degrees wide from the same western edge."""
    person.tx.execute(
        text(
            """
            WITH old AS (
                UPDATE areas a SET in_force = tstzrange(NULL, :from_at) FROM subjects s
                WHERE s.id = :id AND a.id = s.permitted_area_id RETURNING a.*)
            INSERT INTO areas (id, kind, code, name, source, created_at, in_force, boundary)
            SELECT gen_random_uuid(), kind, code, name, source, :from_at, tstzrange(:from_at, NULL),
                   ST_Multi(ST_MakeEnvelope(:west, 28.2, :west + :width, 29.2, 4326)) FROM old
            """
        ),
        {"id": person.id, "from_at": from_at, "west": EDGE - 0.5, "width": width},
    )

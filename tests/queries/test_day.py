"""The day, the workload and the forecast on a made-up office: what they hold, for whom, and in how many statements."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text, update

from app.actions.record_visit import record_visit
from app.actions.set_office_place import set_office_place
from app.models.subject import Subject
from app.queries.day import MOST, day, starts, way
from app.queries.forecast import forecast
from app.queries.workload import workload
from app.rules.absences import Away
from app.rules.day import Urgency
from app.rules.errors import NotFound
from app.rules.facts import Channel, DutyKind, DutyState, GivenPlace, Role, SupervisionClass
from app.rules.routes import Spot
from app.store import absences
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import a_new_record
from tests.statements import counted

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = date(2026, 3, 2)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office, name="徐敏")


def test_the_day_holds_what_is_owed_by_urgency(tx: Connection, tree: Tree, officer: Worker) -> None:
    person = a_subject(tx, officer).id
    tx.execute(update(Subject).where(Subject.id == person).values(home_address="江山市贺村镇礼贤村12号", phone="138"))
    due = {
        "today": a_duty(tx, tree, person, MONDAY - DAY, MONDAY + HOUR, kind=DutyKind.VISIT, state=DutyState.OPEN),
        "missed": a_duty(tx, tree, person, MONDAY - 9 * DAY, MONDAY - DAY, kind=DutyKind.VISIT, state=DutyState.MISSED),
        "long ago": a_duty(
            tx, tree, person, MONDAY - 99 * DAY, MONDAY - 40 * DAY, kind=DutyKind.VISIT, state=DutyState.MISSED
        ),
        "next month": a_duty(
            tx, tree, person, MONDAY - DAY, MONDAY + 20 * DAY, kind=DutyKind.VISIT, state=DutyState.OPEN
        ),
    }
    with counted(tx) as sent:
        found = day(tx, officer.actor, now=MONDAY)
    assert len(sent) == 1
    shown = {task.duty_id: task for task in found.tasks}
    assert shown.keys() & set(due.values()) == {due["today"], due["missed"]}
    first = shown[due["today"]]
    assert found.tasks[0].duty_id == due["today"], "before what is overdue anyway"
    assert (first.urgency, first.neighbourhood, first.phone) == (Urgency.TODAY, "贺村镇礼贤村", "138")
    rules = {task.rule_code for task in found.tasks}
    assert {"谈1", "correction_group", "correction_plan"} <= rules, "all that the office owes"
    assert "check_in" not in {task.kind for task in found.tasks}, "what the person owes is theirs"


MANY = text(
    """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, created_at)
    SELECT gen_random_uuid(), d.subject_id, d.kind, d.obligor, d.rule_code, d.slot_start + n * interval '1 s',
           d.opens_at, d.due_at, d.grace_until, d.judge_at, false, d.state, d.office_id, d.policy_version_id,
           d.created_at
    FROM duties d, generate_series(1, :times) n WHERE d.id = :id
    """
)


def test_what_is_too_much_to_list_is_counted_all_the_same(tx: Connection, tree: Tree, officer: Worker) -> None:
    """What ends today comes first, then what is overdue; the rest of the week is what gives way."""
    person = a_supervised(tx, tree, officer, at=MONDAY - 99 * DAY)
    due = [
        a_duty(tx, tree, person, MONDAY - n * DAY, due_at, kind=DutyKind.VISIT, state=state)
        for n, due_at, state in (
            (9, MONDAY + 2 * DAY, DutyState.OPEN),
            (8, MONDAY + HOUR, DutyState.OPEN),
            (7, MONDAY - DAY, DutyState.MISSED),
        )
    ]
    tx.execute(MANY, {"id": due[0], "times": MOST})
    found = day(tx, officer.actor, now=MONDAY)
    assert found.counts == {Urgency.TODAY: 1, Urgency.OVERDUE: 1, Urgency.WEEK: MOST + 1}
    assert [task.urgency for task in found.tasks[:3]] == [Urgency.TODAY, Urgency.OVERDUE, Urgency.WEEK]
    assert (len(found.tasks), found.more) == (MOST, True)


def test_what_was_promised_is_in_the_day_with_its_words(tx: Connection, tree: Tree, officer: Worker) -> None:
    person = a_supervised(tx, tree, officer, at=MONDAY - 99 * DAY)
    new = a_new_record(person, MONDAY - HOUR)
    said = replace(new, details=replace(new.details, follow_up="核实工作单位", follow_up_on=TODAY))
    record_visit(tx, officer.actor, said, now=MONDAY)
    (task,) = day(tx, officer.actor, now=MONDAY).tasks
    assert (task.kind, task.said, task.urgency) == (DutyKind.FOLLOW_UP, "核实工作单位", Urgency.TODAY)
    tx.execute(update(Subject).where(Subject.id == person).values(minor_regime=True))
    assert day(tx, a_user(tx, tree.county, Role.COUNTY_STAFF).actor, now=MONDAY).tasks[0].said is None


def test_a_minor_is_sealed_above_the_office_and_nobody_sees_next_door(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    person = a_subject(tx, officer).id
    values = {"minor_regime": True, "home_address": "江山市贺村镇礼贤村", "phone": "138", "name": "王小明"}
    tx.execute(update(Subject).where(Subject.id == person).values(**values))
    county = a_user(tx, tree.county, Role.COUNTY_STAFF)
    task = day(tx, county.actor, now=MONDAY).tasks[0]
    assert (task.phone, task.neighbourhood, task.home, "王小明" in task.subject_name) == (None, None, None, False)
    assert day(tx, a_user(tx, tree.second_office).actor, now=MONDAY).tasks == ()
    other = a_user(tx, tree.office)
    assert day(tx, other.actor, now=MONDAY).tasks
    assert day(tx, other.actor, now=MONDAY, mine=True).tasks == ()


def test_the_way_begins_at_the_office(tx: Connection, tree: Tree, officer: Worker) -> None:
    far, near = a_subject(tx, officer).id, a_subject(tx, officer).id
    for person, lon in ((far, 118.70), (near, 118.63)):
        a_duty(tx, tree, person, MONDAY - DAY, MONDAY + DAY, kind=DutyKind.VISIT, state=DutyState.OPEN)
        tx.execute(update(Subject).where(Subject.id == person).values(home=f"SRID=4326;POINT({lon} 28.73)"))
    set_office_place(tx, officer.actor, tree.office.id, GivenPlace(118.62, 28.73, 118.62, 28.73, "wgs84"), now=MONDAY)
    (start,) = starts(tx, officer.actor)
    found = day(tx, officer.actor, now=MONDAY)
    assert [leg.id for leg in way(found.tasks, start.spot).legs] == [near, far]
    assert [leg.id for leg in way(found.tasks, Spot(118.75, 28.73)).legs] == [far, near]
    with pytest.raises(NotFound):
        set_office_place(
            tx, officer.actor, tree.second_office.id, GivenPlace(118.62, 28.73, 118.62, 28.73, "wgs84"), now=MONDAY
        )


def test_offices_with_one_person_come_first(tx: Connection, tree: Tree, officer: Worker) -> None:
    colleague = a_user(tx, tree.office, name="李梅")
    alone = a_user(tx, tree.second_office, name="毛建华")
    county = a_user(tx, tree.county, Role.COUNTY_STAFF)
    busy = [a_subject(tx, worker, channel=Channel.NO_SMARTPHONE).id for worker in (officer, officer, colleague)]
    a_subject(tx, alone)
    a_duty(tx, tree, busy[0], MONDAY - 9 * DAY, MONDAY - DAY, kind=DutyKind.VISIT, state=DutyState.MISSED)
    with counted(tx) as sent:
        first, second = workload(tx, county.actor, now=MONDAY)
    assert len(sent) == 4
    assert (first.id, first.alone, first.staff_today) == (tree.second_office.id, True, 1)
    shares = {one.name: one.load for one in second.officers}
    assert {name: load.people for name, load in shares.items()} == {"徐敏": 2, "李梅": 1}
    assert (shares["徐敏"].overdue, shares["李梅"].overdue, second.load.overdue) == (1, 0, 1)
    assert shares["李梅"].week >= 1, "the talk at intake"
    absences.add(tx, Away(uuid4(), alone.id, MONDAY - DAY, MONDAY + DAY, None), created_by=alone.id, now=MONDAY)
    first = workload(tx, county.actor, now=MONDAY)[0]
    assert (first.id, first.staff_today) == (tree.second_office.id, 0)
    assert [line.id for line in workload(tx, officer.actor, now=MONDAY)] == [tree.office.id]


def test_the_forecast_adds_what_the_calendar_will_bring(tx: Connection, tree: Tree, officer: Worker) -> None:
    a_user(tx, tree.office, name="李梅")
    people = [a_subject(tx, officer).id for _ in range(3)]
    people.append(a_subject(tx, officer, at=MONDAY - 25 * DAY, class_=SupervisionClass.STRICT).id)
    away = Away(uuid4(), officer.id, MONDAY, MONDAY + 12 * DAY, None)
    absences.add(tx, away, created_by=officer.id, now=MONDAY)
    with counted(tx) as sent:
        found = forecast(tx, officer.actor, tree.office.id, now=MONDAY)
    assert len(sent) <= 10
    assert (len(found.days), found.people, found.days[0].day) == (30, len(people), TODAY)
    by_day = {one.day: one for one in found.days}
    home = by_day[TODAY + 10 * DAY]
    assert ("走访家庭", 3, 0) in [(item.title, item.planned, item.foreseen) for item in home.items]
    assert [(share.officer, share.by, share.covering) for share in home.shares] == [("徐敏", "李梅", True)]
    assert home.away == ("徐敏",)
    foreseen = sum(item.foreseen for one in found.days for item in one.items)
    assert foreseen > 0, "turns that nobody has planned yet"
    assert not by_day[date(2026, 3, 7)].working_day
    later = forecast(tx, officer.actor, tree.office.id, now=MONDAY)
    assert later == found, "asking changes nothing"
    with pytest.raises(NotFound):
        forecast(tx, a_user(tx, tree.second_office).actor, tree.office.id, now=MONDAY)

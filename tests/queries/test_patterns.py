"""Whose check-ins follow a pattern: what is found among many, who sees it, and what it costs."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.note_pattern import note_pattern
from app.queries import habits
from app.queries.patterns import people
from app.rules.devices import Device
from app.rules.errors import NotFound, Refused
from app.rules.facts import Role
from app.rules.patterns import LEAST_DAYS, NewNote, Pattern
from app.store import devices
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.offices import Tree, a_tree
from tests.builders.patterns import Manner, many_like, weeks_of_check_ins
from tests.builders.users import Worker, a_user
from tests.statements import counted

OPENS = MONDAY - timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def seen(tx: Connection, user: Worker, days: int = 14) -> dict[UUID, list[str]]:
    page = people(tx, user.actor, days=days, now=MONDAY)
    return {person.subject_id: [each.pattern.value for each in person.patterns] for person in page.items}


def test_each_pattern_and_nobody_else(tx: Connection, tree: Tree, officer: Worker) -> None:
    prompt, minute, place, ordinary, rare = (a_resident(tx, tree, officer) for _ in range(5))
    weeks_of_check_ins(tx, tree, [prompt], Manner(after_s=2, spread_s=280, lon=118.61), last=OPENS)
    weeks_of_check_ins(tx, tree, [minute], Manner(after_s=1800, spread_s=50, lon=118.62), last=OPENS)
    weeks_of_check_ins(tx, tree, [place], Manner(jitter=0, lon=118.63), last=OPENS)
    weeks_of_check_ins(tx, tree, [ordinary], Manner(lon=118.64), last=OPENS)
    weeks_of_check_ins(tx, tree, [rare], Manner(after_s=2, spread_s=10, jitter=0, lon=118.65), last=OPENS, days=7)
    assert seen(tx, officer) == {prompt: ["first_minutes"], minute: ["same_minute"], place: ["same_place"]}
    codes = [
        each.why.code for person in people(tx, officer.actor, days=14, now=MONDAY).items for each in person.patterns
    ]
    assert codes == ["pattern_first_minutes", "pattern_same_minute", "pattern_same_digits"]


@pytest.mark.parametrize(("apart", "found"), [(0.0, True), (0.000008, True), (0.00002, False)])
def test_two_at_one_spot_within_a_minute(
    tx: Connection, tree: Tree, officer: Worker, apart: float, found: bool
) -> None:
    """A degree of latitude is some 110 km: 0.9 m away is the same spot, 2.2 m is not, on whatever cells."""
    one, other = a_resident(tx, tree, officer), a_resident(tx, tree, officer)
    for number, lat in enumerate((28.7, 28.70009999, 28.7000000001)):
        rule, opens = f"check_in.{number}", OPENS - timedelta(hours=3 * number)
        here = Manner(after_s=600, spread_s=0, jitter=0, lat=lat)
        there = Manner(after_s=640, spread_s=0, jitter=0, lat=lat + apart)
        weeks_of_check_ins(tx, tree, [one], here, last=opens, days=1, rule=rule)
        weeks_of_check_ins(tx, tree, [other], there, last=opens, days=1, rule=rule)
        weeks_of_check_ins(tx, tree, [one], here, last=opens - (number + 1) * DAY, days=1, rule=f"{rule}.before")
        weeks_of_check_ins(tx, tree, [other], there, last=opens - (number + 1) * DAY, days=1, rule=f"{rule}.before")
    assert seen(tx, officer) == ({one: ["shared_phone"], other: ["shared_phone"]} if found else {})


def test_one_phone_bound_to_two_people(tx: Connection, tree: Tree, officer: Worker) -> None:
    before, after = a_resident(tx, tree, officer), a_resident(tx, tree, officer)
    phone = Device(uuid4(), "android")
    devices.bind(tx, before, phone, now=MONDAY - 40 * DAY)
    tx.execute(
        text("UPDATE device_bindings SET bound = tstzrange(lower(bound), :at) WHERE subject_id = :who"),
        {"at": MONDAY - 20 * DAY, "who": before},
    )
    devices.bind(tx, after, phone, now=MONDAY - 20 * DAY)
    assert seen(tx, officer) == {}
    assert seen(tx, officer, days=21) == {before: ["shared_phone"], after: ["shared_phone"]}


def test_only_whom_one_reaches_and_only_face_to_face_left_out(tx: Connection, tree: Tree, officer: Worker) -> None:
    mine, theirs = a_resident(tx, tree, officer), a_resident(tx, tree, a_user(tx, tree.second_office))
    for who in (mine, theirs):
        weeks_of_check_ins(tx, tree, [who], Manner(after_s=2, spread_s=100, jitter=0), last=OPENS)
    county = a_user(tx, tree.county, Role.COUNTY_STAFF)
    alone = ["first_minutes", "same_place"]
    assert seen(tx, officer) == {mine: alone}, "with whom one shares a phone is not told beyond one's reach"
    assert seen(tx, county) == {mine: [*alone, "shared_phone"], theirs: [*alone, "shared_phone"]}
    tx.execute(text("UPDATE attempts SET officer_id = :who"), {"who": officer.id})
    assert seen(tx, county) == {}


def test_notes_stand_beside(tx: Connection, tree: Tree, officer: Worker) -> None:
    who = a_resident(tx, tree, officer)
    weeks_of_check_ins(tx, tree, [who], Manner(jitter=0), last=OPENS)
    note = NewNote(uuid4(), who, Pattern.SAME_PLACE, "手机定位有缓存,已请本人更新系统", "一直在家里签", b"hash")
    assert [note_pattern(tx, officer.actor, note, now=MONDAY) for _ in range(2)] == [True, False]
    (person,) = people(tx, officer.actor, days=14, now=MONDAY).items
    assert [(each.note, each.answer, each.noted_by_name) for each in person.notes] == [
        (note.note, note.answer, officer.name)
    ]
    stranger = a_user(tx, tree.second_office)
    with pytest.raises(NotFound):
        note_pattern(tx, stranger.actor, NewNote(uuid4(), who, Pattern.SAME_PLACE, "x", None, b"h"), now=MONDAY)


def test_a_year_is_not_looked_at(tx: Connection, officer: Worker) -> None:
    with pytest.raises(Refused):
        people(tx, officer.actor, days=61, now=MONDAY)


def test_the_tries_of_a_fortnight_are_found_by_their_index(alone: Connection) -> None:
    """However much lies behind: nothing reads the whole table where it can be helped."""
    tx, tree = alone, a_tree(alone)
    officer = a_user(tx, tree.office)
    ids = many_like(tx, a_resident(tx, tree, officer), 100)
    weeks_of_check_ins(tx, tree, ids, Manner(), last=OPENS, days=30)
    tx.execute(text("SET LOCAL enable_seqscan = off"))
    values = {"ids": ids, "since": MONDAY - 14 * DAY, "now": MONDAY, "least_days": LEAST_DAYS}
    for statement, more in ((habits.HABITS, {}), (habits.TOGETHER_OFTEN, {"together_s": 60.0, "metres": 1.0})):
        plan = list(tx.execute(text(f"EXPLAIN {statement.text}"), {**values, **more}).scalars())
        assert not [line for line in plan if "Seq Scan on attempts" in line]
        assert [line for line in plan if "Index Cond" in line and "received_at >=" in line]
    with counted(tx.engine) as statements:
        assert people(tx, officer.actor, days=14, now=MONDAY).items == ()
    assert len(statements) <= 5

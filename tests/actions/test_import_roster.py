"""Importing rosters: the same as registering each by hand, all or none, a second time nothing, within reach only."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.import_roster import Roster, check_roster, import_roster
from app.actions.register_subject import register_subject
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Category, Role, SubjectStatus
from app.rules.registration import Registration
from app.rules.roster import Faulty, Reading, Report
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import Tree, a_tree
from tests.builders.rosters import a_line, a_reading
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import Worker, a_user
from tests.statements import counted

SETTINGS = settings_for_tests()
TABLES = (
    "subjects",
    "subject_states",
    "supervision_periods",
    "class_periods",
    "assignments",
    "duties",
    "duty_events",
    "collection_powers",
    "audit",
    "areas",
    "roster_imports",
)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office, name="徐建国")


def check(tx: Connection, user: Worker, reading: Reading, office_id: UUID | None = None) -> Report:
    return check_roster(tx, user.actor, reading, office_id, SETTINGS, now=MONDAY)


def a_request(reading: Reading, office_id: UUID | None = None) -> Roster:
    return Roster(uuid4(), office_id, sha256(repr(reading).encode()).digest(), reading)


def bring(tx: Connection, user: Worker, reading: Reading, office_id: UUID | None = None) -> tuple[int, int]:
    receipt, created = import_roster(tx, user.actor, a_request(reading, office_id), SETTINGS, now=MONDAY)
    assert created
    return receipt.added, receipt.already_there


def number_of_rows(tx: Connection) -> dict[str, int]:
    return {table: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}


def faults(report: Report) -> list[tuple[int, str | None, str, str]]:
    return [(fault.row, fault.column, fault.at, fault.code) for fault in report.faults]


def test_a_dry_run_touches_nothing(tx: Connection, tree: Tree, officer: Worker) -> None:
    before = number_of_rows(tx)
    with counted(tx) as sent:
        report = check(tx, officer, a_reading(a_line(1), a_line(2, 签到方式="当面")))
    assert (report.rows, report.new, report.by_phone, report.faults, report.already_there) == (2, 2, 1, (), ())
    assert number_of_rows(tx) == before
    assert all(statement.lstrip().startswith("SELECT") for statement in sent)


def test_a_roster_is_imported_whole_and_a_second_time_adds_nobody(tx: Connection, tree: Tree, officer: Worker) -> None:
    reading = a_reading(*(a_line(n) for n in range(5)))
    assert bring(tx, officer, reading) == (5, 0)
    after = number_of_rows(tx)
    assert (after["subjects"], after["audit"], after["roster_imports"]) == (5, 6, 1)
    assert bring(tx, officer, reading) == (0, 5)
    again = number_of_rows(tx)
    assert again == after | {"audit": after["audit"] + 1, "roster_imports": 2}
    report = check(tx, officer, reading)
    assert (report.new, len(report.already_there)) == (0, 5)
    assert all(not known.differences for known in report.already_there)


def test_a_repeated_request_gets_the_first_receipt(tx: Connection, tree: Tree, officer: Worker) -> None:
    request = a_request(a_reading(a_line(1)))
    first = import_roster(tx, officer.actor, request, SETTINGS, now=MONDAY)
    later = import_roster(tx, officer.actor, request, SETTINGS, now=MONDAY + timedelta(hours=1))
    assert first[0] == later[0]
    assert (first[1], later[1]) == (True, False)
    with pytest.raises(Conflict, match="id_reused"):
        import_roster(tx, officer.actor, replace(request, content=b"another"), SETTINGS, now=MONDAY)


SAME = {
    "subjects": "name, sex, birth_date, phone, category, status, office_id, officer_id, class, channel, minor_regime,"
    " home_address, permitted_area_id, term_from, term_to, created_at, registered_at, ended_at,"
    " id_number_hash IS NOT NULL, id_number_key_version",
    "subject_states": "last_heard_at, silent, silence_check_at, silence_counts_from, planned_until",
    "supervision_periods": "category, period",
    "class_periods": "class, period, set_by, reason",
    "assignments": "office_id, officer_id, period",
    "duties": "rule_code, kind, state, office_id, policy_version_id, opens_at::date, due_at::date",
    "audit": "at, actor_kind, actor_id, action, reason, details",
}


def rows_about(tx: Connection, subject_id: UUID) -> dict[str, list[Any]]:
    key = {"subjects": "id"}
    found = {}
    for table, columns in SAME.items():
        where = f"{key.get(table, 'subject_id')} = :id" + (" AND NOT random" if table == "duties" else "")
        rows = tx.execute(text(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY 1, 2"), {"id": subject_id})
        found[table] = sorted(map(tuple, rows), key=repr)
    return found


@pytest.mark.parametrize("born", [date(1990, 5, 17), date(2010, 5, 17)], ids=["adult", "minor"])
def test_it_leaves_the_same_rows_as_a_single_registration(
    tx: Connection, tree: Tree, officer: Worker, born: date
) -> None:
    """Slots at random times differ from person to person, and one of today may be over; nothing else may differ."""
    line = a_line(
        1,
        证件号码=an_id_number(born, serial=1),
        性别="女",
        负责人="徐建国",
        住址="虎山街道",
        矫正起日="2026-01-01",
        管理级别="宽管",
        类别="假释",
    )
    reading = a_reading(line)
    (read,) = reading.lines
    bring(tx, officer, reading)
    by_hand = Registration(
        id=uuid4(),
        body_hash=b"",
        office_id=tree.office.id,
        officer_id=officer.id,
        name=read.name,
        category=read.category,
        class_=read.class_,
        channel=read.channel,
        sex=read.sex,
        id_number=an_id_number(born, serial=2),
        phone=read.phone,
        term_from=read.term_from,
        term_to=read.term_to,
        home_address=read.home_address,
    )
    receipt, _ = register_subject(tx, officer.actor, by_hand, SETTINGS, now=MONDAY)
    imported = tx.execute(text("SELECT id FROM subjects WHERE id <> :id"), {"id": receipt.id}).scalar_one()
    assert rows_about(tx, imported) == rows_about(tx, receipt.id)
    assert len(rows_about(tx, imported)["duties"]) > 2


def test_one_fault_keeps_everybody_out(tx: Connection, tree: Tree, officer: Worker) -> None:
    before = number_of_rows(tx)
    broken = a_line(3)["证件号码"][:-1]
    last = "0" if a_line(3)["证件号码"][-1] != "0" else "1"
    reading = a_reading(a_line(1), a_line(2), a_line(3, 证件号码=broken + last))
    with pytest.raises(Faulty) as faulty:
        bring(tx, officer, reading)
    assert [fault.told() for fault in faulty.value.faults] == [
        "第 4 行 B 列(证件号码):身份证号码有误,请对照证件核对 18 位号码。"
    ]
    assert faulty.value.params == {"count": 1}
    assert number_of_rows(tx) == before


@pytest.mark.parametrize(
    ("changes", "at", "code"),
    [
        ({"出生日期": "1999-01-01"}, "birth_date", "birth_date_differs"),
        ({"矫正止日": "2026-03-01"}, "term_to", "term_over"),
        ({"矫正起日": "2027-05-01"}, "term_to", "term_reversed"),
        ({"司法所": "虎山司法所"}, "office", "cell_office_unknown"),
        ({"司法所": "没有这个所"}, "office", "cell_office_unknown"),
        ({"司法所": None}, "office", "cell_office_needed"),
        ({"负责人": "毛建华"}, "officer", "cell_officer_unknown"),
        ({"负责人": "同名"}, "officer", "cell_officer_ambiguous"),
        ({"编号": "A-1"}, "subject_no", "subject_no_taken"),
    ],
    ids=str,
)
def test_what_only_the_service_knows_is_told_with_its_place(
    tx: Connection, tree: Tree, officer: Worker, changes: dict[str, Any], at: str, code: str
) -> None:
    """An office next door and one that does not exist are told alike."""
    a_user(tx, tree.second_office, name="毛建华")
    for login in ("a", "b"):
        a_user(tx, tree.office, login=login, name="同名")
    bring(tx, officer, a_reading(a_line(8, 编号="A-1")))
    columns = {"出生日期": None, "矫正起日": None, "负责人": None, "编号": None}
    report = check(tx, officer, a_reading({**a_line(1), **columns, **changes}))
    assert [found[2:] for found in faults(report)] == [(at, code)]
    assert all(found[1] for found in faults(report))


def test_offices_and_people_are_known_by_code_log_in_and_name(tx: Connection, tree: Tree, officer: Worker) -> None:
    staff = a_user(tx, tree.county, Role.COUNTY_STAFF, login="jiang", name="姜文静")
    lines = (
        a_line(1, 司法所="jiangshan-shuangta", 负责人=officer.login),
        a_line(2, 司法所="虎山司法所", 负责人="姜文静"),
        a_line(3, 司法所=None, 负责人=None),
    )
    assert bring(tx, staff, a_reading(*lines), tree.county.id) == (3, 0)
    rows = tx.execute(text("SELECT office_id, officer_id FROM subjects ORDER BY name")).all()
    assert sorted(rows, key=repr) == sorted(
        [(tree.office.id, officer.id), (tree.second_office.id, staff.id), (tree.county.id, None)], key=repr
    )


def test_an_office_out_of_reach_is_not_found(tx: Connection, tree: Tree, officer: Worker) -> None:
    for office in (tree.second_office, tree.other_office, tree.county):
        with pytest.raises(NotFound):
            check(tx, officer, a_reading(a_line(1)), office.id)


def test_a_city_has_no_subjects_of_its_own(tx: Connection, tree: Tree, officer: Worker) -> None:
    above = a_user(tx, tree.city, Role.COUNTY_STAFF, login="above")
    report = check(tx, above, a_reading(a_line(1, 司法所=None)), tree.city.id)
    assert faults(report) == [(2, "F", "office", "office_not_of_ground")]


def test_somebody_on_record_is_shown_with_what_differs_and_never_changed(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    known = a_subject(tx, officer, name="王小明", id_number=an_id_number(), category=Category.PROBATION)
    before = tx.execute(text("SELECT * FROM subjects")).one()
    line = a_line(1, 姓名="王小名", 证件号码=an_id_number(), 类别="假释", 手机="13900000000", 矫正止日=None)
    report = check(tx, officer, a_reading(line))
    (found,) = report.already_there
    assert (found.row, found.subject_no, found.status) == (2, known.subject_no, SubjectStatus.IN_CORRECTION)
    assert [(one.heading, one.on_record, one.in_file) for one in found.differences] == [
        ("姓名", "王小明", "王小名"),
        ("矫正类别", "缓刑", "假释"),
        ("手机号码", None, "13900000000"),
    ]
    assert bring(tx, officer, a_reading(line)) == (0, 1)
    assert tx.execute(text("SELECT * FROM subjects")).one() == before


def test_of_a_minor_only_the_fields_that_differ_are_named(tx: Connection, tree: Tree, officer: Worker) -> None:
    born = date(2010, 5, 17)
    a_subject(tx, officer, name="小明", born=born, id_number=an_id_number(born))
    report = check(
        tx, officer, a_reading(a_line(1, 姓名="小红", 证件号码=an_id_number(born), 手机=None, 矫正止日=None))
    )
    assert [(one.at, one.on_record, one.in_file) for one in report.already_there[0].differences] == [
        ("name", None, None)
    ]


def test_of_somebody_in_another_county_nothing_is_told(tx: Connection, tree: Tree, officer: Worker) -> None:
    elsewhere = a_user(tx, tree.other_office, login="longyou")
    a_subject(tx, elsewhere, name="别处的人", id_number=an_id_number())
    report = check(tx, officer, a_reading(a_line(1, 证件号码=an_id_number())))
    assert faults(report) == [(2, "B", "id_number", "id_number_taken")]
    assert report.already_there == ()
    assert "别处的人" not in repr(report)


def test_numbers_follow_those_in_use_and_skip_those_that_the_roster_brings(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    a_subject(tx, officer)
    bring(tx, officer, a_reading(a_line(1), a_line(2, 编号="330881202600002"), a_line(3)))
    found = tx.execute(text("SELECT subject_no FROM subjects ORDER BY subject_no")).scalars()
    assert list(found) == [f"33088120260000{n}" for n in (1, 2, 3, 4)]


def test_the_audit_tells_who_imported_how_many(tx: Connection, tree: Tree, officer: Worker) -> None:
    bring(tx, officer, a_reading(a_line(1), a_line(2)))
    row = tx.execute(text("SELECT * FROM audit WHERE action = 'roster.import'")).one()
    assert (row.actor_id, row.object_kind, row.details) == (
        officer.id,
        "roster",
        {"rows": 2, "added": 2, "already_there": 0, "door": "api"},
    )
    registered = tx.execute(text("SELECT count(*) FROM audit WHERE action = 'subject.register'")).scalar_one()
    assert registered == 2


def test_six_hundred_take_as_many_statements_as_two_chunks(tx: Connection, tree: Tree, officer: Worker) -> None:
    bring(tx, officer, a_reading(a_line(9_999)))
    reading = a_reading(*(a_line(n) for n in range(600)))
    with counted(tx) as sent:
        check(tx, officer, reading)
    assert len(sent) <= 4
    with counted(tx) as sent:
        assert bring(tx, officer, reading) == (600, 0)
    assert len(sent) <= 51, [statement.strip()[:60] for statement in sent]

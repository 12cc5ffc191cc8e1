"""Records as they are read: what each fulfilled, whose they are, at what cost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.queries.visits import RecordFilter, record, records
from app.rules.errors import NotFound
from app.rules.facts import DutyKind, Fix, Role
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import DOOR, a_new_record
from tests.statements import counted

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = RecordFilter()


def county(tx: Connection) -> tuple[Tree, Worker, UUID]:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office)
    return tree, officer, a_subject(tx, officer, at=MONDAY).id


def test_a_record_reads_back_as_its_receipt_said(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    new = a_new_record(subject_id, MONDAY, "访1", "谈1", fix=Fix(*DOOR, 12.0), ended_at=MONDAY + DAY / 24)
    kept, _ = record_visit(tx, officer.actor, new, now=MONDAY + DAY)
    found = record(tx, officer.actor, DutyKind.VISIT, kept.id)
    for name, value in vars(kept).items():
        assert getattr(found, name) == value, name
    assert (found.note, found.met, found.written_days_later) == (new.note, new.met, 1)
    assert (found.lon, found.lat) == pytest.approx(DOOR)


def test_each_list_holds_its_own_kind(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    visit, _ = record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    talk, _ = record_talk(tx, officer.actor, a_new_record(subject_id, MONDAY, kind=DutyKind.TALK), now=MONDAY)
    assert [row.id for row in records(tx, officer.actor, DutyKind.VISIT, ALL).items] == [visit.id]
    assert [row.id for row in records(tx, officer.actor, DutyKind.TALK, ALL).items] == [talk.id]
    with pytest.raises(NotFound):
        record(tx, officer.actor, DutyKind.TALK, visit.id)


def test_only_subjects_within_reach(tx: Connection) -> None:
    tree, officer, subject_id = county(tx)
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    for office, role, sees in (
        (tree.county, Role.COUNTY_STAFF, True),
        (tree.city, Role.CITY_STAFF, True),
        (tree.second_office, Role.OFFICER, False),
        (tree.other_county, Role.COUNTY_STAFF, False),
        (tree.office, Role.PROVIDER, False),
    ):
        reader = a_user(tx, office, role).actor
        assert [row.id for row in records(tx, reader, DutyKind.VISIT, ALL).items] == ([kept.id] if sees else []), role
        if not sees:
            with pytest.raises(NotFound):
                record(tx, reader, DutyKind.VISIT, kept.id)


def test_local_days_bound_the_list(tx: Connection) -> None:
    """A second before and after local midnight of 3 March are two days."""
    _, officer, subject_id = county(tx)
    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    now = midnight + DAY
    for happened_at in (midnight - timedelta(seconds=1), midnight):
        record_visit(tx, officer.actor, a_new_record(subject_id, happened_at), now=now)
    second, third = (datetime(2026, 3, day, tzinfo=UTC).date() for day in (2, 3))
    on_second = records(tx, officer.actor, DutyKind.VISIT, RecordFilter(from_day=second, to_day=second))
    on_third = records(tx, officer.actor, DutyKind.VISIT, RecordFilter(from_day=third, to_day=third))
    assert [row.happened_at for row in on_second.items] == [midnight - timedelta(seconds=1)]
    assert [row.happened_at for row in on_third.items] == [midnight]


def test_pages_join_without_a_gap_where_many_happened_at_once(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    made = {record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)[0].id for _ in range(5)}
    seen: list[UUID] = []
    after = None
    while True:
        page = records(tx, officer.actor, DutyKind.VISIT, ALL, after=after, limit=2)
        seen += [row.id for row in page.items]
        after = page.next_key
        if after is None:
            break
    assert len(seen) == 5
    assert set(seen) == made


def test_a_page_and_a_record_cost_one_statement_each(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    with counted(tx) as sent:
        records(tx, officer.actor, DutyKind.VISIT, RecordFilter(item="访1", office_id=officer.office.id))
        record(tx, officer.actor, DutyKind.VISIT, kept.id)
    assert len(sent) == 2

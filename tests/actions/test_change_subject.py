from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.actions.change_subject import Changes, change_subject
from app.actions.end_supervision import end_supervision
from app.rules.devices import Device
from app.rules.errors import Conflict, NotFound, Refused, ZhifangError
from app.rules.facts import Channel, EndReason, GivenPlace
from app.rules.registration import Contact
from app.store import devices, passwords, sessions
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject, an_id_number
from tests.builders.users import LONG, PASSWORD, Worker, a_user, password_hash

SETTINGS = settings_for_tests()
NOW = MONDAY + timedelta(hours=25)
COST = passwords.Cost(SETTINGS.password_rounds, SETTINGS.password_memory_kib)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, officer: Worker) -> ASubject:
    return a_subject(tx, officer)


def change(tx: Connection, worker: Worker, subject: ASubject, changes: Changes) -> None:
    change_subject(tx, worker.actor, subject.id, changes, SETTINGS, now=NOW)


def row(tx: Connection, subject: ASubject) -> Any:
    return tx.execute(
        text(
            """
            SELECT s.*, a.code AS area, ST_X(home) AS lon FROM subjects s JOIN areas a ON a.id = s.permitted_area_id
            WHERE s.id = :id
            """
        ),
        {"id": subject.id},
    ).one()


def count(tx: Connection, statement: str, subject: ASubject) -> int:
    found: int = tx.execute(text(f"SELECT count(*) FROM {statement}"), {"id": subject.id}).scalar_one()
    return found


def test_what_is_given_changes_and_the_rest_stays(tx: Connection, officer: Worker, subject: ASubject) -> None:
    before = row(tx, subject)
    change(tx, officer, subject, {"phone": "13911112222", "home_address": "虎山街道"})
    after = row(tx, subject)
    assert (after.phone, after.home_address) == ("13911112222", "虎山街道")
    assert (after.name, after.lon, after.area, after.term_to) == (before.name, before.lon, before.area, before.term_to)


def test_recorded_is_which_fields_changed_but_no_value(tx: Connection, officer: Worker, subject: ASubject) -> None:
    change(tx, officer, subject, {"phone": "13911112222", "name": "王大明"})
    details = tx.execute(text("SELECT details FROM audit WHERE action = 'subject.change'")).scalar_one()
    assert details == {"fields": ["name", "phone"]}


def test_home_and_permitted_area_move(tx: Connection, officer: Worker, subject: ASubject) -> None:
    home = GivenPlace(118.87, 28.94, 118.8746, 28.9373, "gcj02")
    change(tx, officer, subject, {"home": home, "permitted_area": "330802"})
    after = row(tx, subject)
    assert (after.lon, after.area, after.home_given["datum"]) == (118.87, "330800", "gcj02")


def test_contacts_are_replaced(tx: Connection, officer: Worker, subject: ASubject) -> None:
    for name in ("王父", "王母"):
        change(tx, officer, subject, {"contacts": (Contact(name, "家人", "13900000000"),)})
    names = tx.execute(text("SELECT name FROM subject_contacts")).scalars().all()
    assert names == ["王母"]


def test_another_officer_takes_over_from_now_on(tx: Connection, tree: Tree, officer: Worker, subject: ASubject) -> None:
    colleague = a_user(tx, tree.office)
    change(tx, officer, subject, {"officer_id": colleague.id})
    assert row(tx, subject).officer_id == colleague.id
    assigned = tx.execute(text("SELECT officer_id, lower(period), upper(period) FROM assignments ORDER BY period"))
    assert [tuple(period) for period in assigned] == [(officer.id, MONDAY, NOW), (colleague.id, NOW, None)]


def test_a_stranger_does_not_take_over(tx: Connection, tree: Tree, officer: Worker, subject: ASubject) -> None:
    with pytest.raises(Refused) as refused:
        change(tx, officer, subject, {"officer_id": a_user(tx, tree.other_office).id})
    assert refused.value.code == "officer_not_of_office"


def test_a_new_password_ends_the_log_ins(tx: Connection, officer: Worker, subject: ASubject) -> None:
    sessions.open_(tx, sessions.NewSession(subject.id, "subject", subject.id, None, MONDAY, MONDAY + LONG))
    changed = passwords.hash_password("南山 33 hu shui", COST)
    change(tx, officer, subject, {"login": "wang-2", "password_hash": changed})
    account = tx.execute(text("SELECT login, password_hash FROM subject_accounts")).one()
    assert account.login == "wang-2"
    assert passwords.is_password("南山 33 hu shui", account.password_hash, COST)
    assert not passwords.is_password(PASSWORD, account.password_hash, COST)
    assert count(tx, "sessions WHERE owner_id = :id AND ended_at IS NULL", subject) == 0


def test_who_gives_up_the_phone_is_not_asked_for_its_place(tx: Connection, officer: Worker, subject: ASubject) -> None:
    devices.bind(tx, subject.id, Device(subject.id, "android"), now=MONDAY)
    change(tx, officer, subject, {"channel": Channel.NO_SMARTPHONE})
    planned = "duties WHERE subject_id = :id AND state = 'planned' AND opens_at >= timestamptz '2026-03-03 10:00+08'"
    assert count(tx, f"{planned} AND kind = 'location_check'", subject) == 0
    assert count(tx, f"{planned} AND kind = 'check_in'", subject) > 0
    assert count(tx, "subject_states WHERE subject_id = :id AND silence_check_at IS NOT NULL", subject) == 0
    assert devices.bound_to(tx, subject.id, now=NOW) is None


def test_who_gets_a_phone_is_watched_from_then_on(tx: Connection, officer: Worker) -> None:
    subject = a_subject(tx, officer, channel=Channel.NO_SMARTPHONE)
    with pytest.raises(Refused) as refused:
        change(tx, officer, subject, {"channel": Channel.SMARTPHONE})
    assert refused.value.code == "login_needed"
    given: Changes = {"channel": Channel.SMARTPHONE, "login": "wang", "password_hash": password_hash()}
    change(tx, officer, subject, given)
    assert count(tx, "duties WHERE subject_id = :id AND kind = 'location_check' AND state = 'planned'", subject) > 0
    check_at = tx.execute(text("SELECT silence_check_at FROM subject_states")).scalar_one()
    assert check_at == NOW + timedelta(hours=24)


def test_a_shorter_term_takes_the_duties_beyond_it_away(tx: Connection, officer: Worker, subject: ASubject) -> None:
    change(tx, officer, subject, {"term_to": date(2026, 3, 3)})
    beyond = "duties WHERE subject_id = :id AND state = 'planned' AND due_at > timestamptz '2026-03-04 00:00+08'"
    assert count(tx, f"{beyond} AND kind IN ('check_in', 'location_check')", subject) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"term_to": date(2026, 3, 2)}, "term_over"),
        ({"term_from": date(2027, 3, 2)}, "term_reversed"),
        ({"id_number": an_id_number(date(1991, 1, 1))}, "birth_date_differs"),
        ({"id_number": "330881"}, "id_number_unfit"),
        ({"permitted_area": "330000"}, "unknown_area"),
    ],
)
def test_what_does_not_fit_is_refused(
    tx: Connection, officer: Worker, subject: ASubject, changes: Changes, code: str
) -> None:
    with pytest.raises(ZhifangError) as refused:
        change(tx, officer, subject, changes)
    assert refused.value.code == code


def test_an_identity_number_may_be_added_but_not_anothers(tx: Connection, officer: Worker, subject: ASubject) -> None:
    number = an_id_number()
    change(tx, officer, subject, {"id_number": number})
    other = a_subject(tx, officer)
    with pytest.raises(Conflict) as conflict:
        change(tx, officer, other, {"id_number": number})
    assert conflict.value.code == "id_number_taken"


def test_after_the_end_nothing_changes(tx: Connection, officer: Worker, subject: ASubject) -> None:
    end_supervision(tx, officer.actor, subject.id, EndReason.COMPLETED, None, now=MONDAY)
    with pytest.raises(Conflict) as conflict:
        change(tx, officer, subject, {"name": "王大明"})
    assert conflict.value.code == "not_in_correction"


def test_out_of_reach_there_is_nobody_to_change(tx: Connection, tree: Tree, subject: ASubject) -> None:
    with pytest.raises(NotFound):
        change(tx, a_user(tx, tree.second_office), subject, {"name": "王大明"})

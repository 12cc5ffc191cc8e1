"""Notices with their deliveries: once for each recipient, thing and step, in the order in which they were decided."""

from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, select

from app.models.notice import Notice
from app.rules.effects import Notify
from app.rules.facts import About, Reason
from app.store import endpoints, outbox
from tests.builders.alerts import a_notice, a_phone, count_rows, deliveries_about, notices_about
from tests.builders.app import MONDAY
from tests.builders.offices import a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

ABOUT = About("alert", UUID(int=7))


@pytest.fixture
def officer(tx: Connection) -> Worker:
    return a_user(tx, a_tree(tx).office)


def notices(recipients: list[UUID], *, step: str = "1.office") -> list[Notify]:
    wording = Reason("alert_raised", (("kind", "lost_contact"),))
    return [Notify("user", user, ABOUT, step, wording, MONDAY, MONDAY) for user in recipients]


def test_a_notice_keeps_what_was_decided(tx: Connection, officer: Worker) -> None:
    a_notice(tx, officer.id, MONDAY, about=ABOUT)
    (row,) = notices_about(tx, ABOUT.id)
    assert row.id == outbox.notice_id(officer.id, "alert", ABOUT.id, "1.office")
    assert (row.recipient_kind, row.recipient_id, row.step) == ("user", officer.id, "1.office")
    assert row.wording["code"] == "alert_raised"
    assert (row.created_at, row.read_at) == (MONDAY, None)


def test_the_same_notice_twice_is_one_with_one_set_of_deliveries(tx: Connection, officer: Worker) -> None:
    a_phone(tx, officer.id, "ok", at=MONDAY)
    (effect,) = notices([officer.id])
    outbox.notify(tx, [effect, effect])
    outbox.notify(tx, [effect])
    assert (count_rows(tx, "notices"), count_rows(tx, "deliveries")) == (1, 2)


def test_another_step_is_another_notice(tx: Connection, officer: Worker) -> None:
    outbox.notify(tx, notices([officer.id]) + notices([officer.id], step="1.county"))
    assert [row.step for row in notices_about(tx, ABOUT.id)] == ["1.office", "1.county"]


def test_numbers_follow_the_order_of_the_decisions(tx: Connection) -> None:
    users = [uuid5(ABOUT.id, str(n)) for n in range(50)]
    outbox.notify(tx, notices(users))
    assert list(tx.execute(select(Notice.recipient_id).order_by(Notice.seq)).scalars()) == users


def test_phones_that_retired_get_no_delivery(tx: Connection, officer: Worker) -> None:
    a_phone(tx, officer.id, "old", at=MONDAY)
    endpoints.retire_of_owner(tx, "user", officer.id, "logged_out", now=MONDAY)
    a_phone(tx, officer.id, "new", at=MONDAY)
    outbox.notify(tx, notices([officer.id]))
    assert len(deliveries_about(tx, ABOUT.id)) == 1
    assert len(deliveries_about(tx, ABOUT.id, "in_app")) == 1


def test_a_subjects_phone_is_not_a_users(tx: Connection, officer: Worker) -> None:
    """Even if both had the same id."""
    a_phone(tx, officer.id, "subject-phone", at=MONDAY, owner_kind="subject")
    outbox.notify(tx, notices([officer.id]))
    assert deliveries_about(tx, ABOUT.id) == []


@pytest.mark.parametrize("n", [1, 100])
def test_any_number_takes_two_statements(tx: Connection, n: int) -> None:
    with counted(tx) as sent:
        outbox.notify(tx, notices([uuid5(ABOUT.id, str(i)) for i in range(n)]))
    assert len(sent) == 2

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.end_supervision import end_supervision
from app.actions.register_subject import register_subject
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import Channel, EndReason, Role
from app.rules.registration import Contact, Receipt, Registration
from app.store.identity import keys_of, unseal
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_power, a_report, report, state_of
from tests.builders.subjects import a_registration, an_id_number
from tests.builders.users import Worker, a_user

SETTINGS = settings_for_tests()
NUMBER = an_id_number(date(1990, 5, 17))


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def register(tx: Connection, worker: Worker, entered: Registration, *, now: datetime = MONDAY) -> tuple[Receipt, bool]:
    return register_subject(tx, worker.actor, entered, SETTINGS, now=now)


def row_of(tx: Connection, subject_id: UUID) -> dict[str, Any]:
    return dict(tx.execute(text("SELECT * FROM subjects WHERE id = :id"), {"id": subject_id}).mappings().one())


def test_a_registered_subject_has_its_periods_state_and_area(tx: Connection, officer: Worker) -> None:
    entered = replace(a_registration(officer), contacts=(Contact("王父", "父亲", "13900000000"),))
    receipt, created = register(tx, officer, entered)
    assert created
    row = row_of(tx, receipt.id)
    assert (row["status"], row["class"], row["office_id"]) == ("in_correction", "normal", officer.office.id)
    periods = tx.execute(
        text(
            """
            SELECT lower(s.period) AS supervised, s.category, lower(c.period) AS classed, c.class, c.set_by,
                   lower(a.period) AS assigned, a.officer_id
            FROM supervision_periods s JOIN class_periods c USING (subject_id) JOIN assignments a USING (subject_id)
            WHERE subject_id = :id AND upper_inf(s.period) AND upper_inf(c.period) AND upper_inf(a.period)
            """
        ),
        {"id": receipt.id},
    ).one()
    assert tuple(periods) == (MONDAY, "probation", MONDAY, "normal", officer.id, MONDAY, officer.id)
    area = tx.execute(text("SELECT code, name FROM areas WHERE id = :id"), {"id": row["permitted_area_id"]}).one()
    assert tuple(area) == ("330881", "江山市")
    contacts = tx.execute(text("SELECT name, relation, phone FROM subject_contacts")).one()
    assert tuple(contacts) == ("王父", "父亲", "13900000000")


def test_the_phone_sees_its_duties_at_once(tx: Connection, officer: Worker) -> None:
    receipt, _ = register(tx, officer, a_registration(officer))
    kinds = tx.execute(
        text("SELECT DISTINCT kind FROM duties WHERE subject_id = :id ORDER BY kind"), {"id": receipt.id}
    ).scalars()
    assert list(kinds) == ["check_in", "correction_group", "correction_plan", "location_check", "talk", "visit"]
    state = tx.execute(text("SELECT * FROM subject_states WHERE subject_id = :id"), {"id": receipt.id}).one()
    assert state.planned_until == MONDAY + timedelta(hours=72)
    assert state.silence_check_at == MONDAY + timedelta(hours=24)
    assert state.last_heard_at is None


def test_numbers_rise_within_county_and_year(tx: Connection, officer: Worker) -> None:
    numbers = [register(tx, officer, a_registration(officer))[0].subject_no for _ in range(2)]
    numbers.append(register(tx, officer, a_registration(officer), now=datetime(2027, 1, 1, tzinfo=UTC))[0].subject_no)
    assert numbers == ["330881202600001", "330881202600002", "330881202700001"]


def test_a_given_number_is_kept_and_does_not_disturb_the_count(tx: Connection, officer: Worker) -> None:
    given = replace(a_registration(officer), subject_no="JS-2019-0042")
    assert register(tx, officer, given)[0].subject_no == "JS-2019-0042"
    high = replace(a_registration(officer), subject_no="330881202600041")
    register(tx, officer, high)
    assert register(tx, officer, a_registration(officer))[0].subject_no == "330881202600042"


def test_the_same_request_again_gives_the_same_receipt(tx: Connection, officer: Worker) -> None:
    entered = a_registration(officer, id_number=NUMBER)
    first, created = register(tx, officer, entered)
    again, created_again = register(tx, officer, entered, now=MONDAY + timedelta(hours=1))
    assert (first, created, created_again) == (again, True, False)
    assert tx.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 1


def test_the_same_id_with_another_body_conflicts(tx: Connection, officer: Worker) -> None:
    entered = a_registration(officer)
    register(tx, officer, entered)
    with pytest.raises(Conflict) as conflict:
        register(tx, officer, replace(entered, body_hash=b"another"))
    assert conflict.value.code == "id_reused"


def test_the_identity_number_is_on_disk_only_sealed(tx: Connection, officer: Worker) -> None:
    receipt, _ = register(tx, officer, a_registration(officer, id_number=NUMBER.lower(), born=None))
    row = row_of(tx, receipt.id)
    assert row["birth_date"] == date(1990, 5, 17)
    assert unseal(keys_of(SETTINGS), receipt.id, row["id_number_cipher"], row["id_number_key_version"]) == NUMBER
    everything = tx.execute(text("SELECT subjects::text FROM subjects WHERE id = :id"), {"id": receipt.id}).scalar_one()
    assert NUMBER not in everything
    assert NUMBER.encode().hex() not in everything


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id_number": NUMBER}, "id_number_taken"),
        ({"subject_no": "A-1"}, "subject_no_taken"),
        ({"login": "wang"}, "login_taken"),
    ],
)
def test_what_another_person_has_is_taken(tx: Connection, officer: Worker, changed: dict[str, Any], code: str) -> None:
    taken = replace(a_registration(officer, id_number=NUMBER), subject_no="A-1", login="wang")
    register(tx, officer, taken)
    with pytest.raises(Conflict) as conflict:
        register(tx, officer, replace(a_registration(officer), **changed))
    assert conflict.value.code == code


def test_a_person_of_another_county_is_taken_too_and_tells_nothing_more(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    elsewhere = a_user(tx, tree.other_office)
    register(tx, elsewhere, a_registration(elsewhere, id_number=NUMBER))
    with pytest.raises(Conflict) as conflict:
        register(tx, officer, a_registration(officer, id_number=NUMBER))
    assert (conflict.value.code, conflict.value.params) == ("id_number_taken", {})


def test_an_office_out_of_reach_is_not_found(tx: Connection, tree: Tree, officer: Worker) -> None:
    with pytest.raises(NotFound):
        register(tx, officer, a_registration(officer, office_id=tree.other_office.id))


def test_a_city_supervises_nobody_itself(tx: Connection, tree: Tree) -> None:
    somebody = a_user(tx, tree.city, Role.CITY_STAFF)
    with pytest.raises(Refused) as refused:
        register(tx, somebody, replace(a_registration(somebody), officer_id=None))
    assert refused.value.code == "office_not_of_ground"


@pytest.mark.parametrize("where", ["other_office", "second_office"])
def test_who_is_in_charge_works_in_that_office_or_above(
    tx: Connection, tree: Tree, officer: Worker, where: str
) -> None:
    stranger = a_user(tx, getattr(tree, where))
    with pytest.raises(Refused) as refused:
        register(tx, officer, replace(a_registration(officer), officer_id=stranger.id))
    assert refused.value.fields == {"officer_id": "officer_not_of_office"}


def test_the_county_may_be_in_charge_itself(tx: Connection, tree: Tree, officer: Worker) -> None:
    county = a_user(tx, tree.county, Role.COUNTY_STAFF)
    receipt, _ = register(tx, officer, replace(a_registration(officer), officer_id=county.id))
    assert row_of(tx, receipt.id)["officer_id"] == county.id


@pytest.mark.parametrize(
    ("born", "minor"), [(date(2008, 3, 2), True), (date(2008, 3, 1), False), (date(1990, 1, 1), False)]
)
def test_the_regime_for_minors_is_fixed_at_intake(tx: Connection, officer: Worker, born: date, minor: bool) -> None:
    receipt, _ = register(tx, officer, a_registration(officer, born=born))
    assert receipt.minor_regime is minor


def test_the_day_of_arrival_settles_it_not_the_day_of_entry(tx: Connection, officer: Worker) -> None:
    entered = a_registration(officer, born=date(2008, 3, 1), arrived_at=MONDAY - timedelta(days=1))
    assert register(tx, officer, entered)[0].minor_regime


def test_a_birth_date_is_needed(tx: Connection, officer: Worker) -> None:
    with pytest.raises(Refused) as refused:
        register(tx, officer, a_registration(officer, born=None))
    assert refused.value.code == "birth_date_needed"


def test_without_a_smartphone_there_is_no_log_in_no_silence_and_no_location_check(
    tx: Connection, officer: Worker
) -> None:
    receipt, _ = register(tx, officer, a_registration(officer, channel=Channel.NO_SMARTPHONE))
    kinds = tx.execute(text("SELECT DISTINCT kind FROM duties ORDER BY kind")).scalars()
    assert list(kinds) == ["check_in", "correction_group", "correction_plan", "talk", "visit"]
    state = tx.execute(text("SELECT * FROM subject_states WHERE subject_id = :id"), {"id": receipt.id}).one()
    assert state.silence_check_at is None
    assert tx.execute(text("SELECT count(*) FROM subject_accounts")).scalar_one() == 0


def test_somebody_whose_correction_ended_may_come_back_into_the_same_row(tx: Connection, officer: Worker) -> None:
    first, _ = register(tx, officer, a_registration(officer, key="first", id_number=NUMBER))
    ended_at = MONDAY + timedelta(days=30)
    end_supervision(tx, officer.actor, first.id, EndReason.COMPLETED, None, now=ended_at)
    back_at = MONDAY + timedelta(days=90)
    second, created = register(tx, officer, a_registration(officer, key="second", id_number=NUMBER), now=back_at)
    assert created
    assert (second.id, second.subject_no) == (first.id, first.subject_no)
    row = row_of(tx, first.id)
    assert (row["status"], row["ended_at"], row["end_reason"]) == ("in_correction", None, None)
    periods = tx.execute(
        text("SELECT lower(period), upper(period) FROM supervision_periods ORDER BY lower(period)")
    ).all()
    assert [tuple(period) for period in periods] == [(MONDAY, ended_at), (back_at, None)]
    planned = text("SELECT min(opens_at) FROM duties WHERE subject_id = :id AND state = 'planned'")
    assert tx.execute(planned, {"id": first.id}).scalar_one() >= back_at


def test_where_the_phone_was_in_an_earlier_correction_says_nothing_of_this_one(tx: Connection, officer: Worker) -> None:
    first, _ = register(tx, officer, a_registration(officer, id_number=NUMBER))
    a_power(tx, first.id, MONDAY, MONDAY + timedelta(hours=1))
    report(tx, first.id, a_report(MONDAY, battery_percent=3), now=MONDAY)
    assert state_of(tx, first.id).last_position_at == MONDAY
    end_supervision(tx, officer.actor, first.id, EndReason.COMPLETED, None, now=MONDAY + timedelta(days=30))
    back_at = MONDAY + timedelta(days=90)
    register(tx, officer, a_registration(officer, id_number=NUMBER), now=back_at)
    state = state_of(tx, first.id)
    assert (state.last_heard_at, state.last_position_at, state.last_position) == (None, None, None)
    assert (state.last_accuracy_m, state.battery_percent) == (None, None)


def test_the_registration_is_recorded_without_values(tx: Connection, officer: Worker) -> None:
    receipt, _ = register(tx, officer, a_registration(officer, id_number=NUMBER))
    act = tx.execute(text("SELECT actor_id, action, subject_id, details::text AS details FROM audit")).one()
    assert (act.actor_id, act.action, act.subject_id) == (officer.id, "subject.register", receipt.id)
    assert act.details == "{}"

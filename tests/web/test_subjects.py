"""The list of people and the page of one person: what stands there, what is recorded, what is asked for a reason."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text, update

from app.models.audit import Audit
from app.models.subject import Subject
from app.store.session import transaction
from app.web.subjects import LINKS
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY
from tests.builders.files import a_portrait
from tests.builders.subjects import a_subject, an_id_number
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import HOUR, LONG_NAME, Office, a_person, a_visit_due, an_office_at_nine


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


@pytest.fixture
def person(undone: Engine, office: Office) -> UUID:
    with transaction(undone) as tx:
        return a_person(tx, office)


def acts(engine: Engine, subject_id: UUID) -> list[tuple[str, str | None]]:
    with transaction(engine) as tx:
        rows = tx.execute(select(Audit.action, Audit.reason).where(Audit.subject_id == subject_id).order_by(Audit.id))
        return [(row.action, row.reason) for row in rows]


def test_people_are_found_by_name_and_number(undone: Engine, officer: Visitor, office: Office, person: UUID) -> None:
    with transaction(undone) as tx:
        a_person(tx, office, LONG_NAME)
        number = tx.execute(select(Subject.subject_no).where(Subject.id == person)).scalar_one()
    everybody = officer.text("/subjects")
    assert "王立新" in everybody
    assert LONG_NAME in everybody
    assert "没有位置" in everybody
    for sought in ("立新", number):
        found = officer.text("/subjects", query_string={"q": sought})
        assert "王立新" in found
        assert LONG_NAME not in found
    assert "没有这样的人" in officer.text("/subjects?status=ended")


def test_an_identity_number_is_found_without_standing_in_an_address(
    undone: Engine, officer: Visitor, office: Office
) -> None:
    number = an_id_number(serial=77)
    with transaction(undone) as tx:
        known = a_subject(tx, office.officer, key="known", id_number=number, at=MONDAY - 9 * HOUR).id
    assert officer.get("/subjects", query_string={"q": number}).status_code == 422
    found = officer.post("/subjects/find", {"id_number": number})
    assert (found.status_code, found.headers["Location"]) == (303, f"/subjects/{known}")
    assert officer.post("/subjects/find", {"id_number": an_id_number(serial=78)}).status_code == 404
    assert officer.post("/subjects/find", {"id_number": "1"}).status_code == 422


def test_the_page_of_a_person_says_what_is_due_and_open_and_is_recorded(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        an_alert(tx, office.tree, person, MONDAY)
        a_visit_due(tx, office, person)
        tx.execute(
            text(
                "UPDATE subject_states SET last_heard_at = :at, last_position_at = :at, last_accuracy_m = 25,"
                " last_position = ST_SetSRID(ST_MakePoint(118.6, 28.7), 4326) WHERE subject_id = :id"
            ),
            {"at": MONDAY - 3 * HOUR, "id": person},
        )
    page = officer.text(f"/subjects/{person}")
    for told in ("失去联系", "走访家庭", "3 小时前", "误差约 25 米", "缓刑", "没有在执行的电子定位决定"):
        assert told in page, told
    assert "118.6" not in page
    assert acts(undone, person) == [("subjects.read", None)]


def test_a_link_stands_there_for_whoever_may_follow_it(
    app: Flask, officer: Visitor, office: Office, person: UUID
) -> None:
    county = a_visitor(app, office.county)
    hidden, shown = officer.text(f"/subjects/{person}"), county.text(f"/subjects/{person}")
    assert "谁看过这个人的信息" in shown
    assert "谁看过这个人的信息" not in hidden
    for link in LINKS:
        assert re.search(rf'href="(/[^"]+)">{link.title}<', hidden + shown), link.title


def test_an_identity_number_is_shown_for_a_reason_and_once(undone: Engine, officer: Visitor, office: Office) -> None:
    number = an_id_number(serial=79)
    with transaction(undone) as tx:
        known = a_subject(tx, office.officer, key="numbered", id_number=number, at=MONDAY - 9 * HOUR).id
    assert number not in officer.text(f"/subjects/{known}")
    refused = officer.post(f"/subjects/{known}/identity", {"reason": "  "})
    assert refused.status_code == 422
    assert number not in refused.get_data(as_text=True)
    shown = officer.post(f"/subjects/{known}/identity", {"reason": "核对判决书"})
    assert number in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert ("identity.reveal", "核对判决书") in acts(undone, known)
    assert number not in officer.text(f"/subjects/{known}")


def test_a_minors_name_is_not_in_the_list_of_those_above(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        minor = a_person(tx, office, "赵小明", minor=True)
        tx.execute(update(Subject).where(Subject.id == minor).values(home_address="花园岗村 1 号"))
    assert "赵小明" not in a_visitor(app, office.county).text("/subjects")
    assert a_visitor(app, office.neighbour).get(f"/subjects/{minor}").status_code == 404


def test_a_photo_of_the_person_stands_there_if_there_is_one_and_looking_is_recorded(
    undone: Engine, app: Flask, officer: Visitor, office: Office, person: UUID
) -> None:
    path = f"/subjects/{person}/portrait"
    assert officer.get(path).status_code == 404
    assert path not in officer.text(f"/subjects/{person}")
    with transaction(undone) as tx:
        a_portrait(tx, office.officer, person, uuid4())
    assert f'src="{path}"' in officer.text(f"/subjects/{person}")
    picture = officer.get(path)
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert picture.headers["Cache-Control"] == "no-store"
    assert any(action.startswith("attachment") for action, _ in acts(undone, person))
    assert a_visitor(app, office.neighbour).get(path).status_code == 404
    with transaction(undone) as tx:
        tx.execute(update(Subject).where(Subject.id == person).values(minor_regime=True))
    assert officer.get(path).status_code == 200
    assert a_visitor(app, office.county).get(path).status_code == 404

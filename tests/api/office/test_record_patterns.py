"""Patterns of records over HTTP: who sees whose, with the reason, the records and the officer's own answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.actions.record_visit import record_visit
from app.clients.file_folder import FolderStore
from app.clients.sealed_files import SealedFiles
from app.rules.facts import FilePurpose, Fix, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, folder_of_tests, settings_for_tests
from tests.builders.files import a_new_attachment, an_attachment
from tests.builders.offices import Tree, a_policy, whole_table
from tests.builders.photos import a_photo
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.visits import a_new_record
from tests.statements import counted

PATTERNS = "/api/office/v1/record-patterns"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree, clock: TestClock) -> Worker:
    """Has visited five people within twenty minutes, by the same words."""
    with transaction(undone) as tx:
        made = a_user(tx, tree.office, name="徐建国")
        colleague = a_user(tx, tree.office, name="周丽")
        people = [a_subject(tx, made, at=clock.now()).id for _ in range(5)]
        for n, subject_id in enumerate(people):
            new = a_new_record(subject_id, clock.now() + timedelta(minutes=n * 5), "访1")
            record_visit(tx, made.actor, new, now=clock.now() + DAY)
        record_visit(tx, colleague.actor, a_new_record(people[0], clock.now(), "访1"), now=clock.now() + DAY)
    clock.set(clock.now() + DAY)
    return made


def listed(client: FlaskClient, headers: dict[str, str]) -> list[Any]:
    items: list[Any] = client.get(PATTERNS, headers=headers).get_json()["items"]
    return items


def test_the_county_sees_who_why_and_which_records(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    with counted(undone) as sent:
        (one,) = listed(client, county)
    assert (one["officer_name"], one["office_name"] != "") == ("徐建国", True)
    many = next(seen for seen in one["patterns"] if seen["pattern"] == "many_in_minutes")
    assert ("5 名对象" in many["why"], len(many["records"])) == (True, 5)
    assert len(sent) <= 7


def test_an_officer_sees_the_own_and_answers_for_the_own_alone(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        writer = a_user(tx, tree.office)
        record_visit(tx, writer.actor, a_new_record(a_subject(tx, writer).id, MONDAY, "访1"), now=MONDAY)
        colleague, colleague_id = logged_in(app, writer), writer.id
        county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    own = logged_in(app, officer)
    assert listed(client, colleague) == []
    assert [one["officer_id"] for one in listed(client, own)] == [str(officer.id)]
    path, body = (
        f"{PATTERNS}/{officer.id}/notes",
        {"id": str(uuid4()), "pattern": "many_in_minutes", "note": "集中谈话"},
    )
    assert client.post(path, json=body, headers=colleague).status_code == 404
    answers = [client.post(path, json=body, headers=own).status_code for _ in range(2)]
    assert answers == [201, 200]
    assert client.post(path, json={**body, "note": "另一句"}, headers=own).status_code == 409
    noted = {**body, "id": str(uuid4()), "note": "已核对签到表"}
    assert client.post(path, json=noted, headers=county).status_code == 201
    (one,) = listed(client, county)
    assert sorted((said["own"], said["note"]) for said in one["said"]) == [(False, "已核对签到表"), (True, "集中谈话")]
    other = f"{PATTERNS}/{colleague_id}/notes"
    assert client.post(other, json=noted, headers=county).get_json()["code"] == "id_reused", "kept about another"
    for n in range(4):
        client.post(path, json={**noted, "id": str(uuid4()), "note": f"再核对 {n}"}, headers=county)
    (one,) = listed(client, county)
    assert [said["note"] for said in one["said"] if said["own"]] == ["集中谈话"], "others' notes do not crowd it out"
    assert len(one["said"]) == 4


def test_what_is_not_of_the_home_was_not_written_far_from_it(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    """Two visits to the police station and two to the home, all written five kilometres from the home."""
    with transaction(undone) as tx:
        a_policy(tx, tree.county, whole_table("jiangshan"), from_at=clock.now() - DAY)
        made = a_user(tx, tree.office)
        for n, item in enumerate(["访5", "访5", "访1", "访1"]):
            person = a_subject(tx, made, at=clock.now()).id
            new = a_new_record(person, clock.now() + n * HOUR, item, fix=Fix(118.68, 28.738, 20))
            record_visit(tx, made.actor, new, now=clock.now() + DAY)
    clock.set(clock.now() + DAY)
    (one,) = listed(client, logged_in(app, made))
    (far,) = [seen for seen in one["patterns"] if seen["pattern"] == "written_far"]
    assert len(far["records"]) == 2


def test_a_photo_of_another_person_is_not_this_ones(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    """Whoever attaches to a record what is about somebody else makes nobody's records look alike."""
    with transaction(undone) as tx:
        made = a_user(tx, tree.office)
        people = [a_subject(tx, made, at=clock.now()).id for _ in range(2)]
        records = [a_new_record(one, clock.now() + n * HOUR, "访1") for n, one in enumerate(people)]
        files = SealedFiles(FolderStore(folder_of_tests()), settings_for_tests())
        for one, about in zip(reversed(people), records, strict=True):
            photo = a_new_attachment(one, FilePurpose.PHOTO, about_kind="record", about_id=about.id)
            an_attachment(tx, files, made, photo, a_photo(), now=clock.now())
        for record in records:
            record_visit(tx, made.actor, record, now=clock.now() + DAY)
    clock.set(clock.now() + DAY)
    found = listed(client, logged_in(app, made))
    assert all(seen["pattern"] != "same_photo" for one in found for seen in one["patterns"])


def test_the_county_next_door_sees_none_of_it(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        other = logged_in(app, a_user(tx, tree.second_office))
    assert listed(client, other) == []
    body = {"id": str(uuid4()), "pattern": "same_text", "note": "模板"}
    assert client.post(f"{PATTERNS}/{officer.id}/notes", json=body, headers=other).status_code == 404
    assert client.post(f"{PATTERNS}/{UUID(int=1)}/notes", json=body, headers=other).status_code == 404

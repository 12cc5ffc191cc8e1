"""Attachments over HTTP: kept once, stripped, sealed; listed, looked at and deleted, each with its trace."""

import hashlib
import shutil
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import files as jobs
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import folder_of_tests
from tests.builders.files import ATTACHMENTS, PDF, attach
from tests.builders.offices import Tree
from tests.builders.photos import a_photo
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _empty_folder() -> None:
    shutil.rmtree(folder_of_tests())
    folder_of_tests().mkdir()


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, name="徐建国")


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def subject_id(undone: Engine, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_subject(tx, officer, at=clock.now()).id


def on_disk() -> list[Path]:
    return [path for path in folder_of_tests().rglob("*") if path.is_file()]


def content_of(client: FlaskClient, headers: dict[str, str], attachment_id: str) -> Any:
    return client.get(f"{ATTACHMENTS}/{attachment_id}/content", headers=headers)


def rows(undone: Engine, sql: str) -> list[Any]:
    with transaction(undone) as tx:
        return list(tx.execute(text(sql)).all())


def test_a_photo_is_kept_without_what_its_file_told_and_sealed(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, undone: Engine
) -> None:
    sent = a_photo(taken="2026:03:02 08:30:00", model="vivo Y78", lon_lat=(118.6275, 28.738), accuracy_m=12)
    answer = attach(client, headers, subject_id, sent)
    assert (answer.status_code, answer.get_json()["sha256"]) == (201, hashlib.sha256(sent).hexdigest())
    told = answer.get_json()
    assert (told["taken_at"], told["media_type"]) == ("2026-03-02T08:30:00+08:00", "image/jpeg")
    assert told["keep_until"].startswith("2029-03-01")
    assert "第十九条" in told["basis"]
    kept = content_of(client, headers, told["id"])
    assert (kept.status_code, kept.headers["Content-Type"], kept.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert not Image.open(BytesIO(kept.data)).getexif()
    (file,) = on_disk()
    assert file.name == hashlib.sha256(file.read_bytes()).hexdigest()
    assert kept.data[:64] not in file.read_bytes()
    place = rows(undone, "SELECT ST_X(place), accuracy_m, device_model FROM attachments")
    assert place == [(pytest.approx(118.6275, abs=1e-5), 12, "vivo Y78")]


def test_what_is_no_proof_of_a_place_keeps_none(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, undone: Engine
) -> None:
    sent = a_photo(lon_lat=(118.6275, 28.738))
    assert attach(client, headers, subject_id, sent, purpose="document").status_code == 201
    assert rows(undone, "SELECT place FROM attachments") == [(None,)]


def test_a_repeat_gets_the_same_answer_and_another_content_none(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID
) -> None:
    attachment_id = uuid4()
    first = attach(client, headers, subject_id, id=attachment_id)
    again = attach(client, headers, subject_id, id=attachment_id)
    assert (first.status_code, again.status_code, again.get_json()) == (201, 200, first.get_json())
    other = attach(client, headers, subject_id, a_photo(colour=(1, 2, 3)), id=attachment_id)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")
    assert len(on_disk()) == 1


@pytest.mark.parametrize(
    ("sent", "purpose", "code"),
    [
        (b"", "photo", "file_empty"),
        (b"MZ\x90\x00 a program", "document", "file_wrong_type"),
        (PDF, "photo", "file_wrong_type"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(64), "recording", "file_wrong_type"),
        (a_photo()[:200], "photo", "file_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600 * 1024), "signature_subject", "file_too_large"),
    ],
)
def test_what_is_not_kept_says_why(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, sent: bytes, purpose: str, code: str
) -> None:
    answer = attach(client, headers, subject_id, sent, purpose=purpose)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert on_disk() == []


def test_a_photo_may_come_before_its_record_and_goes_where_the_record_never_comes(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, app: Flask, clock: TestClock
) -> None:
    record_id = uuid4()
    told = attach(client, headers, subject_id, about_kind="record", about_id=record_id).get_json()
    deps: Deps = app.extensions["deps"]
    jobs.delete(deps, clock.now() + 29 * DAY)
    listed = client.get(f"{ATTACHMENTS}?about_kind=record&about_id={record_id}", headers=headers).get_json()["items"]
    assert [(one["id"], one["deleted_at"]) for one in listed] == [(told["id"], None)]
    jobs.delete(deps, clock.now() + 31 * DAY)
    (gone,) = client.get(f"{ATTACHMENTS}?about_kind=record", headers=headers).get_json()["items"]
    assert (gone["delete_reason"], on_disk()) == ("unclaimed", [])


def test_it_belongs_to_a_matter_of_that_person_or_to_none(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, undone: Engine, officer: Worker, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        other = a_subject(tx, officer, at=clock.now()).id
    for kind, about in (("subject", other), ("duty", uuid4()), ("planet", uuid4())):
        assert attach(client, headers, subject_id, about_kind=kind, about_id=about).status_code == 404


def test_the_same_content_stays_until_its_last_holder_goes(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, app: Flask, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    ids = [attach(client, headers, subject_id).get_json()["id"] for _ in range(2)]
    assert len(on_disk()) == 1
    deps: Deps = app.extensions["deps"]

    def delete(attachment_id: str) -> int:
        body = {"reason": "重复上传"}
        answer = client.post(f"{ATTACHMENTS}/{attachment_id}/deletion", json=body, headers=county)
        jobs.delete(deps, deps.now())
        return answer.status_code

    assert (delete(ids[0]), content_of(client, headers, ids[0]).status_code) == (204, 404)
    assert content_of(client, headers, ids[1]).status_code == 200
    assert (delete(ids[1]), on_disk()) == (204, [])
    assert delete(ids[1]) == 404
    listed = client.get(f"{ATTACHMENTS}?subject_id={subject_id}", headers=headers).get_json()["items"]
    assert [one["delete_reason"] for one in listed] == ["重复上传", "重复上传"]
    acts = rows(undone, "SELECT action FROM audit WHERE action LIKE 'attachments.%' ORDER BY at, action")
    assert sorted(act for (act,) in acts) == [
        *("attachments.delete", "attachments.delete", "attachments.keep", "attachments.keep", "attachments.read"),
    ]
    fresh = attach(client, headers, subject_id).get_json()["id"]
    assert content_of(client, headers, fresh).status_code == 200


def test_it_goes_when_its_time_is_over(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, app: Flask, clock: TestClock
) -> None:
    told = attach(client, headers, subject_id, PDF, purpose="document").get_json()
    deps: Deps = app.extensions["deps"]
    jobs.delete(deps, clock.now() + 3649 * DAY)
    assert len(on_disk()) == 1
    assert jobs.delete(deps, clock.now() + 3650 * DAY) == {"attachments": 1, "objects": 1, "failed": 0}
    assert on_disk() == []
    assert content_of(client, headers, told["id"]).status_code == 404
    (gone,) = client.get(f"{ATTACHMENTS}?purpose=document", headers=headers).get_json()["items"]
    assert (gone["delete_reason"], gone["deleted_by_name"]) == ("time_over", None)


def test_nothing_is_lost_when_the_store_is_away(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, undone: Engine
) -> None:
    attachment_id = uuid4()
    aside = folder_of_tests().with_suffix(".aside")
    folder_of_tests().rename(aside)
    try:
        refused = attach(client, headers, subject_id, id=attachment_id)
        assert (refused.status_code, refused.get_json()["code"]) == (503, "file_store_away")
        assert refused.headers["Retry-After"] == "5"
        assert rows(undone, "SELECT count(*) FROM attachments") == [(0,)]
    finally:
        aside.rename(folder_of_tests())
    assert attach(client, headers, subject_id, id=attachment_id).status_code == 201
    folder_of_tests().rename(aside)
    try:
        away = content_of(client, headers, str(attachment_id))
        assert (away.status_code, away.get_json()["code"]) == (503, "file_store_away")
        assert rows(undone, "SELECT count(*) FROM audit WHERE action = 'attachments.read'") == [(0,)]
    finally:
        aside.rename(folder_of_tests())
    assert content_of(client, headers, str(attachment_id)).status_code == 200
    assert rows(undone, "SELECT count(*) FROM audit WHERE action = 'attachments.read'") == [(1,)]


def test_what_the_store_has_lost_is_told_and_healed_by_whoever_sends_it_again(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, app: Flask
) -> None:
    told = attach(client, headers, subject_id).get_json()
    (file,) = on_disk()
    file.unlink()
    deps: Deps = app.extensions["deps"]
    assert jobs.sweep(deps, deps.now())["failed"] == 1
    lost = content_of(client, headers, told["id"])
    assert (lost.status_code, lost.get_json()["code"]) == (503, "file_missing")
    assert attach(client, headers, subject_id).status_code == 201
    assert content_of(client, headers, told["id"]).status_code == 200
    assert jobs.sweep(deps, deps.now())["failed"] == 0

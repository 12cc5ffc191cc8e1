"""Photos over HTTP: what is taken, what is kept of it, whom it belongs to, and what is refused before it is read."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, select

from app.jobs import photos as job
from app.models.audit import Audit
from app.models.photo import Photo, PhotoContent
from app.queries.watchdog import impossible_states
from app.rules.facts import Role
from app.rules.photos import MOST_BYTES
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.checkins import HOME, a_check_in, a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import Tree, a_policy, a_tree
from tests.builders.photos import PHOTOS, a_photo, send_photo, with_photos
from tests.builders.users import a_user, logged_in, phone_logged_in

CHECK_INS = "/api/mobile/v1/checkins"
HOUR = timedelta(hours=1)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx, policy=with_photos())


@pytest.fixture
def resident(undone: Engine, tree: Tree) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, a_user(tx, tree.office, login="own"))


@pytest.fixture
def phone(app: Flask, resident: UUID) -> dict[str, str]:
    return phone_logged_in(app, resident)


def row(engine: Engine) -> Any:
    with transaction(engine) as tx:
        return tx.execute(select(Photo.__table__)).one()


def test_a_photo_is_kept_sealed_and_answered_with_its_hash(
    undone: Engine, client: FlaskClient, phone: dict[str, str]
) -> None:
    sent, photo_id = a_photo(model="M 60", lon_lat=HOME), uuid4()
    first = send_photo(client, phone, sent, photo_id)
    assert (first.status_code, first.get_json()["sha256"]) == (201, sha256(sent).hexdigest())
    again = send_photo(client, phone, sent, photo_id)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    other = send_photo(client, phone, a_photo(colour=(1, 2, 3)), photo_id)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")
    kept = row(undone)
    assert (kept.device_model, kept.place, kept.power_id) == ("M 60", None, None), "no power covers the place"
    with transaction(undone) as tx:
        (content,) = tx.execute(select(PhotoContent.cipher)).scalars()
    assert b"JFIF" not in content
    assert sent[:64] not in content


def test_the_place_in_a_photo_is_kept_where_a_power_covered_it(
    undone: Engine, client: FlaskClient, phone: dict[str, str], tree: Tree, resident: UUID
) -> None:
    with transaction(undone) as tx:
        duty = a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
    send_photo(client, phone, a_photo(taken="2026:03:02 07:30:00", lon_lat=HOME))
    assert row(undone).power_id is None, "taken before the window"
    send_photo(client, phone, a_photo(taken="2026:03:02 08:30:00", lon_lat=HOME, accuracy_m=9.0))
    with transaction(undone) as tx:
        kept = tx.execute(select(Photo.power_id, Photo.accuracy_m).where(Photo.power_id.is_not(None))).one()
    assert (kept.power_id, kept.accuracy_m) == (duty, 9.0)


def test_without_a_basis_no_photo_is_taken_or_asked_for(undone: Engine, app: Flask, client: FlaskClient) -> None:
    with transaction(undone) as tx:
        plain = a_tree(tx)
        somebody = a_resident(tx, plain, a_user(tx, plain.office))
        a_duty(tx, plain, somebody, MONDAY - HOUR, MONDAY + HOUR)
    phone = phone_logged_in(app, somebody)
    answer = send_photo(client, phone)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "photos_off")
    assert [duty["asks"] for duty in client.get("/api/mobile/v1/duties", headers=phone).get_json()["items"]] == [None]
    receipt = client.post(CHECK_INS, json=a_check_in(MONDAY, photo_id=str(uuid4())), headers=phone).get_json()
    assert receipt["outcome"] == "accepted"


def test_a_check_in_with_its_photo_counts_at_once(
    undone: Engine, client: FlaskClient, phone: dict[str, str], tree: Tree, resident: UUID
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
    (duty,) = client.get("/api/mobile/v1/duties", headers=phone).get_json()["items"]
    assert duty["asks"] == {"photo": True, "question": None}
    photo_id = send_photo(client, phone, a_photo(taken="2026:03:02 08:59:00")).get_json()["photo_id"]
    body = a_check_in(MONDAY, photo_id=photo_id)
    receipt = client.post(CHECK_INS, json=body, headers=phone).get_json()
    assert (receipt["outcome"], receipt["photo_id"]) == ("accepted", photo_id)
    kept = row(undone)
    assert (str(kept.attempt_id), kept.keep_until) == (body["id"], MONDAY + timedelta(days=180))


def doubts(client: FlaskClient, phone: dict[str, str], photo_id: str | None) -> list[str]:
    receipt = client.post(CHECK_INS, json=a_check_in(MONDAY, photo_id=photo_id), headers=phone).get_json()
    assert receipt["outcome"] == "to_review"
    return [reason["code"] for reason in receipt["reasons"]]


def test_no_photo_an_old_one_or_a_used_one_goes_to_review(
    undone: Engine, client: FlaskClient, phone: dict[str, str], tree: Tree, resident: UUID
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
    old = send_photo(client, phone, a_photo(taken="2026:03:01 08:59:00")).get_json()["photo_id"]
    assert doubts(client, phone, None) == ["photo_missing"]
    assert doubts(client, phone, old) == ["photo_old"]
    sent = a_photo(taken="2026:03:02 08:59:00")
    fresh = send_photo(client, phone, sent).get_json()["photo_id"]
    body = a_check_in(MONDAY, photo_id=fresh, position=None)
    client.post(CHECK_INS, json=body, headers=phone)
    assert doubts(client, phone, fresh) == ["photo_used"]
    the_same_bytes = send_photo(client, phone, sent).get_json()["photo_id"]
    assert doubts(client, phone, the_same_bytes) == ["photo_used"]


def test_a_photo_that_comes_after_its_check_in_is_attached(
    undone: Engine, client: FlaskClient, phone: dict[str, str], tree: Tree, resident: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
    photo_id = uuid4()
    body = a_check_in(MONDAY, photo_id=str(photo_id))
    receipt = client.post(CHECK_INS, json=body, headers=phone).get_json()
    assert [reason["code"] for reason in receipt["reasons"]] == ["photo_awaited"]
    clock.advance(hours=5)
    assert send_photo(client, phone, photo_id=photo_id).get_json()["check_in_id"] == body["id"]


def test_another_persons_photo_is_nobodys(
    undone: Engine, app: Flask, client: FlaskClient, phone: dict[str, str], tree: Tree
) -> None:
    with transaction(undone) as tx:
        other = a_resident(tx, tree, a_user(tx, tree.office, login="other"))
        a_duty(tx, tree, other, MONDAY - HOUR, MONDAY + HOUR)
    mine, theirs = uuid4(), phone_logged_in(app, other)
    assert send_photo(client, phone, photo_id=mine).status_code == 201
    assert doubts(client, theirs, str(mine)) == ["photo_awaited"]
    assert send_photo(client, theirs, a_photo(colour=(9, 9, 9)), mine).status_code == 201, "ids are each person's own"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"", 422, "photo_empty"),
        (b"no picture", 422, "photo_unreadable"),
        (a_photo() + bytes(MOST_BYTES), 422, "photo_too_large"),
    ],
    ids=["empty", "text", "too many bytes"],
)
def test_what_is_refused(
    undone: Engine, client: FlaskClient, phone: dict[str, str], sent: bytes, status: int, code: str
) -> None:
    answer = send_photo(client, phone, sent)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    with transaction(undone) as tx:
        assert tx.execute(select(Photo.id)).all() == []


def test_a_body_that_is_too_large_is_not_read(client: FlaskClient, phone: dict[str, str]) -> None:
    form = "multipart/form-data; boundary=x"
    answer = client.post(PHOTOS, data=bytes(MOST_BYTES + 70_000), content_type=form, headers=phone)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("data", "form", "status"),
    [
        ({"id": str(uuid4())}, "multipart/form-data", 422),
        ({"id": "1", "image": (BytesIO(a_photo()), "a.jpg")}, "multipart/form-data", 422),
        ({"id": str(uuid4()), "image": "text"}, "multipart/form-data", 422),
        ({"id": str(uuid4()), "image": (BytesIO(a_photo()), "a.jpg"), "more": "1"}, "multipart/form-data", 422),
        ({"id": str(uuid4())}, "application/x-www-form-urlencoded", 415),
        ("{}", "application/json", 415),
    ],
    ids=["no image", "no id", "text for an image", "another part", "a form", "json"],
)
def test_what_is_no_photo(client: FlaskClient, phone: dict[str, str], data: Any, form: str, status: int) -> None:
    answer = client.post(PHOTOS, data=data, content_type=form, headers=phone)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_an_officer_looks_with_a_reason_and_it_is_recorded(
    undone: Engine, app: Flask, client: FlaskClient, phone: dict[str, str], resident: UUID, tree: Tree
) -> None:
    photo_id = send_photo(client, phone, a_photo((40, 30))).get_json()["photo_id"]
    with transaction(undone) as tx:
        officer, stranger = a_user(tx, tree.office), a_user(tx, tree.second_office)
        aide = a_user(tx, tree.office, Role.AIDE)
    path = f"/api/office/v1/subjects/{resident}/photos/{photo_id}"
    seen = client.get(path, query_string={"reason": "核实签到"}, headers=logged_in(app, officer))
    assert (seen.status_code, seen.mimetype, seen.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert Image.open(BytesIO(seen.get_data())).size == (40, 30)
    assert client.get(path, headers=logged_in(app, officer)).status_code == 422
    for other, status in ((stranger, 404), (aide, 403)):
        answer = client.get(path, query_string={"reason": "好奇"}, headers=logged_in(app, other))
        assert answer.status_code == status
    with transaction(undone) as tx:
        (act,) = tx.execute(select(Audit.__table__).where(Audit.action == "photos.read")).all()
    assert (act.actor_id, act.subject_id, str(act.object_id), act.reason) == (
        officer.id,
        resident,
        photo_id,
        "核实签到",
    )


def test_photos_go_when_their_time_is_over_and_the_watchdog_sees_one_that_stayed(
    undone: Engine, app: Flask, client: FlaskClient, phone: dict[str, str], resident: UUID, tree: Tree, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
        a_policy(tx, tree.office, with_photos("off"), from_at=MONDAY + HOUR)
    used = send_photo(client, phone, a_photo(lon_lat=HOME)).get_json()["photo_id"]
    client.post(CHECK_INS, json=a_check_in(MONDAY, photo_id=used), headers=phone)
    unused = send_photo(client, phone, a_photo(colour=(3, 3, 3))).get_json()["photo_id"]
    deps = deps_for_tests(undone, clock)

    def left(days: float) -> tuple[set[str], int]:
        clock.set(MONDAY + timedelta(days=days))
        with transaction(undone) as tx:
            stuck = impossible_states(tx, now=clock.now())["photos_undeleted"]
        job.delete(deps, clock.now())
        with transaction(undone) as tx:
            found = tx.execute(select(Photo.id).join(PhotoContent, PhotoContent.row_id == Photo.row_id)).scalars()
            return {str(each) for each in found}, stuck

    assert left(6.9) == ({used, unused}, 0)
    assert left(7.0) == ({used}, 0)
    assert left(179.9) == ({used}, 0)
    assert left(181.0) == (set(), 1)
    assert left(181.1) == (set(), 0)
    with transaction(undone) as tx:
        kept = tx.execute(select(Photo.__table__)).all()
        officer = a_user(tx, tree.office)
    assert all(each.deleted_at and each.place is None for each in kept)
    path = f"/api/office/v1/subjects/{resident}/photos/{used}"
    assert client.get(path, query_string={"reason": "核实"}, headers=logged_in(app, officer)).status_code == 404

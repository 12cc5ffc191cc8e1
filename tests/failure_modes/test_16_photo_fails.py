"""Failure mode 16, without a face service: the photo fails or its upload times out, and nobody is punished for it.

The county wants a photo with each check-in. Whatever becomes of the photo, the check-in counts as submitted, to be
reviewed, with the time of the first try; a receipt exists; no alert is raised.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.clients.images import AT_ONCE, MOST_WAITING, PLACES
from app.deps import Deps
from app.jobs import sweeps
from app.rules.facts import DutyState
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.checkins import a_check_in, a_record, a_resident
from tests.builders.duties import a_duty, alerts_of, api_up, duty_row
from tests.builders.offices import Tree, a_tree
from tests.builders.photos import PHOTOS, a_photo, send_photo, with_photos
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

CHECK_INS, OFFICE = "/api/mobile/v1/checkins", "/api/office/v1"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OPENS, DUE = MONDAY - HOUR, MONDAY + HOUR


class Scene:
    """One resident whose window is open from 08:00 to 10:00, and the officer in charge."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock: TestClock = a_clock()
        self.app: Flask = make_test_app(engine, self.clock)
        self.client: FlaskClient = self.app.test_client()
        with transaction(engine) as tx:
            tree: Tree = a_tree(tx, policy=with_photos())
            self.officer: Worker = a_user(tx, tree.office)
            self.resident: UUID = a_resident(tx, tree, self.officer)
            self.duty: UUID = a_duty(tx, tree, self.resident, OPENS, DUE)
        self.phone = phone_logged_in(self.app, self.resident)

    def check_in(self, **changes: Any) -> dict[str, Any]:
        answer = self.client.post(CHECK_INS, json=a_check_in(self.clock.now(), **changes), headers=self.phone)
        assert answer.status_code == 201
        told: dict[str, Any] = answer.get_json()
        return told

    def judged(self) -> Any:
        """The duty after the sweep that looks for missed ones."""
        self.clock.set(DUE + 2 * HOUR)
        with transaction(self.engine) as tx:
            api_up(tx, OPENS - HOUR, self.clock.now())
        deps: Deps = self.app.extensions["deps"]
        sweeps.judge(deps, self.clock.now())
        with transaction(self.engine) as tx:
            assert alerts_of(tx, self.resident) == []
            return duty_row(tx, self.duty)

    def review(self, attempt: str, *, accepted: bool) -> int:
        path = f"{OFFICE}/subjects/{self.resident}/check-ins/{attempt}/review"
        body = {"accepted": accepted, "note": "电话核实"}
        return self.client.post(path, json=body, headers=logged_in(self.app, self.officer)).status_code


@pytest.fixture
def scene(undone: Engine) -> Scene:
    return Scene(undone)


def codes(receipt: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in receipt["reasons"]]


def test_16_the_upload_times_out_three_times_and_the_check_in_stands_from_the_first(scene: Scene) -> None:
    receipts = []
    for minutes in (0, 7, 19):
        scene.clock.set(MONDAY + minutes * MINUTE)
        receipts.append(scene.check_in(photo_id=str(uuid4())))
    assert [(each["outcome"], codes(each)) for each in receipts] == [("to_review", ["photo_awaited"])] * 3
    assert len({each["receipt_no"] for each in receipts}) == 3
    assert scene.judged().state == DutyState.SUBMITTED
    assert scene.review(receipts[2]["id"], accepted=True) == 200
    with transaction(scene.engine) as tx:
        settled = duty_row(tx, scene.duty)
    assert (settled.state, settled.fulfilled_at) == (DutyState.FULFILLED, MONDAY), "the time of the first try"


@pytest.mark.parametrize("spoilt", [b"", b"no picture", a_photo((400, 400))[:-800]], ids=["empty", "other", "cut off"])
def test_16_a_photo_that_cannot_be_read_is_refused_and_the_check_in_is_not(scene: Scene, spoilt: bytes) -> None:
    photo_id = uuid4()
    assert send_photo(scene.client, scene.phone, spoilt, photo_id).status_code == 422
    receipt = scene.check_in(photo_id=str(photo_id))
    assert (receipt["outcome"], codes(receipt)) == ("to_review", ["photo_awaited"])
    assert scene.judged().state == DutyState.SUBMITTED


def test_16_a_camera_that_fails_or_no_wish_to_be_photographed(scene: Scene) -> None:
    receipt = scene.check_in()
    assert (receipt["outcome"], codes(receipt)) == ("to_review", ["photo_missing"])
    assert "到司法所当面签到" in receipt["reasons"][0]["text"], "the way without a face is told"
    assert scene.judged().state == DutyState.SUBMITTED


def test_16_the_upload_breaks_off_and_leaves_nothing_half(scene: Scene) -> None:
    """The connection dies in the middle of the body: the server hears fewer bytes than it was promised."""
    body = b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n' + str(uuid4()).encode() + b"\r\n"
    body += b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n' + a_photo()[:200]
    answer = scene.client.post(
        PHOTOS,
        input_stream=BytesIO(body),
        content_type="multipart/form-data; boundary=x",
        headers={**scene.phone, "Content-Length": str(len(body) + 5_000)},
    )
    assert answer.status_code in {400, 413, 422}
    assert scene.check_in()["outcome"] == "to_review"
    assert scene.judged().state == DutyState.SUBMITTED


def test_16_a_crowd_of_photos_is_told_to_come_again_and_holds_up_no_check_in(scene: Scene) -> None:
    """Whoever decodes pictures is at work, and all places to wait are taken: no thread of a check-in waits there."""
    photo_id = uuid4()
    with ExitStack() as crowd:
        for _ in range(AT_ONCE + MOST_WAITING):
            assert PLACES.acquire(blocking=False)
            crowd.callback(PLACES.release)
        refused = send_photo(scene.client, scene.phone, photo_id=photo_id)
        assert (refused.status_code, refused.get_json()["code"]) == (503, "pictures_busy")
        assert refused.headers["Retry-After"] == "3"
        assert scene.check_in(photo_id=str(photo_id))["outcome"] == "to_review"
    assert send_photo(scene.client, scene.phone, photo_id=photo_id).status_code == 201
    assert scene.judged().state == DutyState.SUBMITTED


def test_16_the_photo_comes_hours_later_and_the_officer_sees_it(scene: Scene) -> None:
    photo_id = uuid4()
    receipt = scene.check_in(photo_id=str(photo_id))
    assert scene.judged().state == DutyState.SUBMITTED
    assert send_photo(scene.client, scene.phone, photo_id=photo_id).get_json()["check_in_id"] == receipt["id"]
    path = f"{OFFICE}/subjects/{scene.resident}/photos/{photo_id}"
    seen = scene.client.get(path, query_string={"reason": "核实"}, headers=logged_in(scene.app, scene.officer))
    assert seen.status_code == 200
    assert scene.review(receipt["id"], accepted=True) == 200


def test_16_face_to_face_counts_like_a_photo(scene: Scene) -> None:
    """The way without a face: an officer who met the person vouches, and no photo is asked for."""
    scene.check_in()
    body = a_record(scene.resident, MONDAY, duty_id=str(scene.duty))
    answer = scene.client.post(f"{OFFICE}/check-ins", json=body, headers=logged_in(scene.app, scene.officer))
    assert (answer.status_code, answer.get_json()["outcome"]) == (201, "accepted")
    assert scene.judged().state == DutyState.FULFILLED


def test_16_the_window_is_still_missed_by_whoever_did_not_try(scene: Scene) -> None:
    scene.clock.set(DUE + HOUR)
    with transaction(scene.engine) as tx:
        api_up(tx, OPENS - HOUR, datetime.fromisoformat("2026-03-02T12:00:00+08:00"))
    deps: Deps = scene.app.extensions["deps"]
    send_photo(scene.client, scene.phone)
    sweeps.judge(deps, scene.clock.now())
    with transaction(scene.engine) as tx:
        assert duty_row(tx, scene.duty).state == DutyState.MISSED
        assert len(alerts_of(tx, scene.resident)) == 1, "a photo alone is no check-in"

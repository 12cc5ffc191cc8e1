"""Check-ins in officers' hands: recorded face to face, looked through, reviewed once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from app.models.audit import Audit
from app.models.duty import DutyEvent
from app.rules.facts import Channel, DutyState, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.checkins import HOME, a_check_in, a_record, a_resident
from tests.builders.duties import a_duty, alerts_of, duty_row, occurrences_of
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

URL = "/api/office/v1/check-ins"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, officer, area="330881")


@pytest.fixture
def duty_id(undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock) -> UUID:
    """Open since an hour, due in an hour."""
    return owe(undone, tree, subject_id, clock.now() - HOUR, clock.now() + HOUR, state=DutyState.OPEN)


def owe(undone: Engine, tree: Tree, subject_id: UUID, opens_at: datetime, due_at: datetime, **options: Any) -> UUID:
    with transaction(undone) as tx:
        return a_duty(tx, tree, subject_id, opens_at, due_at, **options)


def duty(undone: Engine, duty_id: UUID) -> Any:
    with transaction(undone) as tx:
        return duty_row(tx, duty_id)


def post(client: FlaskClient, headers: dict[str, str], body: dict[str, Any], url: str = URL) -> tuple[int, Any]:
    answer = client.post(url, json=body, headers=headers)
    return answer.status_code, answer.get_json()


def get(client: FlaskClient, headers: dict[str, str], url: str) -> Any:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return answer.get_json()


def colleague(app: Flask, undone: Engine, office: Any, role: Role = Role.OFFICER) -> dict[str, str]:
    with transaction(undone) as tx:
        user = a_user(tx, office, role)
    return logged_in(app, user)


# -------------------------------------------------------------------------------------------------------- face to face


@pytest.mark.parametrize("channel", Channel)
def test_a_check_in_face_to_face_settles_the_same_duty(
    client: FlaskClient,
    headers: dict[str, str],
    officer: Worker,
    undone: Engine,
    tree: Tree,
    clock: TestClock,
    channel: Channel,
) -> None:
    with transaction(undone) as tx:
        resident = a_resident(tx, tree, officer, channel=channel)
        due = a_duty(tx, tree, resident, clock.now() - HOUR, clock.now() + HOUR)
    happened_at = clock.now() - 20 * MINUTE
    status, receipt = post(client, headers, a_record(resident, happened_at))
    assert (status, receipt["outcome"], receipt["duty_id"]) == (201, "accepted", str(due))
    assert [reason["code"] for reason in receipt["reasons"]] == ["checked_in", "recorded_by_officer"]
    assert (receipt["officer_id"], receipt["note"]) == (str(officer.id), "本人到司法所当面签到")
    assert (receipt["effective_at"], receipt["received_at"]) == (
        "2026-03-02T08:40:00+08:00",
        "2026-03-02T09:00:00+08:00",
    )
    settled = duty(undone, due)
    assert (settled.state, settled.fulfilled_at) == ("fulfilled", happened_at)
    with transaction(undone) as tx:
        events = tx.execute(select(DutyEvent).where(DutyEvent.duty_id == due).order_by(DutyEvent.id)).all()
        audit = tx.execute(select(Audit)).one()
    assert (events[-1].actor_kind, events[-1].actor_id) == ("user", officer.id)
    assert (audit.action, audit.actor_id, audit.subject_id) == ("check_ins.record", officer.id, resident)


def test_it_counts_by_when_it_happened_not_by_when_it_was_written(
    client: FlaskClient, headers: dict[str, str], undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    """Written two days after: on time stays on time, late stays late, and the miss is put right."""
    expected = (("fulfilled", -SECOND), ("late", timedelta(0)), ("late", 29 * MINUTE))
    for days, (state, after) in enumerate(expected, start=2):
        due_at = clock.now() - timedelta(days=days)
        missed = owe(undone, tree, subject_id, due_at - HOUR, due_at, state=DutyState.MISSED)
        status, receipt = post(client, headers, a_record(subject_id, due_at + after))
        assert (status, receipt["outcome"]) == (201, "accepted")
        assert duty(undone, missed).state == state


def test_its_time_may_lie_seven_days_back_and_never_ahead(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    now = clock.now()
    for happened_at, expected in (
        (now, 201),
        (now + SECOND, "happened_ahead"),
        (now - WEEK, 201),
        (now - WEEK - SECOND, "happened_long_ago"),
    ):
        status, answer = post(client, headers, a_record(subject_id, happened_at))
        assert (status if expected == 201 else (status, answer["code"])) == (
            expected if expected == 201 else (422, expected)
        )
        assert expected == 201 or answer["errors"][0]["field"] == "happened_at"


def test_a_named_duty_is_the_only_one_that_counts(
    client: FlaskClient, headers: dict[str, str], undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    now = clock.now()
    first = owe(undone, tree, subject_id, now - 3 * HOUR, now - HOUR, state=DutyState.MISSED)
    second = owe(undone, tree, subject_id, now - HOUR, now + HOUR, rule_code="check_in.strict.2")
    status, receipt = post(client, headers, a_record(subject_id, now, duty_id=str(first)))
    assert (status, receipt["outcome"], receipt["reasons"][0]["code"]) == (201, "refused", "too_late")
    status, receipt = post(client, headers, a_record(subject_id, now, duty_id=str(second)))
    assert (receipt["outcome"], receipt["duty_id"]) == ("accepted", str(second))


def test_a_duty_of_somebody_else_is_not_found(
    client: FlaskClient, headers: dict[str, str], duty_id: UUID, undone: Engine, tree: Tree, officer: Worker, clock: Any
) -> None:
    with transaction(undone) as tx:
        other = a_resident(tx, tree, officer)
    for wrong in (duty_id, uuid4()):
        status, answer = post(client, headers, a_record(other, clock.now(), duty_id=str(wrong)))
        assert (status, answer["code"]) == (404, "not_found")


def test_where_they_met_is_kept_under_the_power_of_the_duty(
    client: FlaskClient, headers: dict[str, str], duty_id: UUID, subject_id: UUID, clock: TestClock
) -> None:
    position = {"lon": HOME[0], "lat": HOME[1], "accuracy_m": 20}
    _, receipt = post(client, headers, a_record(subject_id, clock.now(), position=position))
    assert (receipt["evidence"]["area"], receipt["evidence"]["home_distance_m"]) == ("inside", 0.0)


def test_a_repeat_is_answered_again_and_another_body_is_a_conflict(
    client: FlaskClient, headers: dict[str, str], duty_id: UUID, subject_id: UUID, clock: TestClock
) -> None:
    body = a_record(subject_id, clock.now())
    first = post(client, headers, body)
    clock.advance(days=30)
    again = post(client, headers, body)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    status, answer = post(client, headers, {**body, "note": "另一件事"})
    assert (status, answer["code"]) == (409, "id_reused")


def test_other_offices_neither_record_nor_see(
    app: Flask, client: FlaskClient, duty_id: UUID, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    phone = phone_logged_in(app, subject_id)
    _, waiting = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
    review = f"/api/office/v1/subjects/{subject_id}/check-ins/{waiting['id']}/review"
    for site in (tree.second_office, tree.other_office, tree.other_county):
        stranger = colleague(app, undone, site)
        assert post(client, stranger, a_record(subject_id, clock.now()))[0] == 404
        assert post(client, stranger, {"accepted": True, "note": "好"}, review)[0] == 404
        assert client.get(f"/api/office/v1/subjects/{subject_id}/check-ins", headers=stranger).status_code == 404
        assert get(client, stranger, f"{URL}?state=to_review")["items"] == []
    assert duty(undone, duty_id).state == "submitted"
    county = colleague(app, undone, tree.county, Role.COUNTY_STAFF)
    assert len(get(client, county, URL)["items"]) == 1


@pytest.mark.parametrize(
    ("role", "read", "record", "review"),
    [
        (Role.AIDE, 200, 201, 403),
        (Role.OFFICER, 200, 201, 200),
        (Role.COUNTY_HEAD, 200, 201, 200),
        (Role.CITY_STAFF, 200, 403, 403),
        (Role.PROCURATOR, 200, 403, 403),
        (Role.ADMIN, 403, 403, 403),
    ],
)
def test_what_each_role_may_do(
    app: Flask,
    client: FlaskClient,
    duty_id: UUID,
    undone: Engine,
    tree: Tree,
    subject_id: UUID,
    clock: TestClock,
    role: Role,
    read: int,
    record: int,
    review: int,
) -> None:
    phone = phone_logged_in(app, subject_id)
    _, waiting = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
    user = colleague(app, undone, tree.office, role)
    assert client.get(URL, headers=user).status_code == read
    url = f"/api/office/v1/subjects/{subject_id}/check-ins/{waiting['id']}/review"
    assert post(client, user, {"accepted": True, "note": "电话核实"}, url)[0] == review
    assert post(client, user, a_record(subject_id, clock.now()))[0] == record


# -------------------------------------------------------------------------------------------------------------- reviews


def test_who_has_waited_longest_is_first_and_each_try_can_be_looked_through(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    duty_id: UUID,
    subject_id: UUID,
    clock: TestClock,
) -> None:
    phone = phone_logged_in(app, subject_id)
    ids = []
    for _ in range(3):
        _, receipt = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
        ids.append(receipt["id"])
        clock.advance(minutes=1)
    first = get(client, headers, f"{URL}?state=to_review&limit=2")
    second = get(client, headers, f"{URL}?state=to_review&limit=2&cursor={first['next_cursor']}")
    assert [item["id"] for item in first["items"] + second["items"]] == ids
    assert second["next_cursor"] is None
    shown = first["items"][0]
    assert (shown["duty_id"], shown["duty_state"], shown["subject_id"]) == (str(duty_id), "submitted", str(subject_id))
    assert (shown["opens_at"], shown["due_at"]) == ("2026-03-02T08:00:00+08:00", "2026-03-02T10:00:00+08:00")
    of_subject = get(client, headers, f"/api/office/v1/subjects/{subject_id}/check-ins")
    assert [item["id"] for item in of_subject["items"]] == ids[::-1]


def review_url(subject_id: UUID, check_in_id: str) -> str:
    return f"/api/office/v1/subjects/{subject_id}/check-ins/{check_in_id}/review"


def test_accepted_counts_with_the_first_tries_time(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    officer: Worker,
    duty_id: UUID,
    undone: Engine,
    subject_id: UUID,
    clock: TestClock,
) -> None:
    """A try on time and one in the grace, both without a place: the second is accepted, the first one's time counts."""
    phone = phone_logged_in(app, subject_id)
    on_time = clock.now()
    post(client, phone, a_check_in(on_time, position=None), "/api/mobile/v1/checkins")
    clock.advance(minutes=70)
    _, second = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
    clock.advance(days=1)
    status, receipt = post(
        client, headers, {"accepted": True, "note": "电话核实"}, review_url(subject_id, second["id"])
    )
    assert (status, receipt["outcome"], receipt["review_accepted"]) == (200, "to_review", True)
    settled = duty(undone, duty_id)
    assert (settled.state, settled.fulfilled_at) == ("fulfilled", on_time)
    own = get(client, phone, f"/api/mobile/v1/checkins/{second['id']}")
    assert (own["review_accepted"], own["reviewed_at"]) == (True, "2026-03-03T10:10:00+08:00")
    again = post(client, headers, {"accepted": False, "note": "再看"}, review_url(subject_id, second["id"]))
    assert (again[0], again[1]["code"]) == (409, "already_reviewed")
    with transaction(undone) as tx:
        event = tx.execute(select(DutyEvent).order_by(DutyEvent.id.desc()).limit(1)).one()
        audit = tx.execute(select(Audit)).one()
    assert (event.actor_id, event.reason["code"], event.reason["note"]) == (officer.id, "review_accepted", "电话核实")
    assert (audit.action, audit.reason, audit.details) == ("check_ins.review", "电话核实", {"accepted": True})


def test_rejected_after_the_end_is_missed_with_one_alert(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    duty_id: UUID,
    undone: Engine,
    subject_id: UUID,
    clock: TestClock,
) -> None:
    phone = phone_logged_in(app, subject_id)
    _, tried = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
    due_at = clock.now() + HOUR
    clock.advance(days=1)
    assert post(client, headers, {"accepted": False, "note": "非本人"}, review_url(subject_id, tried["id"]))[0] == 200
    missed = duty(undone, duty_id)
    assert (missed.state, missed.missed_at) == ("missed", clock.now())
    with transaction(undone) as tx:
        [alert] = alerts_of(tx, subject_id)
        [episode] = occurrences_of(tx, alert.id)
    assert (alert.kind, alert.event_at, alert.opened_at) == ("missed_check_in", due_at, clock.now())
    assert (alert.why["code"], alert.next_step) == ("review_rejected", "office")
    assert (episode.source_kind, episode.source_id) == ("duty", duty_id)


def test_rejected_before_the_end_leaves_time_for_another_try(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    duty_id: UUID,
    undone: Engine,
    subject_id: UUID,
    clock: TestClock,
) -> None:
    phone = phone_logged_in(app, subject_id)
    _, tried = post(client, phone, a_check_in(clock.now(), position=None), "/api/mobile/v1/checkins")
    clock.advance(minutes=5)
    post(client, headers, {"accepted": False, "note": "请带上位置再签"}, review_url(subject_id, tried["id"]))
    assert duty(undone, duty_id).state == "open"
    _, good = post(client, phone, a_check_in(clock.now()), "/api/mobile/v1/checkins")
    assert good["outcome"] == "accepted"
    with transaction(undone) as tx:
        assert alerts_of(tx, subject_id) == []


def test_only_what_waits_can_be_reviewed(
    app: Flask, client: FlaskClient, headers: dict[str, str], duty_id: UUID, subject_id: UUID, clock: TestClock
) -> None:
    phone = phone_logged_in(app, subject_id)
    _, good = post(client, phone, a_check_in(clock.now()), "/api/mobile/v1/checkins")
    answer = {"accepted": True, "note": "好"}
    status, refused = post(client, headers, answer, review_url(subject_id, good["id"]))
    assert (status, refused["code"]) == (409, "nothing_to_review")
    assert post(client, headers, answer, review_url(subject_id, str(uuid4())))[0] == 404
    assert post(client, headers, answer, review_url(uuid4(), good["id"]))[0] == 404


@pytest.mark.parametrize(
    "change",
    [
        {"note": ""},
        {"note": None},
        {"note": "x" * 501},
        {"happened_at": "2026-03-02"},
        {"subject_id": "x"},
        {"duty_id": "x"},
        {"position": {"lon": 1}},
        {"outcome": "accepted"},
    ],
)
def test_a_record_that_cannot_be_read(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock, change: dict[str, Any]
) -> None:
    status, answer = post(client, headers, {**a_record(subject_id, clock.now()), **change})
    assert (status, answer["code"]) == (422, "unreadable")


def test_lists_of_other_states_are_not_offered(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get(f"{URL}?state=accepted", headers=headers).status_code == 422

"""Reading a track through HTTP: never without a reason, always on record, in the order in which it happened."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.simulation.clock import TestClock
from app.store.boundaries import load_province
from app.store.session import transaction
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_head, a_power, a_report, an_order, phones_under_order, report
from tests.builders.users import Worker, a_user, logged_in

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx, policy=phones_under_order())


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, at=clock.now() - 60 * DAY)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def read(client: FlaskClient, headers: dict[str, str], subject_id: UUID) -> Any:
    def reading(from_at: datetime, until: datetime, **changes: Any) -> Any:
        query = {"from": from_at.isoformat(), "to": until.isoformat(), "reason": "核实走访地点", **changes}
        return client.get(
            f"/api/office/v1/subjects/{subject_id}/track",
            query_string={name: value for name, value in query.items() if value is not None},
            headers=headers,
        )

    return reading


def acts(undone: Engine) -> list[Any]:
    with transaction(undone) as tx:
        return list(tx.execute(text("SELECT * FROM audit WHERE action LIKE 'tracks.%' ORDER BY id")))


def test_a_track_in_the_order_in_which_it_happened(
    read: Any, undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    begun = clock.now() - DAY
    with transaction(undone) as tx:
        check = a_power(tx, subject_id, begun, begun + HOUR)
        late = a_report(begun + 10 * MINUTE, lon=118.1, provider="network")
        off = a_report(begun + 400 * DAY, lon=118.2, mock=True, recorded_elapsed_ms=0)
        live = a_report(begun + 30 * MINUTE, lon=118.3, speed_mps=2.0, heading_deg=45.0)
        report(tx, subject_id, live, now=begun + 30 * MINUTE)
        report(tx, subject_id, off, late, now=begun + 50 * MINUTE, sent_elapsed_ms=1_800_000, boot_id="one")

    answer = read(begun, begun + DAY)

    assert answer.status_code == 200
    track = answer.get_json()
    assert [point["lon"] for point in track["items"]] == [118.1, 118.2, 118.3]
    assert (track["total"], track["next_cursor"], track["gaps"]) == (3, None, [])
    assert track["items"][2] == {
        "id": str(live.id),
        "effective_at": "2026-03-01T09:30:00+08:00",
        "recorded_at": "2026-03-01T09:30:00+08:00",
        "received_at": "2026-03-01T09:30:00+08:00",
        "time_proven": True,
        "lon": 118.3,
        "lat": 28.738,
        "accuracy_m": 20.0,
        "speed_mps": 2.0,
        "heading_deg": 45.0,
        "provider": None,
        "mock": None,
        "power_id": str(check),
        "power_kind": "check",
        "marks": [],
        "place_name": None,
    }
    assert [point["time_proven"] for point in track["items"]] == [False, True, True]
    assert track["items"][1]["mock"] is True


@pytest.mark.parametrize(("start", "end", "found"), [(0, 10, 1), (10, 20, 1), (0, 11, 2), (11, 20, 0)])
def test_the_range_counts_by_the_time_of_the_fix_its_end_excluded(
    read: Any, undone: Engine, subject_id: UUID, clock: TestClock, start: int, end: int, found: int
) -> None:
    begun = clock.now() - DAY
    with transaction(undone) as tx:
        a_power(tx, subject_id, begun, begun + HOUR)
        report(tx, subject_id, a_report(begun), a_report(begun + 10 * MINUTE), now=clock.now())

    track = read(begun + start * MINUTE, begun + end * MINUTE).get_json()

    assert (len(track["items"]), track["total"]) == (found, found)


@pytest.mark.parametrize("reason", [None, ""])
def test_nothing_is_shown_without_a_reason(read: Any, undone: Engine, clock: TestClock, reason: str | None) -> None:
    answer = read(clock.now() - DAY, clock.now(), reason=reason)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["reason"]
    assert acts(undone) == []


def test_every_reading_is_on_record_with_its_reason_and_its_number(
    read: Any, undone: Engine, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    begun = clock.now() - HOUR
    with transaction(undone) as tx:
        a_power(tx, subject_id, begun, clock.now())
        report(tx, subject_id, *(a_report(begun + n * MINUTE) for n in range(5)), now=clock.now())

    first = read(begun, clock.now(), limit=3).get_json()
    second = read(begun, clock.now(), limit=3, cursor=first["next_cursor"]).get_json()

    assert [len(page["items"]) for page in (first, second)] == [3, 2]
    assert second["next_cursor"] is None
    ids = [point["id"] for page in (first, second) for point in page["items"]]
    assert len(set(ids)) == 5
    noted = acts(undone)
    assert [(act.actor_id, act.subject_id, act.reason) for act in noted] == [
        (officer.id, subject_id, "核实走访地点")
    ] * 2
    assert [(act.details["points"], act.details["of"]) for act in noted] == [(3, 5), (2, 5)]
    assert noted[0].details["from"] == begun.isoformat()


def test_a_reading_that_finds_nothing_is_on_record_too(read: Any, undone: Engine, clock: TestClock) -> None:
    assert read(clock.now() - DAY, clock.now()).status_code == 200

    assert [act.details["points"] for act in acts(undone)] == [0]


def test_at_most_31_days_at_once(read: Any, undone: Engine, clock: TestClock) -> None:
    assert read(clock.now() - 31 * DAY, clock.now()).status_code == 200
    answer = read(clock.now() - 31 * DAY - SECOND, clock.now())

    assert (answer.status_code, answer.get_json()["code"]) == (422, "range_too_long")
    assert len(acts(undone)) == 1


def test_another_offices_subject_is_not_found_and_nothing_is_noted(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        stranger = a_user(tx, tree.other_office)
    query = {"from": (clock.now() - DAY).isoformat(), "to": clock.now().isoformat(), "reason": "x"}

    for kind in ("track", "last-position"):
        answer = client.get(
            f"/api/office/v1/subjects/{subject_id}/{kind}",
            query_string=query if kind == "track" else {},
            headers=logged_in(app, stranger),
        )
        assert answer.status_code == 404
    assert acts(undone) == []


def test_a_cursor_of_another_list_is_refused(read: Any, clock: TestClock) -> None:
    answer = read(clock.now() - DAY, clock.now(), cursor="WyJ4Il0=")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_cursor")


def test_gaps_are_told_under_an_order_and_across_pages(
    read: Any, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    begun = clock.now()
    with transaction(undone) as tx:
        an_order(tx, a_head(tx, tree), subject_id, begun)
        fixes = [a_report(begun + n * MINUTE) for n in (0, 5, 10, 60, 65)]
        report(tx, subject_id, *fixes, now=begun + 65 * MINUTE)
    clock.advance(2 * HOUR)

    whole = read(begun - HOUR, begun + DAY).get_json()
    first = read(begun - HOUR, begun + DAY, limit=3).get_json()
    second = read(begun - HOUR, begun + DAY, limit=3, cursor=first["next_cursor"]).get_json()

    in_the_middle = {"from": "2026-03-02T09:10:00+08:00", "to": "2026-03-02T10:00:00+08:00"}
    until_now = {"from": "2026-03-02T10:05:00+08:00", "to": "2026-03-02T11:00:00+08:00"}
    assert whole["gaps"] == [in_the_middle, until_now]
    assert (first["gaps"], second["gaps"]) == ([], [in_the_middle, until_now])


class TestTheLastPosition:
    def ask(self, client: FlaskClient, headers: dict[str, str], subject_id: UUID) -> Any:
        return client.get(
            f"/api/office/v1/subjects/{subject_id}/last-position", query_string={"reason": "失联"}, headers=headers
        )

    def test_with_its_true_age(
        self, client: FlaskClient, headers: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
    ) -> None:
        with transaction(undone) as tx:
            a_power(tx, subject_id, clock.now() - DAY, clock.now())
            report(tx, subject_id, a_report(clock.now() - 5 * HOUR, accuracy_m=12.5), now=clock.now())
            load_province(tx, "33", now=clock.now())
        clock.advance(HOUR)

        answer = self.ask(client, headers, subject_id)

        assert answer.get_json() == {
            "position": {
                "effective_at": "2026-03-02T04:00:00+08:00",
                "age_s": 6 * 3600,
                "lon": 118.627,
                "lat": 28.738,
                "accuracy_m": 12.5,
                "place_name": "浙江省江山市",
            }
        }
        [act] = acts(undone)
        assert (act.action, act.reason, act.details["points"]) == ("tracks.read_last", "失联", 1)

    def test_of_somebody_never_seen(
        self, client: FlaskClient, headers: dict[str, str], undone: Engine, subject_id: UUID
    ) -> None:
        assert self.ask(client, headers, subject_id).get_json() == {"position": None}
        assert len(acts(undone)) == 1

    def test_of_nobody_at_all(self, client: FlaskClient, headers: dict[str, str]) -> None:
        assert self.ask(client, headers, uuid4()).status_code == 404

"""The log of acts and the sheet of who looked at a subject's data, through HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import Worker, a_user, logged_in

DAY = timedelta(days=1)
API = "/api/office/v1"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="minjie", name="徐敏")


@pytest.fixture
def procurator(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.PROCURATOR, login="jian", name="周检")


@pytest.fixture
def subject_id(undone: Engine, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_subject(tx, officer, name="王立新", id_number=an_id_number(serial=217)).id


@pytest.fixture
def ask(client: FlaskClient, app: Flask) -> Any:
    def asking(user: Worker, path: str, method: str = "GET", **given: Any) -> Any:
        return client.open(f"{API}{path}", method=method, headers=logged_in(app, user), **given)

    return asking


def a_morning(ask: Any, officer: Worker, subject_id: UUID) -> None:
    """Four readings: the file, the last place, a track, the identity number."""
    about = f"/subjects/{subject_id}"
    time = {"from": (MONDAY - DAY).isoformat(), "to": MONDAY.isoformat()}
    assert ask(officer, about).status_code == 200
    assert ask(officer, f"{about}/last-position", query_string={"reason": "家属来电"}).status_code == 200
    assert ask(officer, f"{about}/track", query_string={**time, "reason": "核实签到地点"}).status_code == 200
    assert ask(officer, f"{about}/id-number/reveal", "POST", json={"reason": "核对文书"}).status_code == 200


def test_the_sheet_tells_who_looked_at_what_and_why(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID
) -> None:
    a_morning(ask, officer, subject_id)
    answer = ask(procurator, f"/subjects/{subject_id}/access-log")
    assert answer.status_code == 200
    sheet = answer.json
    assert (sheet["subject_name"], sheet["month"], sheet["total"], sheet["people"]) == ("王立新", "2026-03", 4, 1)
    told = [(one["action"], one["reason"], one["shown"]) for one in sheet["items"]]
    assert told == [
        ("identity.reveal", "核对文书", None),
        ("tracks.read", "核实签到地点", "3月1日 09:00 至 3月2日 09:00,显示 0 个位置(共 0 个)"),
        ("tracks.read_last", "家属来电", "没有位置"),
        ("subjects.read", None, None),
    ]
    assert {(one["actor_name"], one["action_text"]) for one in sheet["items"][:1]} == {("徐敏", "查看完整身份证号")}
    assert sheet["items"][0]["posts"] == [{"office": "双塔司法所", "role": "officer"}]


def test_reading_the_sheet_stands_on_the_sheet(ask: Any, procurator: Worker, subject_id: UUID) -> None:
    assert ask(procurator, f"/subjects/{subject_id}/access-log").json["total"] == 0
    (again,) = ask(procurator, f"/subjects/{subject_id}/access-log").json["items"]
    assert (again["action"], again["actor_name"], again["shown"]) == ("access_log.read", "周检", "2026-03 的查阅记录")


def test_a_sheet_covers_one_local_month(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID, clock: TestClock
) -> None:
    """The month begins at midnight in Shanghai, eight hours before that of UTC."""
    clock.set(MONDAY.replace(day=31, hour=15, minute=59, second=59))
    ask(officer, f"/subjects/{subject_id}")
    clock.set(MONDAY.replace(day=31, hour=16))
    ask(officer, f"/subjects/{subject_id}")
    totals = [
        ask(procurator, f"/subjects/{subject_id}/access-log", query_string={"month": month}).json["total"]
        for month in ("2026-03", "2026-05")
    ]
    assert totals == [1, 0]
    april = ask(procurator, f"/subjects/{subject_id}/access-log", query_string={"month": "2026-04"}).json
    assert [one["action"] for one in april["items"]] == ["access_log.read"] * 2 + ["subjects.read"]


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "1999-12", "2026-03-01", "2026", "März"])
def test_a_month_that_is_none_is_refused(ask: Any, procurator: Worker, subject_id: UUID, month: str) -> None:
    answer = ask(procurator, f"/subjects/{subject_id}/access-log", query_string={"month": month})
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "month", "detail": "应为月份,例如 2026-03"}]


def test_a_long_sheet_comes_in_pages(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID, clock: TestClock
) -> None:
    for _ in range(5):
        ask(officer, f"/subjects/{subject_id}")
    path = f"/subjects/{subject_id}/access-log"
    first = ask(procurator, path, query_string={"limit": 3}).json
    clock.advance(seconds=1)
    rest = ask(procurator, path, query_string={"limit": 3, "cursor": first["next_cursor"]}).json
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert (len(ids), len(set(ids)), rest["next_cursor"]) == (5, 5, None)
    assert ids == sorted(ids, reverse=True)


def test_a_post_is_that_of_the_time_of_the_act(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID, undone: Engine, clock: TestClock
) -> None:
    ask(officer, f"/subjects/{subject_id}")
    with transaction(undone) as tx:
        tx.execute(
            text("UPDATE user_roles SET held = tstzrange(lower(held), :until) WHERE user_id = :id"),
            {"until": clock.now() + DAY, "id": officer.id},
        )
    clock.set(clock.now() + 3 * DAY)
    (reading,) = ask(procurator, f"/subjects/{subject_id}/access-log").json["items"]
    assert [post["role"] for post in reading["posts"]] == ["officer"]


def test_the_log_holds_changes_and_readings_and_can_be_narrowed(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID
) -> None:
    a_morning(ask, officer, subject_id)
    everything = ask(procurator, "/audit-log").json["items"]
    assert [one["action"] for one in everything] == [
        "identity.reveal",
        "tracks.read",
        "tracks.read_last",
        "subjects.read",
        "subject.register",
    ]
    assert {one["subject_name"] for one in everything} == {"王立新"}
    (only,) = ask(procurator, "/audit-log", query_string={"action": "tracks.read"}).json["items"]
    assert only["subject_id"] == str(subject_id)
    own = ask(procurator, "/audit-log", query_string={"actor_id": str(procurator.id)}).json["items"]
    assert [one["action"] for one in own] == ["audit.read", "audit.read"]
    earlier = {"from": (MONDAY - 9 * DAY).isoformat(), "to": (MONDAY - 8 * DAY).isoformat()}
    assert ask(procurator, "/audit-log", query_string=earlier).json == {"items": [], "next_cursor": None}


def test_the_log_ends_at_the_own_county(
    ask: Any, officer: Worker, subject_id: UUID, undone: Engine, tree: Tree
) -> None:
    """Acts about nobody are those of the own offices' people; acts about somebody go with the subject."""
    with transaction(undone) as tx:
        other = a_user(tx, tree.other_county, Role.COUNTY_HEAD, login="far")
    ask(officer, f"/subjects/{subject_id}")
    assert ask(other, "/audit-log").json["items"] == []
    assert ask(other, f"/subjects/{subject_id}/access-log").status_code == 404


def test_a_minors_name_is_sealed_above_the_office(
    ask: Any, officer: Worker, procurator: Worker, subject_id: UUID, undone: Engine
) -> None:
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET minor_regime = true WHERE id = :id"), {"id": subject_id})
    ask(officer, f"/subjects/{subject_id}")
    assert {one["subject_name"] for one in ask(procurator, "/audit-log").json["items"]} == {"未成年人"}
    assert ask(procurator, f"/subjects/{subject_id}/access-log").json["subject_name"] == "未成年人"


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-03-02T00:00:00+08:00"},
        {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-01T00:00:00+08:00"},
        {"from": "2024-03-02T00:00:00+08:00", "to": "2026-03-01T00:00:00+08:00"},
        {"cursor": "WyJ4Il0="},
    ],
)
def test_a_stretch_or_place_that_makes_no_sense_is_refused(ask: Any, procurator: Worker, query: dict[str, str]) -> None:
    assert ask(procurator, "/audit-log", query_string=query).status_code == 422

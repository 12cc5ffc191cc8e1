"""A user's own notices: handed out, waited for, read; and never lost with an answer."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions.climb_ladder import climb_ladder
from app.api import long_poll
from app.rules.facts import About, Reason
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.alerts import Team, a_notice, a_team, an_alert, deliveries_about
from tests.builders.app import make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import logged_in
from tests.database import Database
from tests.patience import LONG_S, PATIENT, eventually

URL = "/api/office/v1/notices"


@pytest.fixture
def team(undone: Engine, tree: Tree) -> Team:
    with transaction(undone) as tx:
        return a_team(tx, tree)


@pytest.fixture
def headers(app: Flask, team: Team) -> dict[str, str]:
    return logged_in(app, team.officer)


def get(client: FlaskClient, headers: dict[str, str], **query: int) -> Any:
    answer = client.get(URL, query_string=query, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def told(undone: Engine, team: Team, clock: TestClock, n: int = 1, **given: Any) -> list[UUID]:
    """So many notices to the officer; gives what they are about."""
    with transaction(undone) as tx:
        return [a_notice(tx, team.officer.id, clock.now(), **given).about.id for _ in range(n)]


def in_app(undone: Engine, about: UUID) -> list[tuple[str, int]]:
    with transaction(undone) as tx:
        return [(row.state, row.attempts) for row in deliveries_about(tx, about, "in_app")]


def abouts(answer: Any) -> list[UUID]:
    return [UUID(item["about_id"]) for item in answer["items"]]


def test_a_notice_of_an_alert_reads_as_a_sentence(
    client: FlaskClient, undone: Engine, tree: Tree, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    with transaction(undone) as tx:
        subject = a_supervised(tx, tree, team.officer, at=clock.now() - timedelta(days=30))
        tx.execute(text("UPDATE subjects SET name = '王小明'"))
        alert_id = an_alert(tx, tree, subject, clock.now())
        climb_ladder(tx, now=clock.now())
    (item,) = get(client, headers)["items"]
    assert item["text"] == "王小明:失去联系,请查看情况并处理。"
    assert (item["about_kind"], item["about_id"], item["step"]) == ("alert", str(alert_id), "1.office")
    assert (item["subject_id"], item["subject_name"]) == (str(subject), "王小明")
    assert (item["created_at"], item["read_at"]) == ("2026-03-02T09:00:00+08:00", None)


def test_an_office_is_named(
    client: FlaskClient, undone: Engine, tree: Tree, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    wording = Reason("office_unstaffed_open", (("from", "2026-03-04T09:00+08:00"),))
    told(undone, team, clock, about=About("office", tree.second_office.id), wording=wording)
    (item,) = get(client, headers)["items"]
    assert item["text"].startswith("虎山司法所自 3月4日 09:00 起无人值班")


def test_a_sentence_that_is_gone_is_no_fault(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    told(undone, team, clock, wording=Reason("of_an_older_release"))
    assert get(client, headers)["items"][0]["text"] == "您有一条新通知,请打开查看。"


def test_the_name_of_somebody_out_of_reach_is_closed(
    client: FlaskClient, undone: Engine, tree: Tree, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    with transaction(undone) as tx:
        subject = a_supervised(tx, tree, team.officer, at=clock.now() - timedelta(days=30))
        tx.execute(text("UPDATE subjects SET name = '王小明'"))
        an_alert(tx, tree, subject, clock.now())
        climb_ladder(tx, now=clock.now())
        tx.execute(text("UPDATE subjects SET office_id = :office"), {"office": tree.other_office.id})
    assert "王小明" not in client.get(URL, headers=headers).get_data(as_text=True)


# ---------------------------------------------------------------------------------------------------------- handing out


def test_what_is_handed_out_is_delivered_and_stays_until_it_is_read(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    (about,) = told(undone, team, clock)
    assert in_app(undone, about) == [("pending", 0)]
    first = get(client, headers)
    assert in_app(undone, about) == [("sent", 1)]
    assert get(client, headers) == first, "an answer that was lost is given again"
    assert in_app(undone, about) == [("sent", 1)]
    read = client.post(f"{URL}/{first['items'][0]['id']}/read", headers=headers)
    assert (read.status_code, (read.json or {})["read_at"]) == (200, "2026-03-02T09:00:00+08:00")
    assert get(client, headers)["items"] == []


def test_reading_twice_keeps_the_first_time(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    (about,) = told(undone, team, clock)
    url = f"{URL}/{get(client, headers)['items'][0]['id']}/read"
    first = client.post(url, headers=headers)
    clock.advance(minutes=5)
    assert client.post(url, headers=headers).json == first.json
    assert in_app(undone, about) == [("sent", 1)]


def test_reading_without_having_fetched_is_having_got_it(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    """A push tells the id, so an app may go straight there."""
    (about,) = told(undone, team, clock)
    with transaction(undone) as tx:
        notice_id = deliveries_about(tx, about, "in_app")[0].notice_id
    assert client.post(f"{URL}/{notice_id}/read", headers=headers).status_code == 200
    assert in_app(undone, about) == [("sent", 1)]


def test_numbers_go_on_from_answer_to_answer(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    first = told(undone, team, clock, 3)
    answer = get(client, headers)
    assert abouts(answer) == first
    second = told(undone, team, clock, 2)
    later = get(client, headers, after=answer["next_after"])
    assert abouts(later) == second
    assert get(client, headers, after=later["next_after"]) == {
        "items": [],
        "next_after": later["next_after"],
        "retry_after_s": 0,
    }


def test_a_notice_that_was_committed_late_is_not_passed_over(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    """Its number is lower than what the app has seen; it was never handed out, so it comes all the same."""
    late, seen = told(undone, team, clock, 2)
    with transaction(undone) as tx:
        tx.execute(
            text(
                "UPDATE deliveries SET state = 'sent' WHERE notice_id IN (SELECT id FROM notices WHERE about_id = :a)"
            ),
            {"a": seen},
        )
        number = tx.execute(text("SELECT seq FROM notices WHERE about_id = :a"), {"a": seen}).scalar_one()
    answer = get(client, headers, after=number)
    assert (abouts(answer), answer["next_after"]) == ([late], number)


def test_a_long_list_comes_in_parts(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    made = told(undone, team, clock, 5)
    first = get(client, headers, limit=3)
    rest = get(client, headers, limit=3, after=first["next_after"])
    assert abouts(first) + abouts(rest) == made


def test_other_peoples_notices_do_not_exist(
    client: FlaskClient, app: Flask, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    (about,) = told(undone, team, clock)
    other = logged_in(app, team.colleague)
    assert get(client, other)["items"] == []
    with transaction(undone) as tx:
        notice_id = deliveries_about(tx, about, "in_app")[0].notice_id
    assert client.post(f"{URL}/{notice_id}/read", headers=other).status_code == 404
    assert client.post(f"{URL}/{uuid4()}/read", headers=headers).status_code == 404
    assert in_app(undone, about) == [("pending", 0)]


@pytest.mark.parametrize(
    "query", ["wait=26", "wait=-1", "wait=x", "after=-1", "after=9223372036854775808", "limit=0", "other=1"]
)
def test_a_question_that_cannot_be_read(client: FlaskClient, headers: dict[str, str], query: str) -> None:
    answer = client.get(f"{URL}?{query}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


# -------------------------------------------------------------------------------------------------------------- waiting


class Waits(threading.Event):
    """What the service waits on between two looks; notes each wait that is begun."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.begun.append(timeout)
        return super().wait(timeout)


def waits_of(app: Flask) -> Waits:
    """From now on."""
    noted = Waits()
    app.extensions["deps"] = replace(app.extensions["deps"], stopping=noted)
    return noted


def test_news_that_is_there_is_not_waited_for(
    app: Flask, client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    told(undone, team, clock)
    waits = waits_of(app)
    answer = get(client, headers, wait=25)
    assert len(answer["items"]) == 1
    assert waits.begun == []


def test_what_was_handed_out_already_is_no_news(
    client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    """Or an app that waits again and again would never wait."""
    told(undone, team, clock)
    number = get(client, headers, wait=1)["next_after"]
    begun = time.monotonic()
    assert get(client, headers, wait=1)["items"] == []
    assert get(client, headers, wait=1, after=number)["items"] == []
    assert time.monotonic() - begun >= 1.9


def test_with_every_place_taken_the_answer_comes_at_once(
    app: Flask, client: FlaskClient, undone: Engine, team: Team, headers: dict[str, str], clock: TestClock
) -> None:
    waits, taken = waits_of(app), 0
    try:
        while long_poll.PLACES.acquire(blocking=False):
            taken += 1
        assert taken == long_poll.MOST_WAITING
        answer = get(client, headers, wait=25)
        assert (answer["items"], answer["retry_after_s"]) == ([], long_poll.RETRY_AFTER_S)
        told(undone, team, clock)
        answer = get(client, headers, wait=25)
        assert (len(answer["items"]), answer["retry_after_s"]) == (1, 0)
        assert waits.begun == []
    finally:
        long_poll.PLACES.release(taken)


def test_one_alone_takes_no_place_from_all_others(client: FlaskClient, team: Team, headers: dict[str, str]) -> None:
    """Somebody who lets many requests wait at once: theirs are answered at once, and the places stay free."""
    long_poll.OF_ONE[team.officer.id] = long_poll.MOST_OF_ONE
    try:
        begun = time.monotonic()
        assert get(client, headers, wait=25)["retry_after_s"] == long_poll.RETRY_AFTER_S
        assert time.monotonic() - begun < 20
    finally:
        del long_poll.OF_ONE[team.officer.id]
    assert places_taken() == 0
    assert get(client, headers, wait=1)["retry_after_s"] == 0
    assert not long_poll.OF_ONE


@pytest.fixture
def service(fresh_database: Database) -> Iterator[Engine]:
    """The application's own engine, with a single connection: whoever waits must not hold it."""
    engine = make_engine(fresh_database.url, pool_size=1, limits=PATIENT)
    yield engine
    engine.dispose()


def test_waiting_holds_no_connection_and_ends_with_the_news(service: Engine, clock: TestClock) -> None:
    app = make_test_app(service, clock)
    with transaction(service) as tx:
        team = a_team(tx, a_tree(tx))
    headers, waits = logged_in(app, team.officer), waits_of(app)
    answers: list[Any] = []

    def wait() -> None:
        with app.test_client() as client:
            answers.append(get(client, headers, wait=25))

    waiting = [threading.Thread(target=wait) for _ in range(4)]
    for thread in waiting:
        thread.start()
    eventually(lambda: places_taken() == len(waiting))
    assert answers == []
    with transaction(service) as tx:
        a_notice(tx, team.officer.id, clock.now())
        tx.execute(text("SELECT pg_sleep(0.1)"))
    before = len(waits.begun)
    for thread in waiting:
        thread.join(timeout=LONG_S)
    assert len(waits.begun) - before <= len(waiting), "each looks once more at most, and none to the end of its time"
    assert [len(answer["items"]) for answer in answers] == [1] * 4, "each app of the user's is given it"


def test_a_wait_gives_its_place_back(client: FlaskClient, headers: dict[str, str]) -> None:
    get(client, headers, wait=1)
    assert places_taken() == 0


def places_taken() -> int:
    """How many requests wait at this moment."""
    free = 0
    while long_poll.PLACES.acquire(blocking=False):
        free += 1
    long_poll.PLACES.release(free)
    return long_poll.MOST_WAITING - free

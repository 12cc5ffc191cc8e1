"""Rosters over HTTP: the same faults in a dry run and in a refusal, one receipt for one request, silent logs."""

import logging
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from urllib3 import encode_multipart_formdata

from app.api.office.rosters import LARGEST_REQUEST
from app.logs import set_up_logs
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.offices import Tree
from tests.builders.rosters import a_csv, a_line, a_roster, rows_of
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/rosters"


@pytest.fixture
def app(undone: Engine) -> Flask:
    return make_test_app(undone, a_clock())


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


class Sender:
    """Sends rosters as a user's client does."""

    def __init__(self, app: Flask, user: Worker) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = logged_in(app, user)

    def send(self, content: bytes | None, *, roster_id: UUID | None = None, **form: str) -> Any:
        sent: dict[str, Any] = {"id": str(roster_id or uuid4()), **form}
        if content is not None:
            sent["file"] = ("名册.xlsx", content)
        body, kind = encode_multipart_formdata(sent)
        return self.client.post(URL, data=body, content_type=kind, headers=self.headers)


@pytest.fixture
def sender(app: Flask, officer: Worker) -> Sender:
    return Sender(app, officer)


def people(engine: Engine) -> int:
    with transaction(engine) as tx:
        return int(tx.execute(text("SELECT count(*) FROM subjects")).scalar_one())


def test_without_a_word_it_is_a_dry_run(undone: Engine, sender: Sender) -> None:
    answer = sender.send(a_roster(a_line(1), a_line(2, 类别="缓", 罪名="盗窃")))
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["dry_run"], told["rows"], told["added"], told["already_there"], told["imported_at"]) == (
        True,
        2,
        1,
        0,
        None,
    )
    assert told["faults"] == [
        {
            "row": 3,
            "column": "C",
            "heading": "矫正类别",
            "code": "cell_unknown_word",
            "detail": "第 3 行 C 列(矫正类别):只能填:管制、缓刑、假释、暂予监外执行。",
        }
    ]
    assert (told["fault_count"], told["ignored_columns"]) == (1, ["罪名"])
    assert people(undone) == 0


def test_an_import_is_answered_once_and_the_same_again(undone: Engine, sender: Sender, tree: Tree) -> None:
    roster_id, content = uuid4(), a_csv(rows_of([a_line(1), a_line(2, 司法所=None)]), encoding="gb18030")
    form = {"roster_id": roster_id, "office_id": str(tree.office.id), "dry_run": "false"}
    first, again = sender.send(content, **form), sender.send(content, **form)  # type: ignore[arg-type]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert (first.get_json()["added"], people(undone)) == (2, 2)
    other = sender.send(a_roster(a_line(3)), **form)  # type: ignore[arg-type]
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")
    known = sender.send(content, dry_run="true", office_id=str(tree.office.id)).get_json()
    assert [line["row"] for line in known["known"]] == [2, 3]


def test_faults_of_an_import_are_listed_as_a_problem(undone: Engine, sender: Sender) -> None:
    lines = [{key: value for key, value in a_line(n, 类别="缓").items() if key != "签到方式"} for n in range(2)]
    answer = sender.send(a_roster(*lines), dry_run="false")
    told = answer.get_json()
    assert (answer.status_code, answer.mimetype, told["code"]) == (422, "application/problem+json", "roster_faulty")
    assert told["detail"] == "名册里有 1 处要改,没有登记任何人。请按提示的行和列修改后再试。"
    assert told["errors"] == [
        {"field": "签到方式", "detail": "标题行(第 1 行)的“签到方式”:没有这一列,请补上。", "line": 1}
    ]
    answer = sender.send(a_roster(a_line(1, 手机="?")), dry_run="false")
    assert [error["field"] for error in answer.get_json()["errors"]] == ["G2"]
    assert people(undone) == 0


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (None, 422, "unreadable"),
        (b"", 422, "roster_empty"),
        (b"no roster", 422, "roster_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 422, "roster_old_format"),
        (b"x" * (LARGEST_REQUEST + 1), 413, "too_large"),
    ],
    ids=["none", "empty", "text", "xls", "large"],
)
def test_files_that_are_refused(sender: Sender, content: bytes | None, status: int, code: str) -> None:
    answer = sender.send(content)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_json_is_no_roster(sender: Sender) -> None:
    answer = sender.client.post(URL, json={"id": str(uuid4())}, headers=sender.headers)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "wrong_content_type")


def test_a_file_of_ten_megabytes_is_read(sender: Sender) -> None:
    """Larger than any other body may be; what it holds is another matter."""
    answer = sender.send(b"x" * (LARGEST_REQUEST - 65_000))
    assert answer.get_json()["code"] in {"roster_too_large", "roster_unreadable", "roster_empty"}


def test_nothing_of_a_file_gets_into_the_logs(sender: Sender) -> None:
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs(logging.DEBUG)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    line = a_line(1, 姓名="欧阳试探", 住址="试探路731号")
    try:
        sender.send(a_roster(line), dry_run="true")
        sender.send(a_roster({**line, "类别": "试探词"}), dry_run="false")
        sender.send(a_roster(line)[:-200], dry_run="false")
        sender.send(a_roster(line), dry_run="false")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    told = written.getvalue()
    assert [secret for secret in ("试探", "731", line["证件号码"], line["手机"]) if secret in told] == []


def test_the_template_is_a_workbook(sender: Sender) -> None:
    answer = sender.client.get(f"{URL}/template", headers=sender.headers)
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")

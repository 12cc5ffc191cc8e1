"""The page for one person's zones: what a form sets, what a file sets, and what stays when it is refused."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from urllib3 import encode_multipart_formdata

from app.store.session import transaction
from tests.builders.checkins import a_resident
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.builders.zones import TOWN, a_collection, a_feature, a_square
from tests.web.browsing import Visitor, a_visitor

COURT = {"document_no": "(2026)浙0881刑初1号", "article": "刑法第七十二条第二款"}
CIRCLE = {"lon": str(TOWN[0]), "lat": str(TOWN[1]), "radius_m": "300"}


class Desk:
    """An officer's browser at one person's zones."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.engine = engine
        with transaction(engine) as tx:
            tree = a_tree(tx)
            officer = a_user(tx, tree.office)
            self.subject_id: UUID = a_resident(tx, tree, officer, area="330881")
        self.visitor: Visitor = a_visitor(app, officer)
        self.path = f"/subjects/{self.subject_id}/zones"

    def send(self, *forms: dict[str, str], file: bytes | None = None, kind: str = "forbidden") -> Any:
        sent: dict[str, Any] = {
            "csrf_token": self.visitor.token(self.path),
            "id": str(uuid4()),
            "kind": kind,
            "name": "某商场",
            "datum": "wgs84",
            "reason": "判决书附禁止令",
            **{key: value for form in forms for key, value in form.items()},
        }
        if file is not None:
            sent["file"] = ("zones.geojson", file)
        body, content_type = encode_multipart_formdata(sent)
        return self.visitor.client.post(self.path, data=body, content_type=content_type)

    def stored(self) -> list[tuple[Any, ...]]:
        with transaction(self.engine) as tx:
            rows = tx.execute(text("SELECT name, kind, radius_m, hours, removal_reason FROM zones ORDER BY name"))
            return [tuple(row) for row in rows]


@pytest.fixture
def desk(app: Flask, undone: Engine) -> Desk:
    return Desk(app, undone)


def test_a_circle_is_set_shown_and_ended(desk: Desk) -> None:
    assert desk.send(CIRCLE, COURT).status_code == 303
    assert desk.stored() == [("某商场", "forbidden", 300.0, [], None)]
    shown = desk.visitor.text(desk.path)
    assert "某商场" in shown
    assert "(2026)浙0881刑初1号" in shown
    with transaction(desk.engine) as tx:
        zone_id = tx.execute(text("SELECT id FROM zones")).scalar_one()
    gone = desk.visitor.post(f"{desk.path}/{zone_id}/remove", {"reason": "法院撤销"}, at=desk.path)
    assert gone.status_code == 303
    assert desk.stored()[0][-1] == "法院撤销"
    assert "没有限制区域" in desk.visitor.text(desk.path)


def test_hours_are_read_of_a_place_to_stay_in(desk: Desk) -> None:
    hours = {"weekdays1": "5", "from_time1": "22:00", "to_time1": "06:00"}
    assert desk.send(CIRCLE, hours, kind="stay_inside").status_code == 303
    assert desk.stored()[0][3] == [{"weekdays": [5], "from": "22:00", "to": "06:00"}]
    assert "每周五 22:00-06:00" in desk.visitor.text(desk.path)


def test_what_is_refused_says_why_and_keeps_what_was_typed(desk: Desk) -> None:
    answer = desk.send(CIRCLE)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "禁止令的文书号" in page
    assert 'value="某商场"' in page
    assert "请填写中心经度" in desk.send(COURT).get_data(as_text=True)
    assert desk.stored() == []


def test_a_file_sets_all_or_tells_which_are_at_fault(desk: Desk) -> None:
    ring = [[118.6, 28.7], [118.7, 28.8], [118.7, 28.7], [118.6, 28.8], [118.6, 28.7]]
    bow = {"type": "Polygon", "coordinates": [ring]}
    bad = json.dumps(a_collection(a_feature(a_square()), a_feature(bow))).encode()
    answer = desk.send(COURT, file=bad)
    assert answer.status_code == 422
    assert "2: 边界线自相交叉" in answer.get_data(as_text=True)
    assert desk.send(COURT, file=b"no json").status_code == 422
    assert desk.stored() == []
    good = json.dumps(
        a_collection(a_feature(a_square(), name="甲"), a_feature(a_square(half=0.02), name="乙"))
    ).encode()
    assert desk.send(COURT, file=good).status_code == 303
    assert [row[0] for row in desk.stored()] == ["乙", "甲"]

"""Every list where nothing is yet: one sentence that says so, and no page that fails on it."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.access.table import ACTIONS
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.web.browsing import a_visitor
from tests.web.page_examples import PAGES
from tests.web.test_every_page import ACCESS

NOTHING: Mapping[str, str] = {
    "/": "目前没有需要处理的预警。",
    "/absences": "没有登记的不在岗时间。",
    "/alerts": "可以换一个条件查看。",
    "/check-ins": "没有等待核实的签到。",
    "/compliance/audit": "可以换一段时间",
    "/compliance/audit/duties": "这里没有任务。",
    "/compliance/duties": "这里没有记录。",
    "/compliance/snapshots": "还没有快照。",
    "/correction-gaps": "没有待完成的矫正小组和方案。",
    "/day": "七天内没有要办的。",
    "/day/way": "七天内没有要上门的。",
    "/duties": "可以换一个种类或状态查看。",
    "/facts/contradictions": "没有说法不一的内容。",
    "/leave": "没有等待决定的申请,也没有人在外。",
    "/notices": "没有未读的通知。",
    "/orders/sheet": "这个月没有电子定位决定。",
    "/patterns": "没有需要看一看的签到情况。",
    "/periods": "还没有宣布过。",
    "/record-patterns": "最近没有需要再看一眼的记录。",
    "/red-list": "这一周没有需要特别留意的人。",
    "/sampling": "还没有抽取过。",
    "/sampling/questions": "没有等待答复的提问。",
    "/searches": "在其预警或一人一档里开始查找。",
    "/service": "目前没有发现故障。",
    "/subjects": "从名册登记",
    "/waivers": "没有这样的申请。",
    "/weekly-reviews": "在红名单里写下会上的决定,保存后列在这里。",
    "/workload": "辖区内还没有在矫的人。",
}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COUNTY_HEAD, Role.CITY_STAFF, Role.PROCURATOR])
def test_pages_say_that_there_is_nothing(role: Role, undone: Engine, app: Flask) -> None:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        seat = {Role.OFFICER: tree.office, Role.CITY_STAFF: tree.city}.get(role, tree.county)
        user = a_user(tx, seat, role)
    visitor = a_visitor(app, user)
    faults = []
    for name, example in PAGES.items():
        method, _, rule = name.partition(" ")
        permitted = role in ACTIONS[(ACCESS[name] or "").removeprefix("office:")] - example.refuses
        if method != "GET" or "<" in rule or example.mimetype != "text/html" or not permitted:
            continue
        answer = visitor.get(rule, query_string=example.query)
        told = NOTHING.get(rule, "") if role in {Role.OFFICER, Role.COUNTY_HEAD} else ""
        if answer.status_code != 200 or told not in answer.get_data(as_text=True):
            faults.append(f"{rule}: {answer.status_code}, {told!r}")
    assert faults == [], "\n".join(faults)

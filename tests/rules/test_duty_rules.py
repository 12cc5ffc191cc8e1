"""Every duty says by which rule it is owed, counted from when, and until when."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.facts import DutyKind, Reason
from app.rules.wording.duty_rules import DutyRule, explained
from tests.rules.policies import shipped

TODAY = date(2026, 3, 10)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


VISIT = DutyRule(
    DutyKind.VISIT,
    "访1",
    Reason("owed_again", (("item", "访1"), ("title", "走访家庭"), ("span", "1 个月"), ("from_day", "2026-03-12"))),
    local("2026-03-30T00:00"),
    local("2026-04-13T00:00"),
    shipped("jiangshan"),
    local("2025-12-31T00:00"),
)


def test_a_visit_of_the_month() -> None:
    assert explained(VISIT, today=TODAY) == (
        "访1“走访家庭”:定期办理,自上次期限 3月12日起算,每 1 个月一次。",
        "3月30日 00:00 起可以办理,4月12日终了时到期。",
        "依据:《江山市社区矫正信息化核查与走访制度（拟定，待确认）》第 1 版,2025年12月31日起施行。",
        "出处:江山市“四知道五走访六必谈”制度，原文未见，项目与期限为拟定值，待县级机构确认。",
    )


def test_one_that_was_planned_before_reasons_were_kept() -> None:
    assert explained(replace(VISIT, why=None), today=TODAY)[0] == "访1“走访家庭”:按制度规定的期限办理。"


def test_a_time_inside_a_day_is_told_to_the_minute() -> None:
    at = replace(VISIT, due_at=local("2026-03-10T15:30"))
    assert explained(at, today=TODAY)[1] == "3月30日 00:00 起可以办理,今天 15:30 到期。"


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        (DutyKind.CHECK_IN, "check_in.strict.1", "严管对象:每天 08:00-10:00 签到一次。"),
        (DutyKind.CHECK_IN, "check_in.lenient.1", "宽管对象:每周一、四 08:00-20:00 签到一次。"),
        (
            DutyKind.LOCATION_CHECK,
            "location_check.normal.2",
            "普管对象:每天 2 次位置核查,时间不固定,在 07:00-22:00 之间开始;由手机自动完成,每次 30 分钟。",
        ),
    ],
)
def test_a_check_is_told_by_its_window(kind: DutyKind, code: str, told: str) -> None:
    assert explained(replace(VISIT, kind=kind, rule_code=code, why=None))[0] == told


@pytest.mark.parametrize("code", ["check_in.strict.9", "check_in.strict.0", "check_in.strict.x", "search", "谈9"])
def test_a_code_that_the_policy_does_not_know_leaves_the_times_and_the_version(code: str) -> None:
    found = explained(replace(VISIT, kind=DutyKind.CHECK_IN, rule_code=code, why=None))
    assert len(found) == 2
    assert found[1].startswith("依据")

"""Another county's rule (五必查) needs no code: it is read, planned and told by what plans 江山's."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.effects import PlanDuty
from app.rules.facts import Channel, DutyKind, Obligor, OccasionKind, SupervisionClass
from app.rules.planning import ClassPeriod, PlanningFacts, PolicyPeriod, plan
from app.rules.wording.policy_items import repeat_words, trigger_words
from tests.database import ROOT
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
DAY = timedelta(days=1)
REGISTERED = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Monday, 09:00."""


def turns(class_: SupervisionClass, days: int = 31) -> list[PlanDuty]:
    """What a subject's office owes in the first days by the five checks."""
    facts = PlanningFacts(
        subject_id=UUID(int=1),
        office_id=UUID(int=2),
        channel=Channel.SMARTPHONE,
        registered_at=REGISTERED,
        supervised_until=None,
        planned_until=None,
        classes=(ClassPeriod(REGISTERED, None, class_),),
        policies=(PolicyPeriod(None, None, UUID(int=3), shipped("baoan")),),
    )
    decided = plan(facts, until=REGISTERED + days * DAY, key=b"a secret of the tests", now=REGISTERED)
    return [one for one in decided.effects if isinstance(one, PlanDuty) and one.obligor is Obligor.OFFICE]


@pytest.mark.parametrize(
    ("class_", "counts"),
    [
        (STRICT, {"查1": 31, "查2": 5, "查3": 1, "查5": 5}),
        (NORMAL, {"查1": 31, "查2": 5, "查3": 1}),
        (LENIENT, {"查1": 31, "查2": 5, "查3": 1}),
    ],
)
def test_the_first_month(class_: SupervisionClass, counts: dict[str, int]) -> None:
    """A turn opens when the one before it was due, so the last of each is due after the month."""
    planned = turns(class_)
    due_by = Counter(duty.rule_code for duty in planned if duty.opens_at < REGISTERED + 31 * DAY)
    assert due_by == counts
    assert {duty.kind for duty in planned} == {DutyKind.REVIEW}


def test_each_is_due_at_the_end_of_its_day() -> None:
    by_item: dict[str, list[datetime]] = {}
    for duty in turns(STRICT):
        by_item.setdefault(duty.rule_code, []).append(duty.due_at)
    first = legal_day(REGISTERED)
    assert by_item["查1"][:3] == [end_of_day(first + n * DAY) for n in (1, 2, 3)]
    assert by_item["查2"][:2] == [end_of_day(first + n * DAY) for n in (7, 14)]
    assert [last_day_before(at).isoformat() for at in by_item["查3"]] == ["2026-04-02"]
    assert by_item["查5"][:2] == [end_of_day(first + n * DAY) for n in (3, 10)]


def test_what_happens_brings_up_its_check() -> None:
    item = shipped("baoan").items["查4"]
    assert [trigger.on for trigger in item.triggers] == [OccasionKind.ALERT_REAL, OccasionKind.VIOLATION]
    assert item.triggers_on(OccasionKind.FAMILY_EVENT) == ()


def test_each_item_tells_itself_in_words() -> None:
    items = shipped("baoan").items
    assert [item.title for item in items.values()] == [
        "每日必查定位情况",
        "每周必查活动轨迹",
        "每月必查信息化核查记录",
        "异常情况必查原因",
        "重点人员必查动态",
    ]
    assert trigger_words(items["查4"].triggers[0]) == "预警核实属实后 1 天内"
    assert repeat_words(items["查2"]) == "每 1 周"
    assert repeat_words(items["查5"]) == "每 严管 1 周、普管 不要求、宽管 不要求"
    assert all(item.assumed and "待区级机构确认" in item.source for item in items.values())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("访1", ["入矫后 10 天内", "家庭变故后 3 天内"]),
        ("访5", ["入矫之后:严管 1 个月、普管 3 个月、宽管 3 个月"]),
        ("谈5", ["节日(放假 3 天以上)前 3 天", "外出前", "外出返回后 3 天内", "敏感时期前 3 天"]),
    ],
)
def test_the_items_of_jiangshan_read_as_people_say_them(code: str, words: list[str]) -> None:
    assert [trigger_words(trigger) for trigger in shipped("jiangshan").items[code].triggers] == words


def test_no_code_knows_this_county() -> None:
    named = [
        str(file.relative_to(ROOT))
        for file in Path(ROOT / "app").rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in ("宝安", "baoan", "查1", "查5"))
    ]
    assert named == []

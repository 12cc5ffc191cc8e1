"""What a phone is told that it may collect."""

from datetime import UTC, datetime, timedelta

from app.rules.collection import CollectionFacts, Mode, OpenWindow, may_collect
from app.rules.facts import DutyKind
from app.rules.policy import with_changes
from app.rules.wording import sentence
from tests.rules.policies import shipped

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = shipped("jiangshan")
CHECK = OpenWindow(DutyKind.LOCATION_CHECK, NOW + HOUR)
CHECK_IN = OpenWindow(DutyKind.CHECK_IN, NOW + 2 * HOUR)


def test_nothing_without_a_power() -> None:
    found = may_collect(CollectionFacts(None, ()), POLICY)

    assert (found.mode, found.until, found.interval_s, found.poll_after_s) == (Mode.NONE, None, None, 300)
    assert sentence(found.basis.code) == "现在没有允许采集位置的依据,手机不采集位置。"


def test_one_fix_for_an_open_location_check() -> None:
    found = may_collect(CollectionFacts(None, (CHECK,)), POLICY)

    assert (found.mode, found.until, found.interval_s) == (Mode.CHECKS, NOW + HOUR, None)
    assert "第二十六条" in sentence(found.basis.code)


def test_a_location_check_speaks_before_a_check_in() -> None:
    assert may_collect(CollectionFacts(None, (CHECK_IN, CHECK)), POLICY).until == NOW + HOUR
    assert may_collect(CollectionFacts(None, (CHECK_IN,)), POLICY).until == NOW + 2 * HOUR


def test_an_order_asks_for_a_track_until_its_end_whatever_else_is_open() -> None:
    changes = {"phone_under_order": True, "phone_under_order_basis": "县级规定,仅供测试"}
    policy = with_changes(POLICY, changes)

    found = may_collect(CollectionFacts(NOW + 9 * HOUR, (CHECK,)), policy)

    assert (found.mode, found.until, found.interval_s) == (Mode.CONTINUOUS, NOW + 9 * HOUR, 60)
    told = sentence(found.basis.code, dict(found.basis.params))
    assert "第二十九条" in told
    assert "县级规定,仅供测试" in told


def test_an_order_made_under_an_earlier_policy_is_told_without_a_basis_that_is_gone() -> None:
    found = may_collect(CollectionFacts(NOW + HOUR, ()), POLICY)

    assert found.mode is Mode.CONTINUOUS
    assert "第二十九条" in sentence(found.basis.code, dict(found.basis.params))

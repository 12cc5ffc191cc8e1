"""Within what a spot check may be ordered, and what an order brings about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.effects import ChangeDuty, Notify, OrderSpotCheck, PlanDuty, WriteAudit
from app.rules.errors import Conflict, Refused
from app.rules.facts import Actor, Channel, DutyKind, DutyState, Obligor, SubjectStatus
from app.rules.policy import Policy, parse_policy, with_changes
from app.rules.spot_checks import Ask, SpotFacts, SpotGround, Wanted, order, shortest
from app.rules.wording import sentence
from app.store.shipped_policies import shipped

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
OFFICER = Actor("user", UUID(int=2))
POLICY = parse_policy(shipped("jiangshan"))
FACTS = SpotFacts(
    subject_id=UUID(int=1),
    status=SubjectStatus.IN_CORRECTION,
    office_id=UUID(int=3),
    channel=Channel.SMARTPHONE,
    has_phone=True,
    policy_version_id=UUID(int=4),
    policy=POLICY,
    ordered_today=0,
    one_open=False,
)
WANTED = Wanted(UUID(int=9), 30, frozenset({Ask.POSITION}), SpotGround.ROUTINE, "例行", b"hash")


def changed(**changes: Any) -> Policy:
    return with_changes(POLICY, {key.replace("__", "."): value for key, value in changes.items()})


def test_an_order_opens_a_duty_with_its_power_and_tells_the_phone() -> None:
    plan, opened, record, notice, audit = order(FACTS, WANTED, OFFICER, now=NOW).effects
    assert isinstance(plan, PlanDuty)
    assert (plan.kind, plan.obligor, plan.opens_at, plan.due_at) == (
        DutyKind.SPOT_CHECK,
        Obligor.SUBJECT,
        NOW,
        NOW + 30 * MINUTE,
    )
    assert plan.covered_until == plan.grace_until == plan.due_at
    assert plan.judge_at == plan.due_at + 30 * SECOND
    assert plan.remind_at == NOW + 20 * MINUTE
    assert isinstance(opened, ChangeDuty)
    assert (opened.duty_id, opened.state, opened.actor) == (plan.id, DutyState.OPEN, OFFICER)
    assert isinstance(record, OrderSpotCheck)
    assert (record.duty_id, record.ordered_by, record.photo) == (plan.id, OFFICER, False)
    assert isinstance(notice, Notify)
    told = sentence(notice.wording.code, dict(notice.wording.params))
    assert told == "司法所抽查:这是例行抽查,每个人都可能被抽到。请在 09:30 前用手机签到一次。"
    assert isinstance(audit, WriteAudit)
    assert (audit.action, audit.reason) == ("spot_checks.order", "例行")


def test_the_same_order_gives_the_same_duty() -> None:
    first, second = (order(FACTS, WANTED, OFFICER, now=at).effects[0] for at in (NOW, NOW + MINUTE))
    assert isinstance(first, PlanDuty)
    assert isinstance(second, PlanDuty)
    assert first.id == second.id


@pytest.mark.parametrize(
    ("minutes", "policy", "code"),
    [
        (14, POLICY, "spot_check_limit"),
        (15, POLICY, None),
        (240, POLICY, None),
        (241, POLICY, "spot_check_limit"),
        (15, changed(poll_after_s=600), "spot_check_limit"),
        (30, changed(poll_after_s=600), None),
        (5, changed(poll_after_s=60, spot_checks__min_minutes=5), None),
    ],
)
def test_the_limit_is_the_policys_and_leaves_a_phone_three_polls(
    minutes: int, policy: Policy, code: str | None
) -> None:
    assert refusal(replace(FACTS, policy=policy), replace(WANTED, limit_minutes=minutes), NOW) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-03-02T06:59:59+08:00", "spot_check_hours"),
        ("2026-03-02T07:00:00+08:00", None),
        ("2026-03-02T21:59:59+08:00", None),
        ("2026-03-02T22:00:00+08:00", "spot_check_hours"),
        ("2026-03-02T03:00:00+00:00", None),
    ],
)
def test_the_hours_of_the_day_are_local(at: str, code: str | None) -> None:
    assert refusal(FACTS, WANTED, datetime.fromisoformat(at)) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ordered_today": 2}, None),
        ({"ordered_today": 3}, "spot_check_enough"),
        ({"one_open": True}, "spot_check_open"),
        ({"has_phone": False}, "spot_check_without_phone"),
        ({"channel": Channel.NO_SMARTPHONE}, "spot_check_without_phone"),
        ({"status": SubjectStatus.ENDED}, "not_in_correction"),
        ({"status": SubjectStatus.NOTICED}, "not_in_correction"),
        ({"policy": changed(spot_checks__per_day=0)}, "spot_check_enough"),
    ],
)
def test_what_stands_against_an_order(changes: dict[str, Any], code: str | None) -> None:
    assert refusal(replace(FACTS, **changes), WANTED, NOW) == code


@pytest.mark.parametrize(
    ("how", "question", "photos", "code"),
    [
        ({Ask.PHOTO}, None, "off", "photos_off"),
        ({Ask.PHOTO}, None, "allowed", None),
        ({Ask.ANSWER}, "现在和谁在一起?", "off", None),
        ({Ask.ANSWER}, None, "off", "spot_check_question"),
        ({Ask.POSITION}, "现在和谁在一起?", "off", "spot_check_question"),
    ],
)
def test_what_may_be_asked_for(how: set[Ask], question: str | None, photos: str, code: str | None) -> None:
    policy = changed(photos__check_ins=photos, photos__basis="依据")
    assert refusal(replace(FACTS, policy=policy), replace(WANTED, how=frozenset(how), question=question), NOW) == code


def refusal(facts: SpotFacts, wanted: Wanted, now: datetime) -> str | None:
    try:
        order(facts, wanted, OFFICER, now=now)
    except (Refused, Conflict) as error:
        return error.code if sentence(error.code, error.params) else ""
    return None


def test_the_shortest_limit_is_rounded_up() -> None:
    assert shortest(changed(poll_after_s=301)) == 16

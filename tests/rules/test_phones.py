"""Which phones need a hand, what their owners are told, and which were not with them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.effects import RaiseAlert, RecoverAlert
from app.rules.facts import AlertKind, Cause, Strength
from app.rules.phones import Apart, PhoneFacts, look
from app.rules.wording import sentence
from tests.rules.policies import shipped

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FACTS = PhoneFacts(UUID(int=1), UUID(int=2), UUID(int=3), shipped("jiangshan"), NOW - HOUR, None, None)
CLOCK = {"check_ins": 3, "check_ins_from": NOW - 3 * DAY, "check_ins_until": NOW - DAY, "least_off": 15 * MINUTE}


@pytest.mark.parametrize(
    ("known", "troubles"),
    [
        ({}, None),
        ({"no_place_since": NOW - 12 * HOUR + SECOND}, None),
        ({"no_place_since": NOW - 12 * HOUR}, "permission"),
        ({"no_place_since": NOW - 3 * DAY, "heard_at": NOW - DAY}, None),
        ({"saver_since": NOW - 3 * DAY + SECOND}, None),
        ({"saver_since": NOW - 3 * DAY}, "saver"),
        (CLOCK, "clock"),
        ({**CLOCK, "least_off": 15 * MINUTE - SECOND}, None),
        ({**CLOCK, "check_ins": 2}, None),
        ({**CLOCK, "check_ins_from": NOW - 3 * DAY + SECOND}, None),
        ({**CLOCK, "no_place_since": NOW - DAY, "saver_since": NOW - 4 * DAY}, "permission+saver+clock"),
    ],
)
def test_what_ails_a_phone_is_told_in_one_alert(known: dict[str, Any], troubles: str | None) -> None:
    effects = look(replace(FACTS, **known), now=NOW).effects

    if troubles is None:
        assert effects == ()
        return
    [alert] = effects
    assert isinstance(alert, RaiseAlert)
    assert (alert.kind, alert.cause, alert.strength) == (AlertKind.DEVICE_TROUBLE, Cause.PHONE, Strength.WEAK)
    assert dict(alert.why.params)["troubles"] == troubles
    told = sentence(alert.why.code, dict(alert.why.params))
    assert "请告诉本人" in told
    assert troubles not in told


def test_it_is_told_once_and_is_over_when_nothing_ails_the_phone() -> None:
    assert look(replace(FACTS, saver_since=NOW - 9 * DAY, told=True), now=NOW).effects == ()
    [over] = look(replace(FACTS, told=True), now=NOW).effects
    assert isinstance(over, RecoverAlert)


@pytest.mark.parametrize(("metres", "asked"), [(999.0, False), (1000.0, True)])
def test_a_phone_far_from_a_talk_with_its_owner(metres: float, asked: bool) -> None:
    talk = Apart(UUID(int=9), NOW - 5 * HOUR, metres)

    found = look(replace(FACTS, apart=(talk,)), now=NOW).effects

    kinds = [(effect.kind, effect.cause) for effect in found if isinstance(effect, RaiseAlert)]
    assert kinds == ([(AlertKind.SUSPECTED_SEPARATION, Cause.UNSURE)] if asked else [])

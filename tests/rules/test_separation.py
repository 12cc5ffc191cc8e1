"""When a phone that answers while nobody does asks a person to look, and when it does not."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.duties import Asked, DutyFacts, JudgeFacts, PhoneFacts, Unanswered, judge
from app.rules.effects import RaiseAlert
from app.rules.effects.causes import WeighCause
from app.rules.facts import About, AlertKind, Cause, Channel, DutyKind, DutyState, Obligor, Strength
from app.rules.wording import sentence
from tests.rules.policies import shipped

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
MORNING = datetime(2026, 3, 2, 8, tzinfo=SHANGHAI).astimezone(UTC)
OPENS, DUE = MORNING + 180 * MINUTE, MORNING + 240 * MINUTE
NOW = DUE + 31 * MINUTE
SPOT = DutyFacts(
    UUID(int=1), UUID(int=2), UUID(int=3), DutyKind.SPOT_CHECK, Obligor.SUBJECT, DutyState.OPEN, OPENS, DUE
)
WINDOW = replace(SPOT, kind=DutyKind.CHECK_IN)
HEARD = PhoneFacts(last_heard_at=DUE + MINUTE, battery_percent=80)
STILL_M = 2 * shipped("jiangshan").places.drift_m
EARLIER: dict[str, Any] = {"before": 1, "since": MORNING}
WEAK, MEDIUM = Strength.WEAK, Strength.MEDIUM
ASKED = Asked(About("duty", UUID(int=8)), MORNING, WEAK)


def facts(duty: DutyFacts, phone: PhoneFacts = HEARD, **before: Any) -> JudgeFacts:
    planned_at = duty.opens_at
    policy = shipped("jiangshan")
    return JudgeFacts(duty, duty.kind, planned_at, UUID(int=4), policy, phone=phone, unanswered=Unanswered(**before))


def raised(judged: JudgeFacts) -> list[RaiseAlert]:
    effects = judge(judged, now=NOW).effects
    found = [effect for effect in effects if isinstance(effect, RaiseAlert)]
    return [alert for alert in found if alert.kind is AlertKind.SUSPECTED_SEPARATION]


@dataclass(frozen=True)
class Case:
    name: str
    facts: JudgeFacts
    told: tuple[str, Strength] | None


@pytest.mark.parametrize(
    "case",
    [
        Case("a spot check alone", facts(SPOT), ("apart_spot_check", WEAK)),
        Case("a spot check, the phone lay still", facts(SPOT, window_m=STILL_M), ("apart_spot_check", WEAK)),
        Case("a spot check, the phone was carried", facts(SPOT, window_m=STILL_M + 1), None),
        Case("a window alone", facts(WINDOW, window_m=0.0), None),
        Case("a window and a spot check", facts(SPOT, **EARLIER), ("apart_in_a_row", WEAK)),
        Case("both, still", facts(SPOT, **EARLIER, row_m=STILL_M), ("apart_in_a_row_still", MEDIUM)),
        Case("a spot check and then a window, still", facts(WINDOW, **EARLIER, spot_checks=1, row_m=9.0),
             ("apart_in_a_row_still", MEDIUM)),
        Case("moved before the spot check", facts(SPOT, **EARLIER, row_m=STILL_M + 1, window_m=9.0),
             ("apart_spot_check", WEAK)),
        Case("moved in both", facts(SPOT, **EARLIER, row_m=900.0, window_m=900.0), None),
        Case("two windows, nobody knows where", facts(WINDOW, **EARLIER), None),
        Case("two windows, still", facts(WINDOW, **EARLIER, row_m=STILL_M), ("apart_in_a_row_still", WEAK)),
        Case("two windows, carried", facts(WINDOW, **EARLIER, row_m=STILL_M + 1), None),
        Case("three windows, still", facts(WINDOW, before=2, since=MORNING, row_m=9.0),
             ("apart_in_a_row_still", MEDIUM)),
    ],
    ids=lambda case: case.name,
)  # fmt: skip
def test_what_nobody_answered(case: Case) -> None:
    alerts = raised(case.facts)

    assert [(alert.why.code, alert.strength) for alert in alerts] == ([] if case.told is None else [case.told])
    for alert in alerts:
        told = sentence(alert.why.code, dict(alert.why.params))
        assert "请核实" in told
        assert (alert.cause, alert.event_at, alert.about.kind) == (Cause.UNSURE, OPENS, "subject")


@pytest.mark.parametrize("duty", [SPOT, WINDOW], ids=["spot check", "window"])
@pytest.mark.parametrize(
    "phone",
    [
        PhoneFacts(),
        replace(HEARD, last_heard_at=OPENS - SECOND),
        replace(HEARD, location_permission="denied"),
        replace(HEARD, tried=True),
    ],
    ids=["never heard", "silent before", "no permission", "somebody tried"],
)
def test_a_phone_that_explains_it_asks_nothing(duty: DutyFacts, phone: PhoneFacts) -> None:
    assert raised(facts(duty, phone, **EARLIER, row_m=0.0)) == []


@pytest.mark.parametrize(
    ("duty", "heard", "asks"), [(SPOT, OPENS, True), (WINDOW, DUE - SECOND, False), (WINDOW, DUE, True)]
)
def test_until_when_a_phone_has_to_be_heard(duty: DutyFacts, heard: datetime, asks: bool) -> None:
    assert bool(raised(facts(duty, replace(HEARD, last_heard_at=heard), **EARLIER, row_m=0.0))) is asks


def test_who_cannot_answer_is_not_asked_about() -> None:
    assert raised(facts(SPOT, **EARLIER, row_m=0.0, only_reports=True)) == []
    assert raised(facts(replace(SPOT, channel=Channel.NO_SMARTPHONE), **EARLIER, row_m=0.0)) == []


@pytest.mark.parametrize(
    ("asked", "anew"),
    [(ASKED, True), (replace(ASKED, strength=MEDIUM), False), (replace(ASKED, closed=True), False)],
    ids=["weaker", "as strong", "looked at"],
)
def test_within_a_day_one_alert_is_told_anew_and_none_is_added(asked: Asked, anew: bool) -> None:
    judged = facts(SPOT, **EARLIER, row_m=0.0, asked=asked)

    assert raised(judged) == []
    weighed = [effect for effect in judge(judged, now=NOW).effects if isinstance(effect, WeighCause)]
    assert [(one.source, one.event_at, one.strength, one.why.code) for one in weighed] == (
        [(ASKED.source, MORNING, MEDIUM, "apart_in_a_row_still")] if anew else []
    )

"""Who may take an alert on, what closing it sets off, and which alert comes first."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from app.rules.alerts import AlertFacts, acknowledge, close, urgency
from app.rules.effects import AcknowledgeAlert, CloseAlert, MoveSilenceCheck, WriteAudit
from app.rules.errors import Conflict
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    CloseReason,
    Condition,
    Handling,
    LadderStep,
    Strength,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ALERT = UUID("0190a000-0000-7000-8000-00000000a1e7")
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
XU = Actor("user", UUID("0190a000-0000-7000-8000-000000000002"))
WANG = Actor("user", UUID("0190a000-0000-7000-8000-000000000003"))

OPEN = AlertFacts(ALERT, SUBJECT, AlertKind.MISSED_CHECK_IN, Handling.OPEN, None, silent=False)
IN_HAND = replace(OPEN, handling=Handling.ACKNOWLEDGED, acknowledged_by=XU.id)
CLOSED = replace(IN_HAND, handling=Handling.CLOSED)


def test_taking_an_alert_on_is_recorded() -> None:
    assert acknowledge(OPEN, XU, now=NOW).effects == (
        AcknowledgeAlert(ALERT, XU, NOW),
        WriteAudit(NOW, XU, "alert.acknowledged", SUBJECT, About("alert", ALERT)),
    )


def test_taking_it_on_again_changes_nothing() -> None:
    assert acknowledge(IN_HAND, XU, now=NOW).effects == ()


def test_a_colleague_takes_it_over() -> None:
    assert acknowledge(IN_HAND, WANG, now=NOW).effects[0] == AcknowledgeAlert(ALERT, WANG, NOW)


@pytest.mark.parametrize("facts", [OPEN, IN_HAND], ids=["open", "in hand"])
def test_closing_takes_reason_and_result(facts: AlertFacts) -> None:
    assert close(facts, WANG, CloseReason.PHONE, "电话联系上本人", now=NOW).effects == (
        CloseAlert(ALERT, WANG, NOW, CloseReason.PHONE, "电话联系上本人"),
        WriteAudit(NOW, WANG, "alert.closed", SUBJECT, About("alert", ALERT), details={"reason": "phone"}),
    )


def test_what_is_closed_stays_closed() -> None:
    with pytest.raises(Conflict, match="alert_closed"):
        acknowledge(CLOSED, XU, now=NOW)
    with pytest.raises(Conflict, match="alert_closed"):
        close(CLOSED, XU, CloseReason.REAL, "再次办结", now=NOW)


@pytest.mark.parametrize(
    ("kind", "silent", "looked_at"),
    [
        (AlertKind.LOST_CONTACT, True, True),
        (AlertKind.LOST_CONTACT, False, False),
        (AlertKind.MISSED_CHECK_IN, True, False),
    ],
)
def test_closing_does_not_make_a_silent_phone_speak(kind: AlertKind, silent: bool, looked_at: bool) -> None:
    facts = replace(OPEN, kind=kind, silent=silent)
    looks = [
        e for e in close(facts, XU, CloseReason.REAL, "已走访", now=NOW).effects if isinstance(e, MoveSilenceCheck)
    ]
    assert looks == ([MoveSilenceCheck(SUBJECT, NOW, silent=False, since=NOW)] if looked_at else [])


def score(
    kind: AlertKind = AlertKind.MISSED_CHECK_IN,
    strength: Strength = Strength.MEDIUM,
    condition: Condition = Condition.ACTIVE,
    handling: Handling = Handling.OPEN,
    step: LadderStep | None = LadderStep.OFFICE,
) -> int:
    return urgency(kind, strength, condition, handling, step)


def test_what_comes_first() -> None:
    in_order = [
        score(AlertKind.LOST_CONTACT),
        score(strength=Strength.STRONG, step=LadderStep.COUNTY),
        score(strength=Strength.STRONG),
        score(),
        score(strength=Strength.WEAK),
        score(AlertKind.VISIT_OVERDUE, Strength.STRONG),
        score(AlertKind.LOST_CONTACT, handling=Handling.ACKNOWLEDGED),
        score(AlertKind.LOST_CONTACT, condition=Condition.RECOVERED),
        score(AlertKind.LOST_CONTACT, condition=Condition.RECOVERED, handling=Handling.ACKNOWLEDGED),
        score(AlertKind.LOST_CONTACT, handling=Handling.CLOSED),
    ]
    assert in_order == sorted(in_order, reverse=True)
    assert len(set(in_order)) == len(in_order)


RESTS = list(product(AlertKind, Strength, [None, *LadderStep]))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ((Condition.ACTIVE, Handling.ACKNOWLEDGED), (Condition.RECOVERED, Handling.OPEN)),
        ((Condition.ACTIVE, Handling.OPEN), (Condition.ACTIVE, Handling.ACKNOWLEDGED)),
        ((Condition.RECOVERED, Handling.OPEN), (Condition.RECOVERED, Handling.ACKNOWLEDGED)),
        ((Condition.RECOVERED, Handling.ACKNOWLEDGED), (Condition.ACTIVE, Handling.CLOSED)),
    ],
)
def test_nothing_moves_an_alert_past_its_class(
    first: tuple[Condition, Handling], then: tuple[Condition, Handling]
) -> None:
    lowest = min(urgency(kind, strength, *first, step) for kind, strength, step in RESTS)
    highest = max(urgency(kind, strength, *then, step) for kind, strength, step in RESTS)
    assert lowest > highest

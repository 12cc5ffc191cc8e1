"""What people do about an alert: who may take it on, what closing it sets off; and which alert comes first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.effects import AcknowledgeAlert, CloseAlert, Decision, MoveSilenceCheck, RecoverAlert, WriteAudit
from app.rules.effects.occasions import occasion
from app.rules.errors import Conflict
from app.rules.facts import (
    ABOUT_A_PERSON,
    About,
    Actor,
    AlertKind,
    CloseReason,
    Condition,
    Handling,
    LadderStep,
    OccasionKind,
    Reason,
    Strength,
)

KIND_WEIGHT: dict[AlertKind, int] = {
    AlertKind.SUSPECTED_SEPARATION: 500,
    AlertKind.FORBIDDEN_ZONE: 480,
    AlertKind.LEFT_ZONE: 460,
    AlertKind.LEFT_AREA: 440,
    AlertKind.LOST_CONTACT: 420,
    AlertKind.MISSED_INTAKE: 400,
    AlertKind.LEAVE_OVERDUE: 360,
    AlertKind.SUSPECTED_FAKE: 340,
    AlertKind.MISSED_CHECK_IN: 300,
    AlertKind.DEVICE_TROUBLE: 220,
    AlertKind.HANDLING_OVERDUE: 200,
    AlertKind.ORDER_EXPIRING: 180,
    AlertKind.VISIT_OVERDUE: 140,
    AlertKind.TALK_OVERDUE: 120,
}
"""What may be happening to whom weighs most: a person out of reach before a record that is late."""

HANDLING_WEIGHT: dict[Handling, int] = {Handling.OPEN: 1000, Handling.ACKNOWLEDGED: 0, Handling.CLOSED: -5000}
CONDITION_WEIGHT: dict[Condition, int] = {Condition.ACTIVE: 2000, Condition.RECOVERED: 0}
STRENGTH_WEIGHT: dict[Strength, int] = {Strength.STRONG: 60, Strength.MEDIUM: 30, Strength.WEAK: 0}
TALKED_OVER = frozenset(ABOUT_A_PERSON) - {AlertKind.MISSED_INTAKE}
"""Alerts of which one that proves true is talked over; somebody who has not come yet is not there to talk to."""

STEP_WEIGHT: dict[LadderStep | None, int] = {
    LadderStep.CITY: 90,
    LadderStep.COUNTY: 45,
    LadderStep.OFFICE: 0,
    None: 0,
}


@dataclass(frozen=True)
class AlertFacts:
    """One alert as it stands under the subject's lock.

    `silent`: the subject's phone is known to be silent and was not heard since. `left_since_told`: it was told of as
    one that nobody brings to an end, which closing it ends as well.
    """

    alert_id: UUID
    subject_id: UUID
    kind: AlertKind
    handling: Handling
    acknowledged_by: UUID | None
    silent: bool
    left_since_told: bool = False


def acknowledge(facts: AlertFacts, actor: Actor, *, now: datetime) -> Decision:
    """The actor takes the alert on, also from a colleague who had; the ladder stops. Again is the same as once.

    Conflict `alert_closed` where somebody closed it already.
    """
    if facts.handling is Handling.CLOSED:
        raise Conflict("alert_closed")
    if facts.acknowledged_by == actor.id:
        return Decision()
    audit = WriteAudit(now, actor, "alert.acknowledged", facts.subject_id, About("alert", facts.alert_id))
    return Decision((AcknowledgeAlert(facts.alert_id, actor, now), audit))


def close(facts: AlertFacts, actor: Actor, reason: CloseReason, result: str, *, now: datetime) -> Decision:
    """A named user closes the alert with reason and result. Conflict `alert_closed` where that was done already.

    Closing does not make a silent phone speak: its silence is looked at anew, and counts from the closing. What proved
    true of the person is an occasion for a talk from that instant on.
    """
    if facts.handling is Handling.CLOSED:
        raise Conflict("alert_closed")
    about = About("alert", facts.alert_id)
    audit = WriteAudit(now, actor, "alert.closed", facts.subject_id, about, details={"reason": reason.value})
    closed = Decision((CloseAlert(facts.alert_id, actor, now, reason, result), audit))
    if facts.left_since_told:
        over, source = About("subject", facts.subject_id), About("alert", facts.alert_id)
        kind, why = AlertKind.HANDLING_OVERDUE, Reason("handling_caught_up")
        closed += Decision((RecoverAlert(facts.subject_id, kind, over, now, now, why, source=source),))
    if reason is CloseReason.REAL and facts.kind in TALKED_OVER:
        closed += Decision((occasion(facts.subject_id, OccasionKind.ALERT_REAL, about, now, actor, now=now),))
    if facts.kind is AlertKind.LOST_CONTACT and facts.silent:
        return closed + Decision((MoveSilenceCheck(facts.subject_id, now, silent=False, since=now),))
    return closed


def urgency(
    kind: AlertKind, strength: Strength, condition: Condition, handling: Handling, step: LadderStep | None
) -> int:
    """How soon somebody should look: higher first, and among equals the older first.

    What goes on comes before what is over, what nobody has taken on before what somebody has, and closed ones last;
    then counts the kind, past whose neighbours evidence and the height on the ladder may move it.
    """
    return (
        HANDLING_WEIGHT[handling]
        + CONDITION_WEIGHT[condition]
        + KIND_WEIGHT[kind]
        + STRENGTH_WEIGHT[strength]
        + STEP_WEIGHT[step]
    )

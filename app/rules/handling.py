"""Alerts that nobody brings to an end (事项办理超时): what goes on for days and was not closed is told of once more.

Taking an alert on stops its ladder, so that what somebody took on and forgot climbs no more. It is looked for each
morning: one alert for each person, in which every such alert is an occurrence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision, RaiseAlert, RecoverAlert
from app.rules.facts import ABOUT_A_PERSON, About, AlertKind, Cause, Reason, Strength

RULE_CODE = "handling"
WATCHED = ABOUT_A_PERSON
"""What is about a person. What an office owes is ended by doing it, and a phone that needs a hand can wait."""


@dataclass(frozen=True)
class Unhandled:
    """An alert that goes on and that nobody closed. `since` is when its newest occurrence was raised."""

    alert_id: UUID
    subject_id: UUID
    office_id: UUID
    kind: AlertKind
    since: datetime
    taken: bool
    handle_within_h: float
    policy_version_id: UUID


def overdue(facts: Unhandled, *, now: datetime) -> Decision:
    """An occurrence of the person's alert, once the time that the policy gives is over; else nothing."""
    due_at = facts.since + timedelta(hours=facts.handle_within_h)
    if now < due_at:
        return Decision()
    told = (
        ("kind", facts.kind.value),
        ("since", facts.since.astimezone(SHANGHAI).isoformat(timespec="minutes")),
        ("hours", f"{facts.handle_within_h:g}"),
    )
    return Decision(
        (
            RaiseAlert(
                subject_id=facts.subject_id,
                office_id=facts.office_id,
                kind=AlertKind.HANDLING_OVERDUE,
                about=About("subject", facts.subject_id),
                source=About("alert", facts.alert_id),
                event_at=due_at,
                at=now,
                why=Reason("handling_overdue_taken" if facts.taken else "handling_overdue_untaken", told),
                cause=Cause.UNSURE,
                strength=Strength.STRONG,
                rule_code=RULE_CODE,
                policy_version_id=facts.policy_version_id,
                evidence={"alert_id": facts.alert_id},
            ),
        )
    )


def settled(subject_id: UUID, alert_id: UUID, *, now: datetime) -> Decision:
    """The alert was closed, or what it told of is over: so is that it was left."""
    over, about = Reason("handling_caught_up"), About("subject", subject_id)
    source = About("alert", alert_id)
    return Decision((RecoverAlert(subject_id, AlertKind.HANDLING_OVERDUE, about, now, now, over, source=source),))

"""A subject's way through correction: registered, moved between classes, ended. Judged here, written by the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.effects import (
    CancelPlanned,
    ChangeDuty,
    Decision,
    MovePlan,
    MoveSilenceCheck,
    RecoverAlert,
    WriteAudit,
)
from app.rules.effects.occasions import occasion
from app.rules.errors import Conflict, Refused
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Channel,
    DutyKind,
    DutyState,
    EndReason,
    OccasionKind,
    Reason,
    SubjectStatus,
    SupervisionClass,
)


@dataclass(frozen=True)
class Standing:
    """How a subject stands: `class_since` is when the present class began, None before registration."""

    subject_id: UUID
    status: SubjectStatus
    office_id: UUID
    channel: Channel
    class_: SupervisionClass | None
    class_since: datetime | None
    registered_at: datetime | None
    planned_until: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None


@dataclass(frozen=True)
class UnsettledDuty:
    """A duty that is planned or open, whoever owes it."""

    id: UUID
    opens_at: datetime
    state: DutyState


@dataclass(frozen=True)
class ActiveAlert:
    """An alert whose condition goes on."""

    kind: AlertKind
    about: About


def register(
    subject_id: UUID, channel: Channel, silence: timedelta, *, registration_id: UUID, now: datetime, actor: Actor
) -> Decision:
    """From now on the subject is supervised: silence counts from registration, the act is recorded, and intake is an
    occasion for visits and talks.
    """
    source = About("registration", registration_id)
    return Decision(
        (
            _silence_check(subject_id, channel, silence, now),
            WriteAudit(now, actor, "subject.register", subject_id),
            occasion(subject_id, OccasionKind.INTAKE, source, now, actor, now=now),
        )
    )


def change_class(
    standing: Standing,
    class_: SupervisionClass,
    *,
    change_id: UUID,
    at: datetime,
    note: str,
    now: datetime,
    actor: Actor,
) -> Decision:
    """Record that the class changes from `at` on, which is an occasion for visits and talks; what was planned by the
    old class is planned anew by the caller.

    Conflict where nobody is under correction or the class is the present one; Refused where `at` lies ahead or
    before the present class began.
    """
    refuse_unsupervised(standing)
    if class_ is standing.class_:
        raise Conflict("class_unchanged")
    if at > now:
        raise Refused("class_change_ahead", fields={"at": "class_change_ahead"})
    if standing.class_since is not None and at < standing.class_since:
        raise Refused("class_change_before", fields={"at": "class_change_before"})
    details = {"from": standing.class_, "to": class_}
    source = About("class_period", change_id)
    return Decision(
        (
            WriteAudit(now, actor, "subject.change_class", standing.subject_id, reason=note, details=details),
            occasion(standing.subject_id, OccasionKind.CLASS_CHANGE, source, at, actor, now=now),
        )
    )


def change_channel(standing: Standing, channel: Channel, silence: timedelta, *, now: datetime) -> Decision:
    """Silence is watched from now on where the subject gets a smartphone, and no more where it gives it up.

    Then a silence that was alerted is over too, since nothing could end it any more; a person still closes the alert.
    """
    refuse_unsupervised(standing)
    look = _silence_check(standing.subject_id, channel, silence, now)
    if channel is Channel.SMARTPHONE:
        return Decision((look,))
    about = About("subject", standing.subject_id)
    over = RecoverAlert(standing.subject_id, AlertKind.LOST_CONTACT, about, now, now, Reason("phone_given_up"))
    return Decision((over, look))


def end(
    standing: Standing,
    reason: EndReason,
    duties: tuple[UnsettledDuty, ...],
    alerts: tuple[ActiveAlert, ...],
    *,
    note: str | None,
    now: datetime,
    actor: Actor,
) -> Decision:
    """Nothing is owed, watched or escalated from `now` on. Also for somebody who was awaited and will not come.

    What has opened is cancelled by an event of its own, so that its power to collect stays on record. Alerts
    are over, which stops their ladder; they still wait for a person to close them. Conflict `already_ended`.
    """
    if standing.status is SubjectStatus.ENDED:
        raise Conflict("already_ended")
    why = Reason("supervision_ended")
    opened = (duty for duty in duties if duty.opens_at < now or duty.state is DutyState.OPEN)
    return Decision(
        (
            CancelPlanned(standing.subject_id, now, tuple(DutyKind), now, why, actor),
            *(ChangeDuty(duty.id, DutyState.CANCELLED, now, why, actor, note=note) for duty in opened),
            MovePlan(standing.subject_id, None),
            MoveSilenceCheck(standing.subject_id, None, silent=False),
            *(RecoverAlert(standing.subject_id, alert.kind, alert.about, now, now, why) for alert in alerts),
            WriteAudit(now, actor, "subject.end", standing.subject_id, reason=note, details={"reason": reason}),
        )
    )


def refuse_unsupervised(standing: Standing) -> None:
    """Conflict `not_in_correction` for somebody who is awaited or whose correction ended."""
    if standing.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")


def _silence_check(subject_id: UUID, channel: Channel, silence: timedelta, now: datetime) -> MoveSilenceCheck:
    watched = channel is Channel.SMARTPHONE
    return MoveSilenceCheck(subject_id, now + silence if watched else None, silent=False, since=now)

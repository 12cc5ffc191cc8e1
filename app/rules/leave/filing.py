"""After a decision: the procuratorate told of long leave, and permits that end told in time [Measures 27, 29]."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.effects.leave import PermitReminded, TellProcuratorate
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor, Reason
from app.rules.leave.facts import Leave
from app.rules.leave.kinds import LeaveLevel
from app.rules.leave.moments import moment, tell_subject, tell_users


@dataclass(frozen=True)
class EndingPermit:
    """A permit of which the end draws near, with the officers of the person's office."""

    id: UUID
    subject_id: UUID
    until: datetime
    officers: tuple[UUID, ...]


def tell_procuratorate(
    subject_id: UUID, leave: Leave, told_at: datetime, note: str, actor: Actor, *, now: datetime
) -> Decision:
    """The county records that it told the procuratorate, when and how. Once: Conflict `procuratorate_told`.

    Conflict `procuratorate_not_needed` for what the city did not approve; Refused for a time that has not come.
    """
    if leave.decided_level is not LeaveLevel.CITY or leave.counts_from is None:
        raise Conflict("procuratorate_not_needed")
    if leave.told_procuratorate_at is not None:
        if leave.told_procuratorate_at == told_at:
            return Decision()
        raise Conflict("procuratorate_told")
    if told_at > now:
        raise Refused("leave_report_ahead", fields={"told_at": "leave_report_ahead"})
    about = About("leave", leave.id)
    return Decision(
        (
            TellProcuratorate(leave.id, actor, told_at, note),
            WriteAudit(now, actor, "leave.tell_procuratorate", subject_id, about, note),
        )
    )


def permit_ends(permit: EndingPermit, *, now: datetime) -> Decision:
    """Once, in time to ask anew: the person and the office are told that the permit ends."""
    if permit.until <= now:
        return Decision((PermitReminded(permit.id),))
    wording = Reason("permit_ends_soon", (("until", moment(permit.until)),))
    office = Reason("permit_ends_soon_office", (("until", moment(permit.until)),))
    notices: tuple[Notify, ...] = (
        tell_subject(permit.subject_id, permit.id, "ends", wording, now),
        *tell_users(permit.officers, permit.subject_id, permit.id, "ends", office, now),
    )
    return Decision((PermitReminded(permit.id), *notices))

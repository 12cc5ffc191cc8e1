"""Periods announced for all people of an office: sensitive times, security for great events (敏感时期、重大活动安保).

What follows from one, such as a talk some days before it begins, the work rule of each place says.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.rules.calendar import end_of_day, start_of_day
from app.rules.effects import Decision, WriteAudit
from app.rules.effects.occasions import PeriodKind
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor

LONGEST = timedelta(days=184)
"""Half a year: what lasts longer is no period but the usual state, and belongs into the work rule."""


@dataclass(frozen=True)
class Announced:
    """What somebody announces, in local days, both included."""

    id: UUID
    office_id: UUID
    kind: PeriodKind
    title: str
    from_day: date
    to_day: date
    reason: str
    body_hash: bytes

    @property
    def from_at(self) -> datetime:
        """When it begins."""
        return start_of_day(self.from_day)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return end_of_day(self.to_day)


@dataclass(frozen=True)
class Standing:
    """A period as it stands."""

    id: UUID
    office_id: UUID
    withdrawn_by: UUID | None
    withdraw_reason: str | None


def announce(period: Announced, actor: Actor, *, now: datetime) -> Decision:
    """The act, on record. Refused `ends_before_it_begins`, `period_over`, `period_too_long`."""
    if period.to_day < period.from_day:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if period.until <= now:
        raise Refused("period_over", fields={"to": "period_over"})
    if period.until - period.from_at > LONGEST:
        raise Refused("period_too_long", fields={"to": "period_too_long"})
    details = {"office_id": str(period.office_id), "from": period.from_day.isoformat(), "to": period.to_day.isoformat()}
    about = About("period", period.id)
    return Decision((WriteAudit(now, actor, "periods.announce", None, about, period.reason, details),))


def withdraw(period: Standing, reason: str, actor: Actor, *, now: datetime) -> Decision | None:
    """The act, on record; None where the same user did the same before. Conflict `period_withdrawn`."""
    if period.withdraw_reason is not None:
        if (period.withdrawn_by, period.withdraw_reason) == (actor.id, reason):
            return None
        raise Conflict("period_withdrawn")
    about = About("period", period.id)
    return Decision((WriteAudit(now, actor, "periods.withdraw", None, about, reason),))

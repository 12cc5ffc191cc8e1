"""Who may say that somebody is not on duty."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.errors import NotAllowed, Refused
from app.rules.facts import Actor, Role

FOR_OTHERS = (Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.ADMIN)
LONGEST = timedelta(days=366)
"""Whoever is away for longer has another post by then: the role is withdrawn instead."""


@dataclass(frozen=True)
class Away:
    """A time in which a user is not on duty, [from_at, to_at)."""

    id: UUID
    user_id: UUID
    from_at: datetime
    to_at: datetime
    note: str | None


def refuse_for_others(actor: Actor, user_id: UUID) -> None:
    """NotAllowed where an absence of somebody else is not the actor's to note: the county's staff and admins may."""
    if actor.id != user_id and not actor.has(*FOR_OTHERS):
        raise NotAllowed("not_allowed")


def refuse_unfit_time(from_at: datetime, to_at: datetime, *, now: datetime) -> None:
    """Refused where the time is empty, over already, or longer than a year."""
    if not from_at < to_at:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if to_at <= now:
        raise Refused("absence_over", fields={"to": "absence_over"})
    if to_at - from_at > LONGEST:
        raise Refused("absence_too_long", fields={"to": "absence_too_long"})

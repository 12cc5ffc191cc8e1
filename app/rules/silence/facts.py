"""The values that judgments about a silence stand on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import Hold
from app.rules.policy import Policy

# Phones word it in their own ways; each of these says that the app gets no place.
PERMISSION_LOST = frozenset({"denied", "services_off", "restricted", "never", "none", "off", "lost"})


@dataclass(frozen=True, slots=True)
class Span:
    """From `from_at` until `until`, exclusive: an order's term, or a time in which the service was away."""

    from_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """What the phone said of itself last before it fell silent; `told_at` is when, None where that is not known."""

    battery_percent: int | None = None
    location_permission: str | None = None
    battery_saver: bool | None = None
    network: str | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signs:
    """What else is known around one silence: metres and numbers, no places.

    Before it: the last fix (`edge_m` from the edge of the permitted area, `outside` it with its whole circle, or
    neither known), by how much the one before lay farther inside (`outward_m`), whether the person logged out or the
    push service said that the app is gone, check-ins missed while the phone was heard. Meanwhile: an officer met the
    person (`met_at`). After it, else None: whether the phone had been restarted, the number of tenths of the silence
    of which it sent fixes or check-ins made then (`tenths_kept`), and whether the first fix was outside.
    `boots` is how many starts of the phone are known by now.
    """

    edge_m: float | None = None
    outside: bool | None = None
    outward_m: float | None = None
    logged_out: bool = False
    app_gone: bool = False
    missed_while_heard: int = 0
    met_at: datetime | None = None
    heard_again_at: datetime | None = None
    restarted: bool | None = None
    tenths_kept: int = 0
    back_outside: bool | None = None
    boots: int = 0


@dataclass(frozen=True, slots=True)
class SilenceFacts:
    """One subject. `watched` is false for those who carry no smartphone or are not under correction any more.

    `counts_from` is when the subject was last given a smartphone, or a person closed the alert of a silence that went
    on: the silence counts anew from there. `orders` are the terms that end after the silence began; `away` the times
    since then in which the API was away, in order; `holds` the outages of many that touched the phone since then.
    """

    subject_id: UUID
    office_id: UUID
    watched: bool
    registered_at: datetime
    last_heard_at: datetime | None
    counts_from: datetime | None
    orders: tuple[Span, ...]
    away: tuple[Span, ...]
    health: PhoneHealth
    policy_version_id: UUID
    policy: Policy
    holds: tuple[Hold, ...] = ()
    signs: Signs = Signs()


@dataclass(frozen=True, slots=True)
class Episode:
    """One silence that was alerted about, to be weighed anew. `hours` is the limit that it went beyond."""

    subject_id: UUID
    event_at: datetime
    since: datetime
    hours: float
    health: PhoneHealth
    signs: Signs
    held_by: Hold | None = None


def began_at(facts: SilenceFacts) -> datetime:
    """The instant from which the silence counts."""
    marks = (facts.registered_at, facts.last_heard_at, facts.counts_from)
    return max(mark for mark in marks if mark is not None)

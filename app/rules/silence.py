"""Silence: when nothing was heard of a phone for longer than the policy allows, and what seems to be behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision, MoveSilenceCheck, RaiseAlert, RecoverAlert
from app.rules.facts import About, AlertKind, Cause, Reason, Strength
from app.rules.policy import Policy

RULE_CODE = "silence"

# A phone that says so little of its battery is as good as empty within the hour.
LOW_BATTERY_PERCENT = 10

# Phones word it in their own ways; each of these says that the app gets no place.
PERMISSION_LOST = frozenset({"denied", "services_off", "restricted", "never", "none", "off", "lost"})


@dataclass(frozen=True, slots=True)
class Span:
    """From `from_at` until `until`, exclusive: an order's term, or a time in which the service was away."""

    from_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """What the phone said of itself last."""

    battery_percent: int | None = None
    location_permission: str | None = None
    battery_saver: bool | None = None


@dataclass(frozen=True, slots=True)
class SilenceFacts:
    """One subject. `watched` is false for those who carry no smartphone or are not under correction any more.

    `counts_from` is when the subject was last given a smartphone, or a person closed the alert of a silence that went
    on: the silence counts anew from there. `orders` are the terms that end after the silence began; `away` the times
    since then in which the API was away, in order.
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


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of the policy: when it is reached, and what it was."""

    reached_at: datetime
    hours: float


def judge_silence(facts: SilenceFacts, *, now: datetime) -> Decision:
    """Raise one `lost_contact` where the limit is reached, else say when to look again.

    Heard means any authenticated request of the bound phone; never heard counts from registration. A time in which
    the service itself was away is not silence, and after it late evidence is given its time to arrive.
    """
    if not facts.watched:
        return Decision((MoveSilenceCheck(facts.subject_id, None, silent=False),))
    limit = _limit(facts)
    look_at = max([limit.reached_at, *_waits(facts, limit)])
    if look_at > now:
        return Decision((MoveSilenceCheck(facts.subject_id, look_at, silent=False),))
    return Decision((_alert(facts, limit, now), MoveSilenceCheck(facts.subject_id, None, silent=True)))


def judge_return(facts: SilenceFacts, *, heard_again_at: datetime, now: datetime) -> Decision:
    """The phone was heard again: the alert recovers at that instant, and the silence is watched anew.

    Every silence is over then, even one that another machine's clock dated a moment after the phone was heard.
    """
    recovered = RecoverAlert(
        subject_id=facts.subject_id,
        kind=AlertKind.LOST_CONTACT,
        about=About("subject", facts.subject_id),
        recovered_at=heard_again_at,
        at=now,
        reason=Reason("heard_again"),
        source=About("silence", facts.subject_id),
    )
    next_look = _limit(facts).reached_at if facts.watched else None
    return Decision((recovered, MoveSilenceCheck(facts.subject_id, next_look, silent=False)))


def look_again(subject_id: UUID, check_at: datetime | None, *, since: datetime) -> Decision:
    """Another policy holds from `since` on, and its limit may be shorter: whoever was to be looked at later is looked
    at then. Nothing for somebody who is not watched, or known to be silent.
    """
    if check_at is None or check_at <= since:
        return Decision()
    return Decision((MoveSilenceCheck(subject_id, since, silent=False),))


def began_at(facts: SilenceFacts) -> datetime:
    """The instant from which the silence counts."""
    marks = (facts.registered_at, facts.last_heard_at, facts.counts_from)
    return max(mark for mark in marks if mark is not None)


def _limit(facts: SilenceFacts) -> _Limit:
    """Whichever limit is reached first: the general one, or the shorter one of an order, from its beginning on."""
    began, policy = began_at(facts), facts.policy
    general = _Limit(_passed(began, policy.silence_h, facts.away), policy.silence_h)
    limits = [general]
    for order in _joined(facts.orders):
        reached_at = _passed(max(began, order.from_at), policy.silence_under_order_h, facts.away)
        if reached_at < order.until:
            limits.append(_Limit(reached_at, policy.silence_under_order_h))
    return min(limits, key=lambda limit: limit.reached_at)


def _joined(orders: tuple[Span, ...]) -> list[Span]:
    """An extension begins where the order before it ends: for the limit the two are one."""
    joined: list[Span] = []
    for order in sorted(orders, key=lambda order: order.from_at):
        if joined and order.from_at <= joined[-1].until:
            order = Span(joined.pop().from_at, order.until)  # noqa: PLW2901  (the same order, drawn out)
        joined.append(order)
    return joined


def _passed(began: datetime, hours: float, away: tuple[Span, ...]) -> datetime:
    """When so many hours have passed since `began`, the times not counted in which the service was away."""
    end = began + timedelta(hours=hours)
    for span in away:
        if began < span.until and span.from_at < end:
            end += span.until - max(span.from_at, began)
    return end


def _waits(facts: SilenceFacts, limit: _Limit) -> Iterator[datetime]:
    """Until when late evidence is waited for, after each time away that this silence went through."""
    wait = timedelta(minutes=facts.policy.late_evidence_wait_min)
    began = began_at(facts)
    return (span.until + wait for span in facts.away if began < span.until and span.from_at <= limit.reached_at)


def _alert(facts: SilenceFacts, limit: _Limit, now: datetime) -> RaiseAlert:
    cause, why = _why(facts, limit)
    return RaiseAlert(
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=AlertKind.LOST_CONTACT,
        about=About("subject", facts.subject_id),
        source=About("silence", facts.subject_id),
        event_at=limit.reached_at,
        at=now,
        why=why,
        cause=cause,
        strength=Strength.WEAK if cause is Cause.PHONE else Strength.MEDIUM,
        rule_code=RULE_CODE,
        policy_version_id=facts.policy_version_id,
        evidence={"last_heard_at": facts.last_heard_at, "registered_at": facts.registered_at},
    )


def _why(facts: SilenceFacts, limit: _Limit) -> tuple[Cause, Reason]:
    """What the phone said of itself last may explain the silence; without that nobody can tell."""
    since = facts.last_heard_at or facts.registered_at
    params = (("since", since.astimezone(SHANGHAI).isoformat(timespec="minutes")), ("hours", f"{limit.hours:g}"))
    battery = facts.health.battery_percent
    if facts.last_heard_at is None:
        return Cause.UNSURE, Reason("never_heard", params)
    if battery is not None and battery <= LOW_BATTERY_PERCENT:
        return Cause.PHONE, Reason("silent_battery_low", (*params, ("battery", str(battery))))
    if facts.health.location_permission in PERMISSION_LOST:
        return Cause.PHONE, Reason("silent_permission_lost", params)
    if facts.health.battery_saver:
        return Cause.PHONE, Reason("silent_battery_saver", params)
    return Cause.UNSURE, Reason("silent", params)

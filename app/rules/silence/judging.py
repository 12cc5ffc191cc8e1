"""Silence: when nothing was heard of a phone for longer than the policy allows, and what seems to be behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import next_half_hour
from app.rules.effects import Decision, MoveSilenceCheck, RaiseAlert, RecoverAlert
from app.rules.effects.causes import MoveCauseCheck
from app.rules.facts import About, AlertKind, Reason
from app.rules.silence.causes import weigh
from app.rules.silence.facts import SilenceFacts, Span, began_at

RULE_CODE = "silence"
BACK_FOR_GOOD = timedelta(minutes=30)
"""By then a phone that is back has sent what it had kept, and said how it is."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of the policy: when it is reached, and what it was."""

    reached_at: datetime
    hours: float


def judge_silence(facts: SilenceFacts, *, now: datetime) -> Decision:
    """Raise one `lost_contact` where the limit is reached, else say when to look again.

    Heard means any authenticated request of the bound phone; never heard counts from registration. A time in which
    the service itself was away is not silence, and after it late evidence is given its time to arrive. Who fell silent
    with many others is held while that lasts: those who come back after it are never alerted about, the rest are.
    """
    if not facts.watched:
        return Decision((MoveSilenceCheck(facts.subject_id, None, silent=False),))
    limit = _limit(facts)
    look_at = max([limit.reached_at, *_waits(facts, limit), *_held(facts, now)])
    if look_at > now:
        return Decision((MoveSilenceCheck(facts.subject_id, look_at, silent=False),))
    return Decision(
        (
            _alert(facts, limit, now),
            MoveSilenceCheck(facts.subject_id, None, silent=True),
            MoveCauseCheck(facts.subject_id, now + timedelta(hours=limit.hours)),
        )
    )


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
    return Decision(
        (
            recovered,
            MoveCauseCheck(facts.subject_id, now + BACK_FOR_GOOD),
            MoveSilenceCheck(facts.subject_id, next_look, silent=False),
        )
    )


def look_again(subject_id: UUID, check_at: datetime | None, *, since: datetime) -> Decision:
    """Another policy holds from `since` on, and its limit may be shorter: whoever was to be looked at later is looked
    at then. Nothing for somebody who is not watched, or known to be silent.
    """
    if check_at is None or check_at <= since:
        return Decision()
    return Decision((MoveSilenceCheck(subject_id, since, silent=False),))


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


def _held(facts: SilenceFacts, now: datetime) -> Iterator[datetime]:
    """When to look again at somebody who fell silent with many others and was not heard since."""
    wait = timedelta(minutes=facts.policy.late_evidence_wait_min)
    for hold in facts.holds:
        if not hold.heard:
            yield next_half_hour(now) if hold.until is None else hold.until + wait


def _alert(facts: SilenceFacts, limit: _Limit, now: datetime) -> RaiseAlert:
    verdict = weigh(facts, hours=limit.hours, now=now)
    return RaiseAlert(
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=AlertKind.LOST_CONTACT,
        about=About("subject", facts.subject_id),
        source=About("silence", facts.subject_id),
        event_at=limit.reached_at,
        at=now,
        why=verdict.why,
        cause=verdict.cause,
        strength=verdict.strength,
        rule_code=RULE_CODE,
        policy_version_id=facts.policy_version_id,
        evidence={
            "last_heard_at": facts.last_heard_at,
            "registered_at": facts.registered_at,
            "boots": facts.signs.boots,
            "hours": limit.hours,
            **({"battery_percent": facts.health.battery_percent} if facts.health.battery_percent is not None else {}),
        },
    )

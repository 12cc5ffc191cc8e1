"""Before an order ends somebody is asked whether it is still needed; and what is said of that when it has ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import ChangeDuty, Decision, Effect, RaiseAlert
from app.rules.facts import JOB, About, AlertKind, Cause, DutyState, Reason, Strength
from app.rules.orders.making import RENEWAL_RULE, expiry_over, tell_heads


@dataclass(frozen=True, slots=True)
class RenewalFacts:
    """An order whose renewal is asked for, by the duty that asks. `heads` are whom to tell.

    `assessed` is what the last assessment said, None where there is none; `until` is where what is in force of it ends.
    """

    duty_id: UUID
    order_id: UUID
    subject_id: UUID
    office_id: UUID
    until: datetime
    assessed: bool | None
    heads: tuple[UUID, ...]
    policy_version_id: UUID


def ask_renewal(facts: RenewalFacts, asked_at: datetime, *, now: datetime) -> Decision:
    """The order ends soon: the office is alerted and the county's heads are told, once."""
    params = (("until", facts.until.astimezone(SHANGHAI).isoformat(timespec="minutes")),)
    alert = RaiseAlert(
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=AlertKind.ORDER_EXPIRING,
        about=About("order", facts.order_id),
        source=About("duty", facts.duty_id),
        event_at=asked_at,
        at=now,
        why=Reason("order_ends_soon", params),
        cause=Cause.UNSURE,
        strength=Strength.STRONG,
        rule_code=RENEWAL_RULE,
        policy_version_id=facts.policy_version_id,
        evidence={"duty_id": facts.duty_id, "order_id": facts.order_id, "due_at": facts.until},
    )
    wording = Reason("order_ends_soon_told", params)
    return Decision((alert, *tell_heads(facts.heads, facts.subject_id, facts.order_id, "expiring", wording, now=now)))


def at_the_end(judged: Decision, facts: RenewalFacts, *, now: datetime) -> Decision:
    """What was judged of the asking when the order ended, and its alert, which is over.

    An order that was assessed as needed no longer, and so was let end, is a duty done, not one missed. One that nobody
    assessed is missed. Where the service was away for most of the time it stays unjudged.
    """
    effects: tuple[Effect, ...] = tuple(_let_end(effect, facts, now) for effect in judged.effects)
    if facts.until > now:
        return Decision(effects)
    over = expiry_over(facts.subject_id, facts.order_id, "order_ran_out", recovered_at=facts.until, now=now)
    return Decision((*effects, over))


def _let_end(effect: Effect, facts: RenewalFacts, now: datetime) -> Effect:
    missed = isinstance(effect, ChangeDuty) and effect.state is DutyState.MISSED
    if not missed or facts.assessed is not False:
        return effect
    done = Reason("order_let_end")
    return ChangeDuty(facts.duty_id, DutyState.FULFILLED, now, done, JOB, effective_at=facts.until)

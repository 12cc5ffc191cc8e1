"""What an order sets going: the duties it carries, what its subject is told, the end of the order before it.

The order is in force by its approval [Law 29]; being told is the subject's right beside it [Measures 37]. So the phone
is told at once, the office owes the serving of the notice by a day, and collection does not wait for the signature.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.calendar import SHANGHAI, at_minute, legal_day
from app.rules.effects import ChangeDuty, Decision, Effect, MoveSilenceCheck, Notify, PlanDuty, RecoverAlert, WriteAudit
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Ground, Obligor, Reason
from app.rules.orders.terms import Previous, Term
from app.rules.policy import Policy
from app.rules.schedule import JUDGE_DELAY

NOTICE_RULE, RENEWAL_RULE = "order_notice", "order_renewal"
_DUTIES = uuid5(NAMESPACE_URL, "zhifang:order-duty")

OFFICES_CLOSE = 18 * 60
"""Minutes after midnight: a deadline of the office's falls into hours in which somebody may still meet it."""
SERVED_WITHIN = timedelta(hours=2)
"""The least time for serving, where the last day's close is near or over."""

UNDECIDED = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED})


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it was decided, and who it is about."""

    id: UUID
    subject_id: UUID
    office_id: UUID
    ground: Ground
    term: Term
    silence_check_at: datetime | None = None


def asked_at(term: Term, renewal_days: int) -> datetime:
    """When the order asks whether it is still needed: so many days before its end, or midway through a shorter one."""
    length, ahead = term.until - term.from_at, timedelta(days=renewal_days)
    return term.until - ahead if length > ahead else term.from_at + length / 2


def notice_due(term: Term, serve_days: int, *, now: datetime) -> datetime:
    """By when its notice is to be served: the close of offices on the last day, and never after the order itself."""
    last_day = legal_day(max(now, term.from_at)) + timedelta(days=serve_days)
    return min(max(at_minute(last_day, OFFICES_CLOSE), now + SERVED_WITHIN), term.until)


def make(
    order: NewOrder, previous: Previous | None, policy: Policy, version_id: UUID, actor: Actor, *, now: datetime
) -> Decision:
    """Plan the order's duties, tell its subject, put it on record, and settle the order that it extends."""
    notice = _notice_duty(order, policy, version_id, now)
    details = {"ground": order.ground, "from": order.term.from_at.isoformat(), "to": order.term.until.isoformat()}
    details |= {"extends": str(previous.id)} if previous else {}
    return Decision(
        (
            notice,
            _renewal_duty(order, policy, version_id, now),
            ChangeDuty(notice.id, DutyState.OPEN, now, Reason("order_made"), actor, office_id=order.office_id),
            tell_subject(
                order.subject_id,
                order.id,
                "told",
                Reason("order_told", (("from", _moment(order.term.from_at)), ("until", _moment(order.term.until)))),
                now=now,
            ),
            WriteAudit(now, actor, "orders.decide", order.subject_id, About("order", order.id), details=details),
            *_silence(order, policy),
            *(_extended(order, previous, actor, now) if previous else ()),
        )
    )


def tell_subject(subject_id: UUID, order_id: UUID, step: str, wording: Reason, *, now: datetime) -> Notify:
    """One notice to the person whom the order is about, at once."""
    return Notify("subject", subject_id, About("order", order_id), step, wording, now, now, subject_id)


def tell_heads(
    heads: tuple[UUID, ...], subject_id: UUID, order_id: UUID, step: str, wording: Reason, *, now: datetime
) -> tuple[Notify, ...]:
    """One notice to each head of the county's department: they approve, extend and lift."""
    about = About("order", order_id)
    return tuple(Notify("user", head, about, step, wording, now, now, subject_id) for head in heads)


def _notice_duty(order: NewOrder, policy: Policy, version_id: UUID, now: datetime) -> PlanDuty:
    due_at = notice_due(order.term, policy.orders.serve_days, now=now)
    return _duty(order, (DutyKind.ORDER_NOTICE, NOTICE_RULE), now, (now, due_at), version_id, now)


def _renewal_duty(order: NewOrder, policy: Policy, version_id: UUID, now: datetime) -> PlanDuty:
    span = (asked_at(order.term, policy.orders.renewal_days), order.term.until)
    return _duty(order, (DutyKind.ORDER_RENEWAL, RENEWAL_RULE), order.term.until, span, version_id, now)


def _duty(
    order: NewOrder,
    what: tuple[DutyKind, str],
    slot: datetime,
    span: tuple[datetime, datetime],
    version_id: UUID,
    now: datetime,
) -> PlanDuty:
    kind, rule = what
    return PlanDuty(
        id=uuid5(_DUTIES, f"{order.subject_id}|{rule}|{slot.isoformat()}"),
        subject_id=order.subject_id,
        kind=kind,
        obligor=Obligor.OFFICE,
        rule_code=rule,
        slot_start=slot,
        opens_at=span[0],
        due_at=span[1],
        grace_until=span[1],
        judge_at=span[1] + JUDGE_DELAY,
        office_id=order.office_id,
        policy_version_id=version_id,
        at=now,
    )


def _silence(order: NewOrder, policy: Policy) -> tuple[Effect, ...]:
    """The limit is shorter under an order: whoever was to be looked at later is looked at in time for it."""
    look_at = order.term.from_at + timedelta(hours=policy.silence_under_order_h)
    if order.silence_check_at is None or order.silence_check_at <= look_at:
        return ()
    return (MoveSilenceCheck(order.subject_id, look_at, silent=False),)


def _extended(order: NewOrder, previous: Previous, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    """The order before it is settled: it was assessed, and the head has approved its extension."""
    over = expiry_over(order.subject_id, previous.id, "order_extended", recovered_at=now, now=now)
    renewal = previous.renewal
    if renewal is None or renewal.state not in UNDECIDED:
        return (over,)
    state = DutyState.FULFILLED if now < renewal.due_at else DutyState.LATE
    evidence = About("order", order.id)
    return (ChangeDuty(renewal.id, state, now, Reason("order_extended"), actor, evidence=evidence), over)


def expiry_over(subject_id: UUID, order_id: UUID, why: str, *, recovered_at: datetime, now: datetime) -> RecoverAlert:
    """The order expires no more: it was extended or lifted, or has ended."""
    about = About("order", order_id)
    return RecoverAlert(subject_id, AlertKind.ORDER_EXPIRING, about, recovered_at, now, Reason(why))


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")

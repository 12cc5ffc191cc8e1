"""Electronic positioning orders [Law 29]: what may be ordered, for how long, and what lifting leaves of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import legal_day, months_later
from app.rules.errors import Conflict, Refused
from app.rules.facts import SubjectStatus
from app.rules.law import in_force

# An order gives power for the time after it was decided. Paper and system may be some minutes apart, not more: a later
# entry would make lawful, after the fact, what phones sent without a power.
BACKDATED_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Term:
    """From `from_at` until `until`, exclusive."""

    from_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The subject's state, and whether another order is in force at any time of the wanted term."""

    status: SubjectStatus
    overlaps: bool


@dataclass(frozen=True, slots=True)
class LiftFacts:
    """An order as it stands: `term` is None where nothing of it is in force any more or ever was."""

    subject_id: UUID
    term: Term | None
    lifted_at: datetime | None


def check_order(facts: OrderFacts, term: Term, *, now: datetime) -> None:
    """Refuse a term that the law does not allow: longer than three calendar months, over already, or reaching back.

    Conflict where the subject is not under correction, or another order is in force in that time: an extension begins
    where the last one ends, as an order of its own with its own approval.
    """
    if term.until <= term.from_at:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if term.until <= now:
        raise Refused("order_over_already", fields={"to": "order_over_already"})
    if term.from_at < now - BACKDATED_AT_MOST:
        raise Refused("order_backdated", fields={"from": "order_backdated"})
    months = in_force(legal_day(term.from_at)).order_max_months.value
    if term.until > months_later(term.from_at, months):
        raise Refused("order_too_long", {"months": months}, fields={"to": "order_too_long_field"})
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if facts.overlaps:
        raise Conflict("order_overlaps")


def lifted_term(facts: LiftFacts, lifted_at: datetime, *, now: datetime) -> Term | None:
    """What stays in force of the order: until `lifted_at`, or None where it is lifted before it began.

    `lifted_at` is when lifting was decided, and may be entered later. Refused where it lies ahead, or before an order
    that has begun: what such a slip would purge is gone for good. Conflict where nothing is left to lift.
    """
    if lifted_at > now:
        raise Refused("lift_ahead", fields={"lifted_at": "lift_ahead"})
    if facts.term is None or facts.lifted_at is not None or facts.term.until <= lifted_at:
        raise Conflict("order_ended")
    if lifted_at < facts.term.from_at <= now:
        raise Refused("lift_before_order", fields={"lifted_at": "lift_before_order"})
    return Term(facts.term.from_at, lifted_at) if facts.term.from_at < lifted_at else None

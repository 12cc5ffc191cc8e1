"""What may be ordered under Law 29 and for how long, what an extension needs, and what lifting leaves of an order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import legal_day, months_later
from app.rules.errors import Conflict, Refused
from app.rules.facts import DutyState, SubjectStatus
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
class OwedDuty:
    """A duty that an order carries, as it stands."""

    id: UUID
    state: DutyState
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Previous:
    """The order that ends at the very instant at which the wanted one begins.

    `assessed` is what the last assessment said, whether it is still needed; None where nobody assessed it.
    """

    id: UUID
    assessed: bool | None
    renewal: OwedDuty | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The subject's state, whether another order is in force at any time of the wanted term, and the one before it."""

    status: SubjectStatus
    overlaps: bool
    previous: Previous | None = None


@dataclass(frozen=True, slots=True)
class LiftFacts:
    """An order as it stands: `term` is None where nothing of it is in force any more or ever was."""

    subject_id: UUID
    term: Term | None
    lifted_at: datetime | None


def check_order(facts: OrderFacts, term: Term, extends: UUID | None = None, *, now: datetime) -> None:
    """Refuse a term that the law does not allow: longer than three calendar months, over already, or reaching back.

    Conflict where the subject is not under correction, or another order is in force in that time. What begins where
    another order ends extends it: an order of its own, approved after an assessment that it is still needed [Law 29].
    """
    _check_term(term, now)
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if facts.overlaps:
        raise Conflict("order_overlaps")
    _check_extension(facts.previous, extends)


def _check_term(term: Term, now: datetime) -> None:
    if term.until <= term.from_at:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if term.until <= now:
        raise Refused("order_over_already", fields={"to": "order_over_already"})
    if term.from_at < now - BACKDATED_AT_MOST:
        raise Refused("order_backdated", fields={"from": "order_backdated"})
    months = in_force(legal_day(term.from_at)).order_max_months.value
    if term.until > months_later(term.from_at, months):
        raise Refused("order_too_long", {"months": months}, fields={"to": "order_too_long_field"})


def _check_extension(previous: Previous | None, extends: UUID | None) -> None:
    if extends is not None and (previous is None or previous.id != extends):
        raise Refused("extension_not_adjacent", fields={"from": "extension_not_adjacent"})
    if previous is not None and previous.assessed is None:
        raise Conflict("order_not_assessed")
    if previous is not None and not previous.assessed:
        raise Conflict("order_assessed_unneeded")


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

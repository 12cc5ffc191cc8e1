"""What follows from something that happened: every item of the policy in force that names it as a trigger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import end_of_day, legal_day
from app.rules.effects import Decision, PlanDuty
from app.rules.effects.occasions import OccasionPlanned
from app.rules.facts import OccasionKind, SupervisionClass
from app.rules.planning.facts import Stretch
from app.rules.planning.origins import after_occasion, before_occasion
from app.rules.planning.turns import Turn, apart, owed_by_office
from app.rules.policy import Item, Policy, Span, Trigger
from app.rules.schedule import due_after, due_before


@dataclass(frozen=True)
class OccasionFacts:
    """Something that happened at `happened_at`, from which clocks count, and of which the service knows since
    `known_at`.
    """

    id: UUID
    subject_id: UUID
    kind: OccasionKind
    happened_at: datetime
    known_at: datetime


@dataclass(frozen=True)
class OwingFacts:
    """A subject in correction with the class and the policy that hold for it now."""

    subject_id: UUID
    office_id: UUID
    supervised_until: datetime | None
    class_: SupervisionClass
    version_id: UUID
    policy: Policy


def plan_occasion(occasion: OccasionFacts, facts: OwingFacts | None, *, now: datetime) -> Decision:
    """The duties that follow, and that the occasion is done with. None follow for somebody who is not in correction
    (`facts` is None), nor from intake, whose turns the calendar has.

    The class and the policy in force now decide; a later change does not touch these duties.
    """
    duties: dict[UUID, PlanDuty] = {}
    if facts is not None and occasion.kind is not OccasionKind.INTAKE:
        for turn in _turns(occasion, facts, now):
            duty = owed_by_office(turn, facts.subject_id, facts.office_id, now=now)
            first = duties.get(duty.id)
            if first is None or duty.due_at < first.due_at:
                duties[duty.id] = duty
    return Decision((*duties.values(), OccasionPlanned(occasion.id, now)))


def _turns(occasion: OccasionFacts, facts: OwingFacts, now: datetime) -> Iterator[Turn]:
    stretch = Stretch(now, None, facts.class_, facts.version_id, facts.policy)
    for item in facts.policy.items.values():
        for trigger in item.triggers_on(occasion.kind):
            span = trigger.due.of(facts.class_)
            if span is None:
                continue
            turn = _turn(occasion, stretch, item, trigger, span)
            if facts.supervised_until is not None and facts.supervised_until < turn.due_at:
                turn = replace(turn, due_at=facts.supervised_until)
            if turn.opens_at < turn.due_at:
                yield turn


def _turn(occasion: OccasionFacts, stretch: Stretch, item: Item, trigger: Trigger, span: Span) -> Turn:
    if trigger.before:
        return _ahead(occasion, stretch, item, trigger, span)
    due_at = due_after(span, occasion.happened_at)
    counts_from = occasion.happened_at
    if due_at <= occasion.known_at:
        # Nobody can meet a time that was over before anybody knew: then the clock runs from the hour it was learned.
        counts_from = occasion.known_at
        due_at = due_after(span, counts_from)
    return Turn(
        stretch=stretch,
        item=item,
        why=after_occasion(item, occasion.kind, span, counts_from, late_known=counts_from != occasion.happened_at),
        slot_start=occasion.happened_at + apart(occasion.id),
        opens_at=occasion.happened_at,
        due_at=due_at,
        occasion_id=occasion.id,
    )


def _ahead(occasion: OccasionFacts, stretch: Stretch, item: Item, trigger: Trigger, span: Span) -> Turn:
    """Due before what is known beforehand. Where that time was over before anybody knew, by the end of the day after it
    became known, but not after it begins, unless it had begun by then.
    """
    begins_at, known_at = occasion.happened_at, occasion.known_at
    due_at = due_before(span, legal_day(begins_at), begins_at)
    late_known = due_at <= known_at
    if late_known:
        tomorrow = end_of_day(legal_day(known_at) + timedelta(days=1))
        due_at = min(tomorrow, begins_at) if begins_at > known_at else tomorrow
    return Turn(
        stretch=stretch,
        item=item,
        why=before_occasion(item, occasion.kind, span, begins_at, known_at=known_at if late_known else None),
        slot_start=begins_at + apart(occasion.id),
        opens_at=min(max(known_at, due_at - timedelta(days=trigger.opens_days)), due_at),
        due_at=due_at,
        occasion_id=occasion.id,
    )

"""Which duties are fulfilled by what was verified: all that an item needs, since the duty's time began."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.rules.effects import ChangeDuty, Effect, RecoverAlert
from app.rules.effects.known_facts import KeepFact
from app.rules.facts import About, Actor, AlertKind, DutyState, Reason
from app.rules.known_facts.admitting import may_verify
from app.rules.known_facts.facts import KnowledgeFacts, OpenCheck, Statement
from app.rules.known_facts.standing import FieldView, Standing, view

CHECK = "fact_check"
WAITING = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED})
CLEARED_ONLY = frozenset({DutyState.UNJUDGED, DutyState.LATE})


def fulfilled(
    facts: KnowledgeFacts, kept: tuple[KeepFact, ...], check_id: UUID, actor: Actor, now: datetime
) -> list[Effect]:
    """Duties that are fulfilled once the new statements stand beside those that stay."""
    gone = {each for fact in kept for each in fact.supersedes}
    stay = [each for each in facts.statements if each.id is None or each.id not in gone]
    later = view(
        facts.in_file,
        [*stay, *(statement_of(fact) for fact in kept if fact.outdated_by is None)],
        facts.policy,
        facts.class_,
        now=now,
    )
    touched = {fact.item for fact in kept}
    effects: list[Effect] = []
    for duty in sorted(facts.owed, key=lambda each: (each.opens_at, each.due_at, str(each.id))):
        if duty.item not in touched or duty.state not in WAITING | CLEARED_ONLY or duty.opens_at > now:
            continue
        if not may_verify(facts, duty.item, actor):
            continue
        at = verified_since([each for each in later if each.field.item.value == duty.item], duty.opens_at)
        if at is not None and (duty.state in WAITING or at < duty.due_at):
            effects += _fulfilled(facts, duty, at, check_id, actor, now)
    return effects


def verified_since(views: Iterable[FieldView], since: datetime) -> datetime | None:
    """When the last field that the item needs was verified, if each of them was since then and none is contradicted.

    A verification from before a duty began fulfils nothing: it is what grew old.
    """
    times = []
    for each in views:
        if each.unneeded:
            continue
        if each.standing is not Standing.KNOWN or each.verified_at is None or each.verified_at < since:
            return None
        times.append(each.verified_at)
    return max(times, default=None)


def _fulfilled(
    facts: KnowledgeFacts, duty: OpenCheck, at: datetime, check_id: UUID, actor: Actor, now: datetime
) -> list[Effect]:
    in_time = at < duty.due_at
    reason = Reason("facts_verified" if in_time else "facts_verified_late", (("item", duty.item),))
    state = DutyState.FULFILLED if in_time else DutyState.LATE
    done = ChangeDuty(duty.id, state, now, reason, actor, effective_at=at, evidence=About(CHECK, check_id))
    if duty.state is DutyState.MISSED:
        return [done, _recovered(facts, duty, at, reason, now)]
    if duty.state is not DutyState.PLANNED:
        return [done]
    opened = ChangeDuty(duty.id, DutyState.OPEN, now, Reason("duty_opened"), actor, office_id=facts.office_id)
    return [opened, done]


def _recovered(facts: KnowledgeFacts, duty: OpenCheck, at: datetime, why: Reason, now: datetime) -> RecoverAlert:
    """What was raised about the missed duty, if anything was, is over."""
    about = About("duty", duty.id)
    return RecoverAlert(
        subject_id=facts.subject_id,
        kind=AlertKind.HANDLING_OVERDUE,
        about=about,
        recovered_at=max(at, duty.due_at),
        at=now,
        reason=why,
        source=about,
    )


def statement_of(kept: KeepFact) -> Statement:
    """How a statement reads once it is kept."""
    verified_by, verified_at = kept.verification
    return Statement(
        id=kept.id,
        field=kept.field,
        value=kept.value,
        held=kept.held,
        source=kept.source,
        said_by=kept.said_by,
        how=kept.how,
        learned_at=kept.learned_at,
        verified_at=verified_at,
        verified_by=verified_by,
        written_at=kept.at,
        evidence=kept.evidence,
        note=kept.note,
        settles=kept.settles,
    )

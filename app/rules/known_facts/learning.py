"""Adding to what is known: whether a check can be kept, which statements it takes the place of, which duty it fulfils.

Nothing is overwritten. Two sources that differ both stay until an officer settles it, with a reason.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from app.rules.effects import ChangeDuty, Decision, Effect, WriteAudit
from app.rules.effects.known_facts import How, KeepFact
from app.rules.effects.occasions import occasion
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import About, Actor, DutyState, Reason, Role, SubjectStatus
from app.rules.known_facts.catalogue import BY_CODE, Field, Form
from app.rules.known_facts.facts import KnowledgeFacts, NewCheck, OpenCheck, Settlement, Statement, Told
from app.rules.known_facts.standing import FieldView, Standing, view

CLOCK_SLACK = timedelta(minutes=2)
CHECK = "fact_check"
LONGEST = 500
WAITING = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED})
CLEARED_ONLY = frozenset({DutyState.UNJUDGED, DutyState.LATE})


def learn(facts: KnowledgeFacts, new: NewCheck, actor: Actor, *, now: datetime) -> Decision:
    """Keep what was learned or verified, and fulfil the duties whose item is verified by it.

    Whoever the policy does not name for an item may write down what was heard, and that is a word that nobody answers
    for yet. Conflict `not_in_correction`; Refused for unknown fields and values, times ahead of `now`; NotAllowed where
    they would answer for what stands in the file.
    """
    _refuse_time(facts, new, now)
    told = [(_field(place, each), each) for place, each in enumerate(new.told)]
    for place, (field, each) in enumerate(told):
        _refuse_value(facts, field, each, new, place)
        if field.form is Form.HELD:
            _refuse_stranger(facts, field, actor)
    kept = tuple(_kept(facts, new, field, each, actor, now) for field, each in told)
    events = _events(facts, kept, actor, now)
    after = _after(facts, kept, new.id, actor, now)
    return Decision((*kept, *events, *after, _audit(facts, new.id, kept, actor, now, None)))


def settle(facts: KnowledgeFacts, chosen: Settlement, actor: Actor, *, now: datetime) -> Decision:
    """Let one of several statements count. The others stay on record; the time of its verification stays what it was.

    NotFound where the statement is none of the field's live ones, Conflict `nothing_to_settle` where they agree.
    """
    field = BY_CODE.get(chosen.field)
    if field is None:
        raise Refused("unknown_fact", fields={"field": "unknown_fact"})
    live = [each for each in facts.statements if each.field == field.code]
    found = next((each for each in live if each.id == chosen.chosen), None)
    if found is None:
        raise NotFound("not_found")
    if field.passing or len({each.value for each in live}) < 2:
        raise Conflict("nothing_to_settle")
    kept = KeepFact(
        id=uuid5(chosen.id, field.code),
        check_id=chosen.id,
        subject_id=facts.subject_id,
        item=field.item.value,
        field=field.code,
        value=found.value,
        held=found.held,
        source=found.source,
        said_by=found.said_by,
        how=found.how,
        learned_at=found.learned_at,
        verified=False,
        actor=actor,
        at=now,
        body_hash=chosen.body_hash,
        evidence=found.evidence,
        note=chosen.reason,
        confirms_id=found.id,
        supersedes=tuple(each.id for each in live if each.id is not None),
        settles=True,
        verified_as=(found.verified_by, found.verified_at),
    )
    after = _after(facts, (kept,), chosen.id, actor, now)
    return Decision((kept, *after, _audit(facts, chosen.id, (kept,), actor, now, chosen.reason)))


def _field(place: int, told: Told) -> Field:
    field = BY_CODE.get(told.field)
    if field is None:
        raise Refused("unknown_fact", fields={f"facts.{place}.field": "unknown_fact"})
    return field


def _refuse_time(facts: KnowledgeFacts, new: NewCheck, now: datetime) -> None:
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if new.happened_at > now + CLOCK_SLACK:
        raise Refused("not_happened_yet", fields={"happened_at": "not_happened_yet"})
    if not new.told:
        raise Refused("nothing_told", fields={"facts": "nothing_told"})
    keys = [(told.field, told.held) for told in new.told]
    if len(set(keys)) < len(keys):
        raise Refused("told_twice", fields={"facts": "told_twice"})


def _refuse_stranger(facts: KnowledgeFacts, field: Field, actor: Actor) -> None:
    rule = facts.policy.item(field.item.value)
    if rule is not None and not _may_verify(facts, field.item.value, actor):
        raise NotAllowed("item_not_yours", {"title": rule.title})


def _may_verify(facts: KnowledgeFacts, item: str, actor: Actor) -> bool:
    """Whether the policy names one of the actor's roles for the item; anybody where it has no such item."""
    rule = facts.policy.item(item)
    return rule is None or bool(_roles(facts, actor).intersection(rule.by))


def _roles(facts: KnowledgeFacts, actor: Actor) -> frozenset[Role]:
    """Held in the person's office or above it."""
    path = facts.office_path
    reaching = (each for each in actor.grants if path == each.office_path or path.startswith(f"{each.office_path}."))
    return frozenset(each.role for each in reaching)


def _refuse_value(facts: KnowledgeFacts, field: Field, told: Told, new: NewCheck, place: int) -> None:
    where = f"facts.{place}.value"
    match field.form:
        case Form.HELD:
            _refuse_held(facts, field, told, new, where)
        case Form.CONTACT:
            if told.held not in facts.in_file.contacts:
                raise Refused("unknown_contact", fields={f"facts.{place}.contact": "unknown_contact"})
            if told.value not in field.options:
                raise Refused("unknown_value", fields={where: "unknown_value"})
        case Form.CHOICE:
            if told.value not in field.options:
                raise Refused("unknown_value", fields={where: "unknown_value"})
            if field.words and not (told.note or new.note):
                raise Refused("fact_needs_words", fields={f"facts.{place}.note": "fact_needs_words"})
        case Form.TEXT:
            if not told.value or len(told.value) > LONGEST:
                raise Refused("fact_text_needed", fields={where: "fact_text_needed"})


def _refuse_held(facts: KnowledgeFacts, field: Field, told: Told, new: NewCheck, where: str) -> None:
    """What stands in the file is changed there; here only somebody answers for it."""
    standing = facts.in_file.held.get(field.code)
    if told.value is not None:
        raise Refused("fact_stands_in_file", fields={where: "fact_stands_in_file"})
    if standing is None:
        raise Conflict("nothing_in_file")
    if new.how is How.PHONE_REPORT:
        raise Refused("word_verifies_nothing", fields={"how": "word_verifies_nothing"})
    if told.held is not None and told.held != standing:
        raise Conflict("file_changed")


def _kept(facts: KnowledgeFacts, new: NewCheck, field: Field, told: Told, actor: Actor, now: datetime) -> KeepFact:
    live = [each for each in facts.statements if each.field == field.code and each.id is not None]
    held = facts.in_file.held.get(field.code) if field.form is Form.HELD else told.held
    verified = new.how is not How.PHONE_REPORT and _may_verify(facts, field.item.value, actor)
    same = [each for each in live if each.value == told.value and each.held == held]
    gone = [each for each in live if _gives_way(field, each, new, told, held, verified=verified)]
    return KeepFact(
        id=uuid5(new.id, f"{field.code}|{told.held or ''}"),
        check_id=new.id,
        subject_id=facts.subject_id,
        item=field.item.value,
        field=field.code,
        value=told.value,
        held=held,
        source=new.source,
        said_by=new.said_by,
        how=new.how,
        learned_at=min(new.happened_at, now),
        verified=verified,
        actor=actor,
        at=now,
        body_hash=new.body_hash,
        evidence=new.evidence,
        note=told.note or new.note if not new.settle else new.settle,
        confirms_id=max(same, key=lambda each: each.learned_at).id if same else None,
        supersedes=tuple(each.id for each in gone if each.id is not None),
        settles=bool(new.settle) and any(each.value != told.value for each in gone),
    )


def _gives_way(field: Field, old: Statement, new: NewCheck, told: Told, held: UUID | None, *, verified: bool) -> bool:
    """Whether an older statement counts no longer once this one is kept.

    What is written later about an earlier time never takes the place of a newer word.
    """
    if old.learned_at > new.happened_at:
        return False
    if field.form is Form.CONTACT:
        return old.held == held
    if field.form is Form.HELD or field.passing or new.settle:
        return True
    if old.value == told.value:
        return verified or old.verified_at is None
    return (old.source, old.said_by) == (new.source, new.said_by)


def _events(facts: KnowledgeFacts, kept: Iterable[KeepFact], actor: Actor, now: datetime) -> list[Effect]:
    """What happened, where something verified is now another than it was: from it talks and visits may follow."""
    before = {each.id: each.value for each in facts.statements}
    return [
        occasion(facts.subject_id, event, About("fact", fact.id), fact.learned_at, actor, now=now)
        for fact in kept
        if (event := BY_CODE[fact.field].event) and fact.verified
        if any(before[gone] != fact.value for gone in fact.supersedes)
    ]


def _after(
    facts: KnowledgeFacts, kept: tuple[KeepFact, ...], check_id: UUID, actor: Actor, now: datetime
) -> list[Effect]:
    """Duties that are fulfilled once the new statements stand beside those that stay."""
    gone = {each for fact in kept for each in fact.supersedes}
    stay = [each for each in facts.statements if each.id is None or each.id not in gone]
    later = view(facts.in_file, [*stay, *map(statement_of, kept)], facts.policy, facts.class_, now=now)
    touched = {fact.item for fact in kept}
    effects: list[Effect] = []
    for duty in sorted(facts.owed, key=lambda each: (each.opens_at, each.due_at, str(each.id))):
        if duty.item not in touched or duty.state not in WAITING | CLEARED_ONLY or duty.opens_at > now:
            continue
        if not _may_verify(facts, duty.item, actor):
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
    if duty.state is not DutyState.PLANNED:
        return [done]
    opened = ChangeDuty(duty.id, DutyState.OPEN, now, Reason("duty_opened"), actor, office_id=facts.office_id)
    return [opened, done]


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


def _audit(
    facts: KnowledgeFacts, check_id: UUID, kept: tuple[KeepFact, ...], actor: Actor, now: datetime, reason: str | None
) -> WriteAudit:
    """Recorded is which fields were told of, not what was said."""
    act = "facts.settle" if reason is not None else "facts.record"
    fields = {"fields": sorted({fact.field for fact in kept})}
    return WriteAudit(now, actor, act, facts.subject_id, About(CHECK, check_id), reason, fields)

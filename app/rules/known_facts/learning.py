"""Adding to what is known: whether a check can be kept, which statements it takes the place of, which duty it fulfils.

Nothing is overwritten. Two sources that differ both stay until an officer settles it, with a reason.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from app.rules.effects import Decision, Effect, WriteAudit
from app.rules.effects.known_facts import How, KeepFact
from app.rules.effects.occasions import occasion
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import About, Actor
from app.rules.known_facts.admitting import admit, may_verify
from app.rules.known_facts.catalogue import BY_CODE, Field, Form
from app.rules.known_facts.facts import KnowledgeFacts, NewCheck, Settlement, Statement, Told
from app.rules.known_facts.fulfilling import CHECK, fulfilled


def learn(facts: KnowledgeFacts, new: NewCheck, actor: Actor, *, now: datetime) -> Decision:
    """Keep what was learned or verified, and fulfil the duties whose item is verified by it.

    Whoever the policy does not name for an item may write down what was heard, and that is a word that nobody answers
    for yet. Conflict `not_in_correction`; Refused for unknown fields and values, times ahead of `now`; NotAllowed where
    they would answer for what stands in the file.
    """
    told = admit(facts, new, actor, now=now)
    kept = tuple(_kept(facts, new, field, each, actor, now) for field, each in told)
    events = _events(facts, kept, actor, now)
    after = fulfilled(facts, kept, new.id, actor, now)
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
    after = fulfilled(facts, (kept,), chosen.id, actor, now)
    events = _overtaken(facts, field, found, live, actor, now)
    return Decision((kept, *events, *after, _audit(facts, chosen.id, (kept,), actor, now, chosen.reason)))


def _kept(facts: KnowledgeFacts, new: NewCheck, field: Field, told: Told, actor: Actor, now: datetime) -> KeepFact:
    live = [each for each in facts.statements if each.field == field.code and each.id is not None]
    held = facts.in_file.held.get(field.code) if field.form is Form.HELD else told.held
    verified = new.how is not How.PHONE_REPORT and may_verify(facts, field.item.value, actor)
    same = [each for each in live if each.value == told.value and each.held == held]
    newer = _newer_word(field, live, new)
    gone = [each for each in live if not newer and _gives_way(field, each, new, told, held, verified=verified)]
    settles = bool(new.settle) and any(each.value != told.value for each in gone)
    words = (new.settle if settles else None, told.note or new.note)
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
        note="\n".join(each for each in words if each) or None,
        confirms_id=max(same, key=lambda each: each.learned_at).id if same else None,
        supersedes=tuple(each.id for each in gone if each.id is not None),
        differs_from=() if newer else _differing(field, told.value, [each for each in live if each not in gone]),
        outdated_by=newer.id if newer else None,
        settles=settles,
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


def _newer_word(field: Field, live: Iterable[Statement], new: NewCheck) -> Statement | None:
    """What the same source said later than what is written down only now: that counts, and this is of the past."""
    if not field.compared or new.settle:
        return None
    later = [
        each
        for each in live
        if each.learned_at > new.happened_at and (each.source, each.said_by) == (new.source, new.said_by)
    ]
    return max(later, key=lambda each: each.learned_at, default=None)


def _differing(field: Field, value: str | None, stays: Iterable[Statement]) -> tuple[UUID, ...]:
    """Statements beside which this value is a contradiction."""
    if not field.compared:
        return ()
    return tuple(each.id for each in stays if each.id is not None and each.value != value)


def _events(facts: KnowledgeFacts, kept: Iterable[KeepFact], actor: Actor, now: datetime) -> list[Effect]:
    """What happened, where something verified is now another than it was: from it talks and visits may follow."""
    before = {each.id: each.value for each in facts.statements}
    return [
        occasion(facts.subject_id, event, About("fact", fact.id), fact.learned_at, actor, now=now)
        for fact in kept
        if (event := BY_CODE[fact.field].event) and fact.verified
        if any(before[gone] != fact.value for gone in fact.supersedes)
    ]


def _overtaken(
    facts: KnowledgeFacts, field: Field, chosen: Statement, live: Iterable[Statement], actor: Actor, now: datetime
) -> list[Effect]:
    """The same where an officer settles on a verified word that is newer than another one: told of once, as what was
    learned then, also where it had taken another word's place at that time.
    """
    older = any(each.learned_at < chosen.learned_at and each.value != chosen.value for each in live)
    if field.event is None or chosen.verified_at is None or chosen.id is None or not older:
        return []
    return [occasion(facts.subject_id, field.event, About("fact", chosen.id), chosen.learned_at, actor, now=now)]


def _audit(
    facts: KnowledgeFacts, check_id: UUID, kept: tuple[KeepFact, ...], actor: Actor, now: datetime, reason: str | None
) -> WriteAudit:
    """Recorded is which fields were told of, not what was said."""
    act = "facts.settle" if reason is not None else "facts.record"
    fields = {"fields": sorted({fact.field for fact in kept})}
    return WriteAudit(now, actor, act, facts.subject_id, About(CHECK, check_id), reason, fields)

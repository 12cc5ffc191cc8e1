"""Whether what an officer learned or verified can be kept, and whose word is a verification."""

from datetime import datetime, timedelta

from app.rules.effects.known_facts import How
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import Actor, Role, SubjectStatus
from app.rules.known_facts.catalogue import BY_CODE, Field, Form
from app.rules.known_facts.facts import KnowledgeFacts, NewCheck, Told

CLOCK_SLACK = timedelta(minutes=2)
LONGEST = 500


def admit(facts: KnowledgeFacts, new: NewCheck, actor: Actor, *, now: datetime) -> list[tuple[Field, Told]]:
    """Each thing told with its field. Conflict `not_in_correction`; Refused for unknown fields and values, and times
    ahead of `now`; NotAllowed where somebody whom the policy does not name would answer for what stands in the file.
    """
    _refuse_time(facts, new, now)
    told = [(_field(place, each), each) for place, each in enumerate(new.told)]
    for place, (field, each) in enumerate(told):
        _refuse_value(facts, field, each, new, place)
        if field.form is Form.HELD:
            _refuse_stranger(facts, field, actor)
    return told


def may_verify(facts: KnowledgeFacts, item: str, actor: Actor) -> bool:
    """Whether the policy names one of the actor's roles for the item; anybody where it has no such item."""
    rule = facts.policy.item(item)
    return rule is None or bool(_roles(facts, actor).intersection(rule.by))


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
    if rule is not None and not may_verify(facts, field.item.value, actor):
        raise NotAllowed("item_not_yours", {"title": rule.title})


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

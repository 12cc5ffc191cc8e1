"""A person, a policy, statements and checks, for the tests of 四知道."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from app.rules.effects import ChangeDuty, Decision
from app.rules.effects.known_facts import How, KeepFact, Source
from app.rules.facts import Actor, DutyKind, Grant, Role, SubjectStatus, SupervisionClass
from app.rules.known_facts import (
    FieldView,
    InFile,
    KnowledgeFacts,
    KnownItem,
    NewCheck,
    Statement,
    Told,
    view,
)
from app.rules.known_facts.fulfilling import statement_of
from app.rules.policy import Policy
from app.rules.policy.by_class import ByClass
from app.rules.policy.items import Item, Span
from tests.rules.policies import shipped

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PERSON, OFFICE = UUID(int=1), UUID(int=3)
OFFICER = Actor("user", UUID(int=2), (Grant(Role.OFFICER, OFFICE, "33.08.81.01"),))
HOME, PHONE = UUID(int=70), UUID(int=71)
FIRST, SECOND_CONTACT = UUID(int=72), UUID(int=73)
IN_FILE = InFile(
    {"identity": UUID(int=74), "term": UUID(int=75), "class": UUID(int=76), "phone": PHONE, "dwelling": HOME}
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00" if len(text) > 10 else f"{text}T09:00:00+08:00")


NOW = at("2026-03-02")


def an_item(code: str, by: tuple[Role, ...] = (Role.OFFICER,)) -> Item:
    repeat: ByClass[Span | None] = ByClass(Span(months=1), Span(months=3), Span(months=6))
    return Item(code, f"知道{code}", DutyKind.VERIFICATION, by, assumed=True, source="test", repeat=repeat)


def a_policy(**by: tuple[Role, ...]) -> Policy:
    known = {item.value: an_item(item.value, **by) for item in KnownItem}
    policy = shipped("jiangshan")
    return replace(policy, items={**policy.items, **known})


POLICY = a_policy()
FACTS = KnowledgeFacts(
    PERSON, OFFICE, "33.08.81.01", SubjectStatus.IN_CORRECTION, SupervisionClass.STRICT, POLICY, IN_FILE
)


def said(field: str, value: str | None, when: datetime = NOW, **changes: object) -> Statement:
    held = changes.pop("held", None)
    by = changes.pop("by", UUID(int=2))
    made = Statement(
        id=uuid5(PERSON, f"{field}|{value}|{when}|{sorted(changes.items())}|{held}"),
        field=field,
        value=value,
        held=held,  # type: ignore[arg-type]
        source=Source.OFFICER,
        said_by=None,
        how=How.SEEN,
        learned_at=when,
        verified_at=when if by else None,
        verified_by=by,  # type: ignore[arg-type]
        written_at=when,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def field_view(
    code: str, *statements: Statement, in_file: InFile = IN_FILE, now: datetime = NOW, policy: Policy | None = POLICY
) -> FieldView:
    views = view(in_file, statements, policy, SupervisionClass.STRICT, now=now)
    return next(each for each in views if each.field.code == code)


def a_check(*told: Told, when: datetime = NOW, **changes: object) -> NewCheck:
    made = NewCheck(UUID(int=9), when, Source.OFFICER, How.SEEN, told, b"hash")
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(decision: Decision) -> Mapping[str, KeepFact]:
    return {effect.field: effect for effect in decision.effects if isinstance(effect, KeepFact)}


def changes(decision: Decision) -> list[ChangeDuty]:
    return [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]


def after(facts: KnowledgeFacts, decision: Decision) -> KnowledgeFacts:
    """The facts once the decision is written."""
    gone = {each for fact in kept(decision).values() for each in fact.supersedes}
    stay = [each for each in facts.statements if each.id not in gone]
    return replace(
        facts, statements=(*stay, *(statement_of(fact) for fact in kept(decision).values() if not fact.outdated_by))
    )

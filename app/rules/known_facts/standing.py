"""How well a field is known: known, stale, not verified, missing, or told in two ways. Missing is never no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import SupervisionClass
from app.rules.known_facts.catalogue import CONTACTS_NEEDED, FIELDS, REACHED, Field, Form, KnownItem
from app.rules.known_facts.facts import InFile, Statement
from app.rules.policy import Policy
from app.rules.schedule import due_after


class Standing(StrEnum):
    """`unverified`: there is a word or an entry, and nobody answers for it."""

    KNOWN = "known"
    STALE = "stale"
    UNVERIFIED = "unverified"
    MISSING = "missing"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class FieldView:
    """One field as it stands. `statements` are the live ones, the latest first; `counts` is the one that holds, None
    where none does. `changed`: what stands in the file is no longer what was verified. `fresh_until` is None where
    nothing was verified or nothing grows stale. `unneeded`: the item is known without it.
    """

    field: Field
    standing: Standing
    statements: tuple[Statement, ...]
    counts: Statement | None = None
    verified_at: datetime | None = None
    fresh_until: datetime | None = None
    changed: bool = False
    unneeded: bool = False


def view(
    in_file: InFile,
    statements: Sequence[Statement],
    policy: Policy | None,
    class_: SupervisionClass | None,
    *,
    now: datetime,
) -> tuple[FieldView, ...]:
    """Every field of the catalogue as it stands at `now`, by the policy's interval of the class."""
    views = []
    occupation = None
    for field in FIELDS:
        live = sorted(
            (each for each in statements if each.field == field.code),
            key=lambda each: (each.learned_at, each.written_at, str(each.id)),
            reverse=True,
        )
        found = _stands(field, live, in_file, _Clock(policy, class_, now), occupation)
        if field.code == "occupation" and found.counts is not None:
            occupation = found.counts.value
        views.append(found)
    return tuple(views)


def fresh_until(
    policy: Policy | None, item: KnownItem, class_: SupervisionClass | None, verified_at: datetime
) -> datetime | None:
    """The exclusive end of the time in which a verification counts; None where the policy does not repeat the item."""
    rule = policy.item(item.value) if policy else None
    span = rule.repeat.of(class_) if rule is not None and class_ is not None else None
    return None if span is None else due_after(span, verified_at)


@dataclass(frozen=True)
class _Clock:
    policy: Policy | None
    class_: SupervisionClass | None
    now: datetime

    def verified(self, field: Field, at: datetime) -> tuple[Standing, datetime | None]:
        until = fresh_until(self.policy, field.item, self.class_, at)
        return (Standing.STALE if until is not None and self.now >= until else Standing.KNOWN), until


def _stands(
    field: Field, live: Sequence[Statement], in_file: InFile, clock: _Clock, occupation: str | None
) -> FieldView:
    match field.form:
        case Form.HELD:
            return _held(field, live, in_file.held.get(field.code), clock)
        case Form.CONTACT:
            return _contacts(field, live, in_file.contacts, clock)
        case _:
            unneeded = not field.required and (not field.needed_with or occupation not in field.needed_with[1:])
            return _said(field, live, clock, unneeded=unneeded)


def _held(field: Field, live: Sequence[Statement], held: UUID | None, clock: _Clock) -> FieldView:
    if held is None:
        return FieldView(field, Standing.MISSING, tuple(live))
    checked = next((each for each in live if each.verified_at is not None and each.held == held), None)
    if checked is None or checked.verified_at is None:
        return FieldView(field, Standing.UNVERIFIED, tuple(live), changed=any(each.verified_at for each in live))
    standing, until = clock.verified(field, checked.verified_at)
    return FieldView(field, standing, tuple(live), checked, checked.verified_at, until)


def _said(field: Field, live: Sequence[Statement], clock: _Clock, *, unneeded: bool) -> FieldView:
    if not live:
        return FieldView(field, Standing.MISSING, (), unneeded=unneeded)
    same = live[:1] if field.passing else live
    if len({each.value for each in same}) > 1:
        return FieldView(field, Standing.CONTRADICTED, tuple(live), unneeded=unneeded)
    verified = [each for each in same if each.verified_at is not None]
    if not verified:
        return FieldView(field, Standing.UNVERIFIED, tuple(live), same[0], unneeded=unneeded)
    best = max(verified, key=lambda each: each.verified_at or clock.now)
    assert best.verified_at is not None  # noqa: S101
    standing, until = clock.verified(field, best.verified_at)
    return FieldView(field, standing, tuple(live), best, best.verified_at, until, unneeded=unneeded)


def _contacts(field: Field, live: Sequence[Statement], contacts: Sequence[UUID], clock: _Clock) -> FieldView:
    """Known as long as so many contacts as are needed were reached by a test that is fresh."""
    last = {each.held: each for each in reversed(live)}
    reached = [last[each] for each in contacts if each in last and last[each].value == REACHED]
    times = sorted((each.verified_at for each in reached if each.verified_at is not None), reverse=True)
    if len(times) >= CONTACTS_NEEDED:
        at = times[CONTACTS_NEEDED - 1]
        standing, until = clock.verified(field, at)
        return FieldView(field, standing, tuple(live), None, at, until)
    missing = len(contacts) < CONTACTS_NEEDED
    return FieldView(field, Standing.MISSING if missing else Standing.UNVERIFIED, tuple(live))

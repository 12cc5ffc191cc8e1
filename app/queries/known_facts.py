"""四知道 of one person as people read it: each field with its standing, its statements and who answers for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from app.models.subject import Subject
from app.queries.known_fact_views import ContactShown, FieldShown, ItemShown, Knowledge, StatementShown
from app.queries.names import Named, is_sealed, shown_name
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor, SubjectStatus, SupervisionClass
from app.rules.identity import listed_name
from app.rules.known_facts import Field, FieldView, Form, KnownItem, Standing, Statement, view
from app.rules.policy import Policy
from app.rules.wording.known_facts import (
    FIELDS,
    ITEMS,
    ON_MAP,
    SOURCES,
    VALUES,
    WAYS,
    identity_text,
    term_text,
)
from app.rules.wording.own_file import CATEGORIES, CLASSES
from app.store import policies
from app.store.known_facts import IN_FILE, contact_key, contacts, in_file, statements
from app.store.scope import subjects_of

WORST_FIRST = (Standing.CONTRADICTED, Standing.MISSING, Standing.STALE, Standing.UNVERIFIED, Standing.KNOWN)


def known_facts(
    connection: Connection, actor: Actor, subject_id: UUID, *, now: datetime, opened: bool = False
) -> Knowledge:
    """What is known of one person; NotFound out of reach. `opened`: with what is shown for a recorded reason only.

    That are sensitive fields, and of a minor everything for those above the assigned office. Five statements.
    """
    row = connection.execute(select(*IN_FILE, Subject.minor_regime).where(Subject.id == subject_id, subjects_of(actor)))
    person = row.one_or_none()
    if person is None:
        raise NotFound("not_found")
    known = contacts(connection, subject_id)
    policy = _policy(connection, person.office_id, now)
    class_ = SupervisionClass(person.class_name) if person.class_name else None
    views = view(in_file(person, known), statements(connection, subject_id), policy, class_, now=now)
    named = Named(person.name, person.minor_regime, person.office_id)
    closed = is_sealed(actor, named) and not opened
    shown = [
        (each, _field(person, known, each, closed=closed or (each.field.sensitive and not opened))) for each in views
    ]
    return Knowledge(
        subject_id=subject_id,
        subject_name=listed_name(person.name, minor_regime=False) if opened else shown_name(actor, named),
        minor=person.minor_regime,
        supervised=person.status == SubjectStatus.IN_CORRECTION,
        sealed=any(field.sealed for _, field in shown),
        items=tuple(_item(item, [field for each, field in shown if each.field.item is item]) for item in KnownItem),
        as_of=now,
    )


def _policy(connection: Connection, office_id: UUID, now: datetime) -> Policy | None:
    """The one in force; without one nothing grows stale, and what is known is shown all the same."""
    try:
        return policies.of_office(connection, office_id, at=now).policy
    except Refused:
        return None


def _item(item: KnownItem, fields: Sequence[FieldShown]) -> ItemShown:
    standings = [field.standing for field in fields if field.needed]
    counts = {standing.value: standings.count(standing.value) for standing in Standing}
    worst = next(standing for standing in WORST_FIRST if counts[standing.value] or standing is Standing.KNOWN)
    return ItemShown(item.value, ITEMS[item.value], worst.value, counts, tuple(fields))


def _field(person: Row[Any], known: Sequence[Row[Any]], each: FieldView, *, closed: bool) -> FieldShown:
    field, counts = each.field, each.counts
    value = counts.value if counts else None
    text = _in_file(person, field) if field.form is Form.HELD else value_text(field, value)
    sealed = closed and bool(text or each.statements)
    return FieldShown(
        code=field.code,
        title=FIELDS[field.code],
        form=field.form.value,
        standing=each.standing.value,
        needed=not each.unneeded,
        sealed=sealed,
        value=None if sealed else value,
        text=None if sealed else text,
        verified_at=each.verified_at,
        verified_by_name=counts.verified_by_name if counts and each.verified_at else None,
        how_text=WAYS[counts.how] if counts and each.verified_at else None,
        fresh_until=each.fresh_until,
        changed=each.changed,
        held=in_file(person, ()).held.get(field.code),
        statements=tuple(_statement(field, one, closed=sealed) for one in each.statements),
        contacts=_contacts(person.id, known, each, closed=sealed) if field.form is Form.CONTACT else (),
    )


def value_text(field: Field, value: str | None) -> str | None:
    """What a value says to people."""
    return VALUES[field.code].get(value, value) if value is not None and field.code in VALUES else value


def _in_file(person: Row[Any], field: Field) -> str | None:
    """What stands in the file, never an identity number."""
    match field.code:
        case "identity":
            return identity_text(person.name, person.sex, person.birth_date, numbered=person.numbered)
        case "term":
            return term_text(CATEGORIES[person.category], person.term_from, person.term_to)
        case "class":
            return CLASSES.get(person.class_name or "")
        case "phone":
            return str(person.phone) if person.phone else None
        case _:
            return person.home_address or (ON_MAP if person.home_given else None)


def _statement(field: Field, one: Statement, *, closed: bool) -> StatementShown:
    return StatementShown(
        id=one.id,
        value=None if closed else one.value,
        text=None if closed else value_text(field, one.value),
        source=one.source.value,
        source_text=SOURCES[one.source],
        said_by=None if closed else one.said_by,
        how=one.how.value,
        how_text=WAYS[one.how],
        learned_at=one.learned_at,
        verified_at=one.verified_at,
        verified_by_name=one.verified_by_name,
        note=None if closed else one.note,
        settles=one.settles,
        evidence_kind=one.evidence.kind if one.evidence else None,
        evidence_id=one.evidence.id if one.evidence else None,
    )


def _contacts(
    subject_id: UUID, known: Sequence[Row[Any]], each: FieldView, *, closed: bool
) -> tuple[ContactShown, ...]:
    last = {one.held: one for one in reversed(each.statements)}
    shown = []
    for contact in known:
        key = contact_key(subject_id, contact)
        test = last.get(key)
        shown.append(
            ContactShown(
                key=key,
                name=None if closed else contact.name,
                relation=contact.relation,
                reached=test.value == "reached" if test else None,
                tested_at=test.learned_at if test else None,
                tested_by_name=test.verified_by_name if test else None,
            )
        )
    return tuple(shown)

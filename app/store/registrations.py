"""What a registration writes: the subject's row, who is in charge, log-in, contacts, and the periods that begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from app.models.subject import SubjectAccount, SubjectContact
from app.rules.errors import Conflict, Refused
from app.rules.facts import Role, SubjectStatus
from app.rules.registration import Contact, Registration
from app.store import areas, periods, subjects
from app.store.identity import Sealed

IN_CHARGE = (Role.OFFICER, Role.AIDE, Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.PROVIDER)
"""Roles of which one in the subject's office, or in an office above it, lets a user be in charge of the subject."""

MAY_BE_IN_CHARGE = text(
    """
    SELECT EXISTS (
        SELECT FROM users u
        JOIN user_roles r ON r.user_id = u.id AND r.role = ANY(:roles) AND r.held @> CAST(:now AS timestamptz)
        JOIN offices mine ON mine.id = r.office_id
        JOIN offices o ON o.id = :office_id AND (o.path = mine.path OR o.path LIKE mine.path || '.%')
        WHERE u.id = :officer_id AND u.disabled_at IS NULL)
    """
)


@dataclass(frozen=True)
class Settled:
    """What was found out about a registration: whose row it is, what follows from the birth date, where it holds.

    `subject_no` is None for a row that keeps the number it has; `is_new` tells whether the row is to be made.
    """

    subject_id: UUID
    is_new: bool
    subject_no: str | None
    birth_date: date
    minor_regime: bool
    permitted_area_id: UUID
    sealed: Sealed | None
    fingerprint: bytes


def refuse_officer(tx: Connection, officer_id: UUID | None, office_id: UUID, *, now: datetime) -> None:
    """Refused `officer_not_of_office` unless that user works in the office, or in one above it, at `now`."""
    if officer_id is None:
        return
    keys = {"officer_id": officer_id, "office_id": office_id, "roles": list(IN_CHARGE), "now": now}
    if not tx.execute(MAY_BE_IN_CHARGE, keys).scalar_one():
        raise Refused("officer_not_of_office", fields={"officer_id": "officer_not_of_office"})


def write(tx: Connection, entered: Registration, settled: Settled, *, registered_by: UUID, now: datetime) -> None:
    """Write a registration that was found to fit; Conflict where number, identity number or log-in are taken."""
    row = _row(entered, settled, now)
    if settled.is_new:
        subjects.add(tx, settled.subject_id, row | {"created_at": now})
    else:
        areas.note_before(tx, settled.subject_id, settled.permitted_area_id, until=now)
        subjects.renew(tx, settled.subject_id, row)
    if entered.login and entered.password_hash:
        set_log_in(tx, settled.subject_id, entered.login, entered.password_hash, now=now)
    set_contacts(tx, settled.subject_id, entered.contacts)
    periods.begin(
        tx,
        settled.subject_id,
        entered.category,
        entered.class_,
        entered.office_id,
        entered.officer_id,
        set_by=registered_by,
        now=now,
    )


def write_new(
    tx: Connection, found: Sequence[tuple[Registration, Settled]], *, registered_by: UUID, now: datetime
) -> None:
    """Write registrations of people who are all new and have neither log-in nor contacts: few statements for many.

    Conflict where a number or an identity number is taken.
    """
    rows = [_row(entered, settled, now) | {"id": settled.subject_id, "created_at": now} for entered, settled in found]
    subjects.add_all(tx, rows)
    begun = [
        periods.Beginning(settled.subject_id, entered.category, entered.class_, entered.office_id, entered.officer_id)
        for entered, settled in found
    ]
    periods.begin_all(tx, begun, set_by=registered_by, now=now)


def _row(entered: Registration, settled: Settled, now: datetime) -> dict[str, Any]:
    number = {"subject_no": settled.subject_no} if settled.subject_no else {}
    return {
        "name": entered.name,
        "sex": entered.sex,
        "birth_date": settled.birth_date,
        "phone": entered.phone,
        "category": entered.category,
        "status": SubjectStatus.IN_CORRECTION,
        "office_id": entered.office_id,
        "officer_id": entered.officer_id,
        "class": entered.class_,
        "channel": entered.channel,
        "minor_regime": settled.minor_regime,
        "home_address": entered.home_address,
        "permitted_area_id": settled.permitted_area_id,
        "term_from": entered.term_from,
        "term_to": entered.term_to,
        "registered_at": now,
        "registration_id": entered.id,
        "ended_at": None,
        "end_reason": None,
        "body_hash": settled.fingerprint,
        **number,
        **subjects.home_columns(entered.home),
        **subjects.number_columns(settled.sealed),
    }


def set_log_in(tx: Connection, subject_id: UUID, login: str, password_hash: str, *, now: datetime) -> None:
    """The subject's log-in from now on, new or changed; Conflict `login_taken` where it is another's."""
    statement = upsert(SubjectAccount)
    changed = statement.on_conflict_do_update(
        index_elements=[SubjectAccount.subject_id],
        set_={"login": statement.excluded.login, "password_hash": statement.excluded.password_hash},
    )
    row = {"subject_id": subject_id, "login": login, "password_hash": password_hash, "created_at": now}
    try:
        with tx.begin_nested():
            tx.execute(changed, row)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("login_taken", fields={"login": "login_taken"}) from error


def refuse_without_log_in(tx: Connection, subject_id: UUID) -> None:
    """Refused `login_needed` where the subject has no log-in yet."""
    known = select(SubjectAccount.subject_id).where(SubjectAccount.subject_id == subject_id)
    if tx.execute(known).one_or_none() is None:
        raise Refused("login_needed", fields={"login": "login_needed"})


def set_contacts(tx: Connection, subject_id: UUID, contacts: Sequence[Contact]) -> None:
    """The subject's contacts, in place of those before."""
    tx.execute(delete(SubjectContact).where(SubjectContact.subject_id == subject_id))
    if contacts:
        tx.execute(
            insert(SubjectContact),
            [
                {"id": uuid5(subject_id, f"contact|{n}"), "subject_id": subject_id, **vars(contact)}
                for n, contact in enumerate(contacts)
            ],
        )

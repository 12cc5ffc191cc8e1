"""Subjects on disk: who they are, within whose reach, and under which lock they are changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from geoalchemy2 import WKTElement
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.models.subject import ClassPeriod, Subject, SubjectState
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor, Channel, EndReason, GivenPlace, SubjectStatus, SupervisionClass
from app.rules.registration import SERIAL_DIGITS, Receipt
from app.rules.subjects import Standing
from app.store.identity import Sealed
from app.store.scope import subjects_of

TAKEN = {
    "uq_subjects_subject_no": ("subject_no", "subject_no_taken"),
    "uq_subjects_id_number_hash": ("id_number", "id_number_taken"),
}


OF_THE_PHONE = ("last_heard_at", "last_position_at", "last_position", "last_accuracy_m", "battery_percent")
"""What a state row keeps of the phone's last word."""


@dataclass(frozen=True)
class Known:
    """A row that a registration or a judgment might be about."""

    id: UUID
    subject_no: str
    status: SubjectStatus
    within_reach: bool
    birth_date: date | None
    id_number_hash: bytes | None


@dataclass(frozen=True)
class OnRecord:
    """What a change is checked against."""

    birth_date: date | None
    term_from: date | None
    term_to: date | None


@dataclass(frozen=True)
class Registered:
    """What a registration left, and the fingerprint of its body."""

    receipt: Receipt
    body_hash: bytes | None


def claim(tx: Connection, request_id: UUID) -> None:
    """Let two requests with one client-made id come one after the other; the second then finds what the first did."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(request_id), 0))))


def registered_as(tx: Connection, registration_id: UUID) -> Registered | None:
    """What the registration with this client-made id left."""
    row = tx.execute(
        select(Subject.id, Subject.subject_no, Subject.registered_at, Subject.minor_regime, Subject.body_hash).where(
            Subject.registration_id == registration_id
        )
    ).one_or_none()
    if row is None:
        return None
    return Registered(Receipt(row.id, row.subject_no, row.registered_at, row.minor_regime), row.body_hash)


def receipt(tx: Connection, registration_id: UUID) -> Receipt:
    """What a registration that was written is answered."""
    found = registered_as(tx, registration_id)
    if found is None:
        raise LookupError("no such registration")
    return found.receipt


def known(tx: Connection, actor: Actor, *, subject_id: UUID, id_number_hashes: Sequence[bytes]) -> Known | None:
    """The row with this id, or else with this identity number, under its lock. Rows beyond reach are told as such.

    The number's hashes are those under each key that may have made the row's; none for no number. Conflict
    `id_number_taken` where the id is one person's row and the number another's.
    """
    same = Subject.id == subject_id
    if id_number_hashes:
        same |= Subject.id_number_hash.in_(id_number_hashes)
    rows = tx.execute(
        select(
            Subject.id,
            Subject.subject_no,
            Subject.status,
            Subject.birth_date,
            Subject.id_number_hash,
            subjects_of(actor).label("within_reach"),
        )
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(same)
        .order_by(Subject.id)
        .with_for_update(of=SubjectState)
    ).all()
    if len(rows) > 1:
        raise Conflict("id_number_taken", fields={"id_number": "id_number_taken"})
    if not rows:
        return None
    row = rows[0]
    return Known(
        row.id, row.subject_no, SubjectStatus(row.status), row.within_reach, row.birth_date, row.id_number_hash
    )


def refuse_number_of_another(tx: Connection, subject_id: UUID, id_number_hashes: Sequence[bytes]) -> None:
    """Conflict `id_number_taken` where it is somebody else's, whichever key their hash was made with."""
    same = Subject.id_number_hash.in_(id_number_hashes) & (Subject.id != subject_id)
    if tx.execute(select(Subject.id).where(same)).first():
        raise Conflict("id_number_taken", fields={"id_number": "id_number_taken"})


def within_reach(tx: Connection, actor: Actor, subject_id: UUID) -> Standing:
    """How a subject within the actor's reach stands, under the subject's lock; NotFound for any other."""
    class_since = (
        select(func.lower(ClassPeriod.period))
        .where(ClassPeriod.subject_id == Subject.id, func.upper_inf(ClassPeriod.period))
        .scalar_subquery()
    )
    row = tx.execute(
        select(
            Subject.id.label("subject_id"),
            Subject.status,
            Subject.office_id,
            Subject.channel,
            Subject.class_.label("class_name"),
            class_since.label("class_since"),
            Subject.registered_at,
            SubjectState.planned_until,
            Subject.ended_at,
            Subject.end_reason,
        )
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return Standing(
        subject_id=row.subject_id,
        status=SubjectStatus(row.status),
        office_id=row.office_id,
        channel=Channel(row.channel),
        class_=SupervisionClass(row.class_name) if row.class_name else None,
        class_since=row.class_since,
        registered_at=row.registered_at,
        planned_until=row.planned_until,
        ended_at=row.ended_at,
        end_reason=EndReason(row.end_reason) if row.end_reason else None,
    )


def on_record(tx: Connection, subject_id: UUID) -> OnRecord:
    """Birth date and term of a subject that exists."""
    row = tx.execute(
        select(Subject.birth_date, Subject.term_from, Subject.term_to).where(Subject.id == subject_id)
    ).one()
    return OnRecord(row.birth_date, row.term_from, row.term_to)


def sealed_number(tx: Connection, subject_id: UUID) -> Sealed | None:
    """The subject's identity number as the row keeps it; None where none is on record."""
    row = tx.execute(
        select(
            Subject.id_number_cipher,
            Subject.id_number_key_version,
            Subject.id_number_hash,
            Subject.id_number_hash_version,
        ).where(Subject.id == subject_id, Subject.id_number_cipher.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    return Sealed(row.id_number_cipher, row.id_number_key_version, row.id_number_hash, row.id_number_hash_version)


def next_serial(tx: Connection, prefix: str) -> int:
    """The serial after the highest in use under `prefix` (county and year); the lock holds until the commit."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"subject_no:{prefix}", 0))))
    pattern = f"^{prefix}[0-9]{{{SERIAL_DIGITS}}}$"
    highest = tx.execute(
        select(func.max(Subject.subject_no)).where(
            Subject.subject_no.startswith(prefix), Subject.subject_no.regexp_match(pattern)
        )
    ).scalar_one()
    return int(highest[len(prefix) :]) + 1 if highest else 1


def add(tx: Connection, subject_id: UUID, row: dict[str, Any]) -> None:
    """Write a new subject and its state row; Conflict where number, identity number or id are taken."""
    with _unique(tx):
        tx.execute(insert(Subject), {"id": subject_id, **row})
    tx.execute(insert(SubjectState), {"subject_id": subject_id, "silent": False})


def add_all(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write new subjects, each with its `id`, and their state rows; Conflict where one of them is taken."""
    with _unique(tx):
        tx.execute(insert(Subject), rows)
    tx.execute(insert(SubjectState), [{"subject_id": row["id"], "silent": False} for row in rows])


def renew(tx: Connection, subject_id: UUID, row: dict[str, Any]) -> None:
    """Write a new beginning into an existing row; what its phone said in an earlier correction counts no more."""
    change(tx, subject_id, row)
    unheard = dict.fromkeys(OF_THE_PHONE)
    tx.execute(update(SubjectState).where(SubjectState.subject_id == subject_id).values(unheard))


def change(tx: Connection, subject_id: UUID, row: dict[str, Any]) -> None:
    """Write these columns; Conflict where number or identity number are taken."""
    if row:
        with _unique(tx):
            tx.execute(update(Subject).where(Subject.id == subject_id).values(row))


@contextmanager
def _unique(tx: Connection) -> Iterator[None]:
    """A savepoint around one statement; a unique key that it breaks becomes a Conflict that names the field."""
    try:
        with tx.begin_nested():
            yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        broken = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
        field, code = TAKEN.get(broken, ("id", "id_reused"))
        raise Conflict(code, fields={field: code}) from error


def home_columns(home: GivenPlace | None) -> dict[str, Any]:
    """The columns of a home: the point in WGS-84, and the pair and the datum as they were entered."""
    if home is None:
        return {"home": None, "home_given": None}
    given = {"lon": home.given_lon, "lat": home.given_lat, "datum": home.datum}
    return {"home": WKTElement(f"POINT({home.lon!r} {home.lat!r})", srid=4326), "home_given": given}


def number_columns(sealed: Sealed | None) -> dict[str, Any]:
    """The columns of an identity number; none of them where none was given, so that one on record stays."""
    if sealed is None:
        return {}
    return {
        "id_number_cipher": sealed.cipher,
        "id_number_key_version": sealed.key_version,
        "id_number_hash": sealed.hash,
        "id_number_hash_version": sealed.hash_version,
    }

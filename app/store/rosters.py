"""Rosters on disk: whom their lines could be about, offices and people they name, and that one was imported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from app.models.office import Office
from app.models.roster import RosterImport
from app.models.subject import Subject
from app.rules.facts import Actor, Grant, OfficeLevel, Role, SubjectStatus
from app.rules.offices import Site
from app.rules.roster import OnRecord, Receipt
from app.store.registrations import IN_CHARGE
from app.store.scope import offices_of, subjects_of

PEOPLE = text(
    """
    SELECT DISTINCT o.id AS office_id, u.id AS user_id, u.login, u.name
    FROM offices o
    JOIN offices p ON o.path = p.path OR o.path LIKE p.path || '.%'
    JOIN user_roles r ON r.office_id = p.id AND r.role = ANY(:roles) AND r.held @> CAST(:now AS timestamptz)
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE o.id = ANY(:office_ids)
    ORDER BY o.id, u.login
    """
)
ACTING = text(
    """
    SELECT u.id, r.role, r.office_id, o.path
    FROM users u
    LEFT JOIN user_roles r ON r.user_id = u.id AND r.held @> CAST(:now AS timestamptz)
    LEFT JOIN offices o ON o.id = r.office_id
    WHERE u.login = :login AND u.disabled_at IS NULL
    """
)
ONE_AT_A_TIME = "zhifang:roster"


@dataclass(frozen=True)
class Place:
    """An office within reach, and what it is called."""

    site: Site
    name: str


@dataclass(frozen=True)
class InCharge:
    """A user who may be in charge of the subjects of an office."""

    id: UUID
    login: str
    name: str


def claim(tx: Connection) -> None:
    """Let two imports come one after the other: the second then finds whom the first registered."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(ONE_AT_A_TIME, 0))))


def places(tx: Connection, actor: Actor) -> list[Place]:
    """Every office within the actor's reach."""
    rows = tx.execute(select(Office.id, Office.code, Office.level, Office.path, Office.name).where(offices_of(actor)))
    return [Place(Site(row.id, row.code, OfficeLevel(row.level), row.path), row.name) for row in rows]


def people_in_charge(tx: Connection, office_ids: Iterable[UUID], *, now: datetime) -> Mapping[UUID, list[InCharge]]:
    """By office: who works there, or in an office above it, so as to be in charge of somebody."""
    found: dict[UUID, list[InCharge]] = {}
    for row in tx.execute(PEOPLE, {"office_ids": list(office_ids), "roles": list(IN_CHARGE), "now": now}):
        found.setdefault(row.office_id, []).append(InCharge(row.user_id, row.login, row.name))
    return found


def on_record(tx: Connection, actor: Actor, hashes: Sequence[bytes]) -> Mapping[bytes, OnRecord]:
    """By the hash of the identity number: who is on record, wherever; one query for all."""
    rows = tx.execute(
        select(
            Subject.id_number_hash,
            Subject.id.label("subject_id"),
            subjects_of(actor).label("within_reach"),
            Subject.subject_no,
            Subject.status,
            Subject.minor_regime,
            Subject.name,
            Subject.category,
            Subject.class_.label("class_"),
            Subject.channel,
            Subject.sex,
            Subject.phone,
            Subject.term_from,
            Subject.term_to,
            Subject.home_address,
        ).where(Subject.id_number_hash == func.any(hashes))
    ).mappings()
    return {
        row["id_number_hash"]: OnRecord(
            **{name: value for name, value in row.items() if name not in {"id_number_hash", "status"}},
            status=SubjectStatus(row["status"]),
        )
        for row in rows
    }


def numbers_taken(tx: Connection, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers of subjects are in use."""
    return set(tx.execute(select(Subject.subject_no).where(Subject.subject_no == func.any(numbers))).scalars())


def find(tx: Connection, roster_id: UUID) -> tuple[Receipt, bytes] | None:
    """What the import with this client-made id left, and the fingerprint of what was sent."""
    row = tx.execute(
        select(
            RosterImport.imported_at,
            RosterImport.rows,
            RosterImport.added,
            RosterImport.already_there,
            RosterImport.fingerprint,
        ).where(RosterImport.id == roster_id)
    ).one_or_none()
    if row is None:
        return None
    return Receipt(roster_id, row.imported_at, row.rows, row.added, row.already_there), row.fingerprint


def add(tx: Connection, receipt: Receipt, *, office_id: UUID | None, imported_by: UUID, fingerprint: bytes) -> None:
    """Write that a roster was imported."""
    row = {**vars(receipt), "office_id": office_id, "imported_by": imported_by, "fingerprint": fingerprint}
    tx.execute(insert(RosterImport), row)


def acting(tx: Connection, login: str, *, now: datetime) -> Actor | None:
    """The user with this log-in, with the roles held at `now`; None where there is none or the account is closed."""
    rows = tx.execute(ACTING, {"login": login, "now": now}).all()
    if not rows:
        return None
    return Actor("user", rows[0].id, tuple(Grant(Role(row.role), row.office_id, row.path) for row in rows if row.role))

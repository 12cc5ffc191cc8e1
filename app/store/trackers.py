"""Credentials of third-party clients on disk, found by a hash of their secret."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, text, update

from app.models.subject import Subject, SubjectState
from app.models.tracker import TrackerCredential
from app.rules.errors import NotFound
from app.rules.facts import Actor, SubjectStatus, TrackerClient
from app.rules.trackers import Tracker, Wanted
from app.store.scope import subjects_of

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs that are not taken for one another on paper."""

SECRET_SIGNS = 32
"""160 bits: a plain hash of it cannot be tried out."""

# Good for as long as the session is: the same look as at the log-in of a phone of our own.
FIND = text(
    """
    SELECT c.id, c.subject_id, c.session_id, c.device_id, c.client, c.name, c.datum, EXISTS (
        SELECT FROM sessions s
        JOIN subjects p ON p.id = s.owner_id AND p.status = 'in_correction'
        JOIN device_bindings b
          ON b.subject_id = p.id AND b.device_id = s.device_id AND b.bound @> CAST(:now AS timestamptz)
        WHERE s.id = c.session_id AND s.owner_id = c.subject_id AND s.ended_at IS NULL AND s.expires_at > :now
    ) AS good
    FROM tracker_credentials c WHERE c.secret_hash = :secret_hash AND c.client = :client
    """
)

# Of many at once one alone is the first.
FIRST_REFUSED = text(
    """
    UPDATE tracker_credentials c SET refused_at = :now
    FROM subjects p, sessions s
    WHERE c.id = :id AND c.refused_at IS NULL AND p.id = c.subject_id AND s.id = c.session_id
    RETURNING p.id AS subject_id, p.status, p.office_id, coalesce(s.ended_at, c.revoked_at) AS ended_at
    """
)


@dataclass(frozen=True)
class Found:
    """Whose a secret is, and whether it still counts."""

    tracker: Tracker
    good: bool


def new_secret() -> str:
    """A secret as it is shown once: letters and digits that go into an address as they are."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_SIGNS))


def hash_of(secret: str) -> bytes:
    """By what a secret is kept and found."""
    return sha256(secret.encode(errors="replace")).digest()


def find(connection: Connection, client: TrackerClient, secret: str, *, now: datetime) -> Found | None:
    """Whose secret this is; None where it never was anybody's. One query."""
    keys = {"secret_hash": hash_of(secret), "client": client.value, "now": now}
    row = connection.execute(FIND, keys).one_or_none()
    if row is None:
        return None
    actor = Actor("subject", row.subject_id, (), row.session_id, row.device_id)
    return Found(Tracker(row.id, TrackerClient(row.client), row.name, row.datum, actor), row.good)


def lock(tx: Connection, actor: Actor, subject_id: UUID) -> SubjectStatus:
    """Take the lock of a subject of the actor's and tell how it stands; NotFound for any other."""
    status = tx.execute(
        select(Subject.status)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).scalar_one_or_none()
    if status is None:
        raise NotFound("not_found")
    return SubjectStatus(status)


def body_hash_of(tx: Connection, credential_id: UUID) -> bytes | None:
    """The fingerprint of the request that made the credential; None where there is none."""
    statement = select(TrackerCredential.body_hash).where(TrackerCredential.id == credential_id)
    return tx.execute(statement).scalar_one_or_none()


def add(tx: Connection, wanted: Wanted, secret: str, *, created_by: UUID, now: datetime) -> None:
    """Write a credential whose session is open. Only the hash of its secret stays."""
    row = {
        "id": wanted.id,
        "subject_id": wanted.subject_id,
        "session_id": wanted.session_id,
        "device_id": wanted.device_id,
        "client": wanted.client.value,
        "name": wanted.name,
        "datum": wanted.datum,
        "secret_hash": hash_of(secret),
        "created_at": now,
        "created_by": created_by,
        "body_hash": wanted.body_hash,
    }
    tx.execute(insert(TrackerCredential), row)


@dataclass(frozen=True)
class Issued:
    """A credential that is to be revoked."""

    subject_id: UUID
    session_id: UUID
    device_id: UUID
    revoked_at: datetime | None


def issued(tx: Connection, actor: Actor, credential_id: UUID) -> Issued:
    """A credential of a subject of the actor's, under the subject's lock; NotFound for any other."""
    row = tx.execute(
        select(TrackerCredential.subject_id)
        .join(Subject, Subject.id == TrackerCredential.subject_id)
        .where(TrackerCredential.id == credential_id, subjects_of(actor))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("not_found")
    lock(tx, actor, row)
    columns = select(
        TrackerCredential.subject_id,
        TrackerCredential.session_id,
        TrackerCredential.device_id,
        TrackerCredential.revoked_at,
    )
    return Issued(*tx.execute(columns.where(TrackerCredential.id == credential_id)).one())


def revoke(tx: Connection, credential_id: UUID, *, revoked_by: UUID, reason: str, now: datetime) -> None:
    """Write down who took it back and why. Its session is ended by whoever calls."""
    tx.execute(
        update(TrackerCredential)
        .where(TrackerCredential.id == credential_id)
        .values(revoked_at=now, revoked_by=revoked_by, revoke_reason=reason)
    )


def first_refused(
    tx: Connection, credential_id: UUID, *, now: datetime
) -> Row[tuple[UUID, str, UUID, datetime]] | None:
    """Note that a credential was used after it had ended; its subject's state at the first time, None afterwards."""
    return tx.execute(FIRST_REFUSED, {"id": credential_id, "now": now}).one_or_none()

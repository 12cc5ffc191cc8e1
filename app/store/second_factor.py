"""Officers' secrets for one-time codes, sealed for their row, and the recovery codes beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from app.models.session import RecoveryCode, Totp
from app.store import sealing
from app.store.sealing import Keys, Purpose, Sealed


@dataclass(frozen=True)
class Secret:
    """One authenticator of a user. The plain secret shows in no representation."""

    id: UUID
    sealed: Sealed
    created_at: datetime
    confirmed_at: datetime | None

    def opened(self, keys: Keys) -> str:
        """The secret in base32."""
        return sealing.open_sealed(keys, Purpose.TOTP, self.id, self.sealed).decode()


def counting(tx: Connection, user_id: UUID) -> Secret | None:
    """The authenticator that a log-in asks for."""
    return _one(tx, user_id, Totp.confirmed_at.is_not(None))


def offered(tx: Connection, user_id: UUID) -> Secret | None:
    """The one that was shown and waits for its first code, locked."""
    return _one(tx, user_id, Totp.confirmed_at.is_(None))


def offer(tx: Connection, user_id: UUID, secret: str, keys: Keys, *, now: datetime) -> None:
    """Keep a new secret until it is confirmed; one that was offered before counts no more."""
    _end(tx, user_id, Totp.confirmed_at.is_(None), now)
    row_id = uuid4()
    sealed = sealing.seal(keys, Purpose.TOTP, row_id, secret.encode())
    row = {"id": row_id, "user_id": user_id, "cipher": sealed.cipher, "key_version": sealed.version, "created_at": now}
    tx.execute(insert(Totp).values(row))


def confirm(tx: Connection, user_id: UUID, secret_id: UUID, step: int, *, now: datetime) -> None:
    """From now on a log-in asks for this one; the one before it counts no more."""
    _end(tx, user_id, Totp.confirmed_at.is_not(None), now)
    tx.execute(update(Totp).where(Totp.id == secret_id).values(confirmed_at=now, last_step=step))


def use_step(tx: Connection, secret_id: UUID, step: int) -> bool:
    """Note that the code of a step was taken; False where that one, or a later one, was taken before."""
    later = or_(Totp.last_step.is_(None), Totp.last_step < step)
    used = tx.execute(
        update(Totp)
        .where(Totp.id == secret_id, Totp.ended_at.is_(None), later)
        .values(last_step=step)
        .returning(Totp.id)
    )
    return used.one_or_none() is not None


def use_recovery_code(tx: Connection, user_id: UUID, code_hash: bytes, *, now: datetime) -> bool:
    """Use a recovery code up; False where it is none of the user's, or was used."""
    used = tx.execute(
        update(RecoveryCode)
        .where(*_unused(user_id), RecoveryCode.code_hash == code_hash)
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def replace_recovery_codes(tx: Connection, user_id: UUID, hashes: Sequence[bytes], *, now: datetime) -> None:
    """The codes until now count no more, these do."""
    tx.execute(update(RecoveryCode).where(*_unused(user_id)).values(ended_at=now))
    if hashes:
        rows = [{"id": uuid4(), "user_id": user_id, "code_hash": code, "created_at": now} for code in hashes]
        tx.execute(insert(RecoveryCode), rows)


def codes_left(tx: Connection, user_id: UUID) -> int:
    """How many recovery codes can still be used."""
    return tx.execute(select(func.count()).select_from(RecoveryCode).where(*_unused(user_id))).scalar_one()


def end(tx: Connection, user_id: UUID, *, now: datetime) -> bool:
    """Take authenticator and recovery codes from a user; False where there were none."""
    had = counting(tx, user_id) is not None
    tx.execute(update(Totp).where(Totp.user_id == user_id, Totp.ended_at.is_(None)).values(ended_at=now))
    replace_recovery_codes(tx, user_id, (), now=now)
    return had


def _one(tx: Connection, user_id: UUID, which: ColumnElement[bool]) -> Secret | None:
    row = tx.execute(
        select(Totp.id, Totp.cipher, Totp.key_version, Totp.created_at, Totp.confirmed_at)
        .where(Totp.user_id == user_id, Totp.ended_at.is_(None), which)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    return Secret(row.id, Sealed(row.key_version, bytes(row.cipher)), row.created_at, row.confirmed_at)


def _end(tx: Connection, user_id: UUID, which: ColumnElement[bool], now: datetime) -> None:
    tx.execute(update(Totp).where(Totp.user_id == user_id, Totp.ended_at.is_(None), which).values(ended_at=now))


def _unused(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None), RecoveryCode.ended_at.is_(None))

"""Log in: find the account, compare the password (with no connection held), open a session on the device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.devices import Device, must_be_bound_first
from app.rules.errors import NotAllowed
from app.rules.sessions import refuse_guessing, term
from app.store import accounts, devices, endpoints, sessions
from app.store.accounts import Account
from app.store.passwords import Cost, is_password
from app.store.sessions import NewSession


def find_account(tx: Connection, owner_kind: str, login: str, client: str, *, now: datetime) -> Account | None:
    """The account of a user or subject who may log in; TooOften where too many were wrong lately.

    `client` is where the request comes from, as far as it is known.
    """
    account, guesses = accounts.to_log_in(tx, owner_kind, login, client, now=now)
    refuse_guessing(guesses)
    return account


def note_wrong_log_in(tx: Connection, owner_kind: str, login: str, client: str, *, now: datetime) -> None:
    """Count a log-in that failed against the next ones."""
    accounts.note_wrong_log_in(tx, owner_kind, login, client, now=now)


def compare_password(account: Account | None, password: str, settings: Settings) -> UUID:
    """Whose password this is. Takes its time, the same for an account that does not exist; NotAllowed `wrong_login`.

    Call it between transactions: it keeps a processor busy for a good part of a second.
    """
    cost = Cost(settings.password_rounds, settings.password_memory_kib)
    right = is_password(password, account.password_hash if account else None, cost)
    if account is None or not right:
        raise NotAllowed("wrong_login")
    return account.owner_id


def open_user_session(
    tx: Connection, session_id: UUID, user_id: UUID, device: Device | None, *, now: datetime
) -> NewSession:
    """Log a user in, on a phone or (without a device) in a browser."""
    return _open(tx, session_id, "user", user_id, device, now)


def open_phone_session(
    tx: Connection, session_id: UUID, subject_id: UUID, device: Device, *, now: datetime
) -> NewSession:
    """Log a subject in on its phone, which is bound by the first log-in.

    Conflict `device_not_bound` on any other phone: an officer releases the old one first.
    """
    facts = devices.facts(tx, subject_id, device.id, now=now)
    if facts is None:
        raise NotAllowed("wrong_login")
    if must_be_bound_first(facts):
        devices.bind(tx, subject_id, device, now=now)
    return _open(tx, session_id, "subject", subject_id, device, now)


def _open(
    tx: Connection, session_id: UUID, owner_kind: str, owner_id: UUID, device: Device | None, now: datetime
) -> NewSession:
    device_id = device.id if device else None
    session = NewSession(session_id, owner_kind, owner_id, device_id, now, now + term(owner_kind, device_id))
    sessions.open_(tx, session)
    if device:
        endpoints.take_over(tx, owner_kind, owner_id, device.id, device.push_token, now=now)
    return session

"""Log in: count the try, compare the password (with no connection held), open a session on the device."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.devices import Device, must_be_bound_first
from app.rules.errors import NotAllowed
from app.rules.sessions import Caller, term
from app.store import accounts, devices, endpoints, sessions, throttling
from app.store.accounts import Account
from app.store.passwords import Cost, is_password
from app.store.sessions import NewSession
from app.store.throttling import Try


@dataclass(frozen=True)
class Begun:
    """A try at a password: the account, where there is one, and the lanes in which the try was counted.

    `known` where its owner logged in on the device before.
    """

    account: Account | None
    tried: Try
    known: bool


def begin_log_in(tx: Connection, owner_kind: str, login: str, caller: Caller, *, now: datetime) -> Begun:
    """Find the account of a user or subject who may log in, and count the try; TooOften where it comes too soon.

    An account that does not exist counts the same. The caller lets this transaction commit, whatever follows.
    """
    account = accounts.to_log_in(tx, owner_kind, login)
    device = caller.known_as(account.owner_id) if account else None
    tried = throttling.a_try("password", f"{owner_kind}|{login}", caller.address, device)
    throttling.take(tx, tried, now=now)
    return Begun(account, tried, device is not None)


def compare_password(begun: Begun, password: str, settings: Settings) -> UUID:
    """Whose password this is. Takes its time, the same for an account that does not exist; NotAllowed `wrong_login`.

    Call it between transactions: it keeps a processor busy for a good part of a second. Unavailable in a crowd.
    """
    cost = Cost(settings.password_rounds, settings.password_memory_kib)
    account = begun.account
    right = is_password(password, account.password_hash if account else None, cost, known=begun.known)
    if account is None or not right:
        raise NotAllowed("wrong_login")
    return account.owner_id


def note_right_password(tx: Connection, begun: Begun) -> None:
    """The try was right: the way is clear for the next ones."""
    throttling.settle(tx, begun.tried)


def note_no_outcome(tx: Connection, begun: Begun) -> None:
    """Nothing was compared: the try does not count."""
    throttling.give_back(tx, begun.tried)


def open_user_session(
    tx: Connection,
    session_id: UUID,
    user_id: UUID,
    device: Device | None,
    *,
    now: datetime,
    client_name: str | None = None,
) -> NewSession:
    """Log a user in, on a phone or (without a device) in a browser."""
    return _open(tx, NewSession(session_id, "user", user_id, None, now, now, client_name), device)


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
    else:
        devices.describe(tx, subject_id, device.maker, device.carrier)
    return _open(tx, NewSession(session_id, "subject", subject_id, None, now, now), device)


def _open(tx: Connection, session: NewSession, device: Device | None) -> NewSession:
    """Write it, as of its device and for as long as log-ins on such devices last."""
    if device:
        named = " ".join(filter(None, (device.platform, device.model)))
        session = replace(session, device_id=device.id, client_name=named)
    session = replace(session, expires_at=session.at + term(session.owner_kind, session.device_id))
    sessions.open_(tx, session)
    if device:
        endpoints.take_over(tx, session.owner_kind, session.owner_id, device.id, device.push_token, now=session.at)
    return session

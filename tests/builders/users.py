"""Users with roles, and what their clients send to be known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Flask
from sqlalchemy import Connection

from app.access.tokens import ACCESS_TERM, make_token
from app.deps import Deps
from app.rules.devices import Device
from app.rules.facts import Actor, Grant, Role
from app.rules.offices import Site
from app.store import accounts, devices, passwords, sessions
from tests.builders.numbers import Numbers
from tests.builders.offices import LONG_AGO

PASSWORD = "北山 17 fen chang"
LONG = timedelta(days=3650)

_numbers = Numbers()


@dataclass(frozen=True)
class Worker:
    """A user with one role; `actor` is who acts when this user asks."""

    id: UUID
    login: str
    name: str
    role: Role
    office: Site

    @property
    def actor(self) -> Actor:
        return Actor("user", self.id, (Grant(self.role, self.office.id, self.office.path),))


@cache
def password_hash() -> str:
    """The hash of PASSWORD at the lowest cost: made once in a run."""
    return passwords.hash_password(PASSWORD, passwords.Cost(1, 8))


def a_user(
    tx: Connection,
    office: Site,
    role: Role = Role.OFFICER,
    *,
    login: str | None = None,
    name: str = "徐建国",
    phone: str | None = "13800000001",
    at: datetime = LONG_AGO,
) -> Worker:
    """A user who holds `role` in `office` from `at` on, with PASSWORD for a password."""
    login = login or f"{role}-{next(_numbers)}"
    user_id = uuid5(NAMESPACE_URL, f"test:user:{login}")
    accounts.add_user(tx, accounts.NewUser(user_id, login, name, phone, password_hash(), at))
    accounts.give_role(tx, uuid5(user_id, f"{role}:{office.code}"), user_id, role, office.id, now=at)
    return Worker(user_id, login, name, role, office)


def logged_in(app: Flask, user: Worker, *, device_id: UUID | None = None) -> dict[str, str]:
    """The headers of a user who logged in just now and stays so."""
    return _headers(app, "user", "office", user.id, device_id)


def phone_logged_in(app: Flask, subject_id: UUID, *, device_id: UUID | None = None) -> dict[str, str]:
    """The headers of a subject's phone, bound and logged in just now. Subject and state row must exist."""
    device_id = device_id or uuid5(subject_id, "phone")
    with _deps(app).transaction() as tx:
        if devices.bound_to(tx, subject_id, now=_deps(app).now()) != device_id:
            devices.bind(tx, subject_id, Device(device_id, "android"), now=_deps(app).now())
    return _headers(app, "subject", "mobile", subject_id, device_id)


def _headers(app: Flask, owner_kind: str, audience: str, owner_id: UUID, device_id: UUID | None) -> dict[str, str]:
    deps = _deps(app)
    now = deps.now()
    session_id = uuid5(owner_id, f"test:session:{next(_numbers)}")
    with deps.transaction() as tx:
        sessions.open_(tx, sessions.NewSession(session_id, owner_kind, owner_id, device_id, now, now + LONG))
    token = make_token(
        deps.settings.token_secret,
        use="access",
        audience=audience,
        session_id=session_id,
        owner_id=owner_id,
        generation=0,
        expires_at=now + max(ACCESS_TERM, LONG),
    )
    return {"Authorization": f"Bearer {token}"}


def _deps(app: Flask) -> Deps:
    deps: Deps = app.extensions["deps"]
    return deps

"""Admins add users, give and withdraw roles, set passwords, and close accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotFound
from app.rules.facts import About, Actor, Role
from app.rules.users import (
    refuse_common_password,
    refuse_oneself,
    refuse_someone_above,
    refuse_unfit_role,
    refuse_weak_password,
)
from app.store import accounts, effects, endpoints, offices, passwords, sessions


@dataclass(frozen=True)
class AddUser:
    """A user to be added, with a first role."""

    id: UUID
    login: str
    name: str
    phone: str | None
    role_id: UUID
    role: Role
    office_id: UUID


@dataclass(frozen=True)
class GiveRole:
    """A further role for a user."""

    id: UUID
    user_id: UUID
    role: Role
    office_id: UUID


def hashed(login: str, password: str, settings: Settings, *, subject: bool = False, field: str = "password") -> str:
    """The hash of a new password of a user or a subject; Refused where it is weak, or known to those who guess.

    Slow: call it between transactions.
    """
    refuse_weak_password(login, password, subject=subject, field=field)
    refuse_common_password(common=passwords.is_common(password, (login,)), field=field)
    return passwords.hash_password(password, passwords.Cost(settings.password_rounds, settings.password_memory_kib))


def add_user(tx: Connection, actor: Actor, command: AddUser, password_hash: str, *, now: datetime) -> bool:
    """Add a user with a role in one of the actor's offices; False where the same request was served before.

    A repeat is known by everything but the password, of which nothing comparable is kept.
    """
    site = offices.within_reach(tx, actor, command.office_id)
    refuse_unfit_role(command.role, site.level)
    known = accounts.find(tx, command.id)
    if known:
        role = accounts.find_role(tx, command.role_id)
        same = (known.login, known.name, known.phone) == (command.login, command.name, command.phone)
        if not same or role != (command.id, command.role, command.office_id):
            raise Conflict("id_reused")
        return False
    accounts.add_user(tx, accounts.NewUser(command.id, command.login, command.name, command.phone, password_hash, now))
    accounts.give_role(tx, command.role_id, command.id, command.role, command.office_id, now=now)
    _audit(tx, actor, "user.add", command.id, now, role=command.role, office_id=str(command.office_id))
    return True


def change_user(
    tx: Connection, actor: Actor, user_id: UUID, values: Mapping[str, str | None], *, now: datetime
) -> None:
    """Another `name` or `phone` for a user within reach."""
    refuse_someone_above(actor, accounts.within_reach(tx, actor, user_id, now=now))
    if values:
        accounts.change_user(tx, user_id, values)
        _audit(tx, actor, "user.change", user_id, now)


def give_role(tx: Connection, actor: Actor, command: GiveRole, *, now: datetime) -> bool:
    """Give a user within reach a further role in one of the actor's offices; False for a repeated request."""
    user = accounts.within_reach(tx, actor, command.user_id, now=now)
    site = offices.within_reach(tx, actor, command.office_id)
    refuse_oneself(actor, user.id)
    refuse_unfit_role(command.role, site.level)
    known = accounts.find_role(tx, command.id)
    if known:
        if known != (command.user_id, command.role, command.office_id):
            raise Conflict("id_reused")
        return False
    accounts.give_role(tx, command.id, command.user_id, command.role, command.office_id, now=now)
    _audit(tx, actor, "role.give", user.id, now, role=command.role, office_id=str(command.office_id))
    return True


def withdraw_role(tx: Connection, actor: Actor, user_id: UUID, role_id: UUID, *, now: datetime) -> None:
    """End a role in one of the actor's offices; it counts no more from the next request on."""
    accounts.within_reach(tx, actor, user_id, now=now)
    known = accounts.find_role(tx, role_id)
    if known is None or known[0] != user_id:
        raise NotFound("not_found")
    offices.within_reach(tx, actor, known[2])
    refuse_oneself(actor, user_id)
    accounts.withdraw_role(tx, role_id, now=now)
    _audit(tx, actor, "role.withdraw", user_id, now, role=known[1], office_id=str(known[2]))


def set_password(tx: Connection, actor: Actor, user_id: UUID, password_hash: str, *, now: datetime) -> None:
    """Give a user a new password; every log-in of theirs ends."""
    refuse_someone_above(actor, accounts.within_reach(tx, actor, user_id, now=now))
    accounts.set_password(tx, user_id, password_hash)
    _end_log_ins(tx, user_id, "password_set", now)
    _audit(tx, actor, "password.set", user_id, now)


def disable_user(tx: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Close an account; every log-in ends and nothing more is pushed."""
    refuse_oneself(actor, user_id)
    user = accounts.within_reach(tx, actor, user_id, now=now)
    refuse_someone_above(actor, user)
    if not user.disabled:
        accounts.set_disabled(tx, user_id, now)
        _end_log_ins(tx, user_id, "disabled", now)
        _audit(tx, actor, "user.disable", user_id, now)


def enable_user(tx: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Open a closed account again; the person logs in anew."""
    user = accounts.within_reach(tx, actor, user_id, now=now)
    refuse_someone_above(actor, user)
    if user.disabled:
        accounts.set_disabled(tx, user_id, None)
        _audit(tx, actor, "user.enable", user_id, now)


def _end_log_ins(tx: Connection, user_id: UUID, reason: str, now: datetime) -> None:
    sessions.end_of_owner(tx, "user", user_id, reason, now=now)
    endpoints.retire_of_owner(tx, "user", user_id, reason, now=now)


def _audit(tx: Connection, actor: Actor, action: str, user_id: UUID, now: datetime, **details: str) -> None:
    act = WriteAudit(now, actor, action, object=About("user", user_id), details=details)
    effects.apply(tx, [Decision((act,))])

"""Users with their log-ins and roles, and the subjects' own log-ins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.models.office import User, UserRole
from app.models.subject import Subject, SubjectAccount
from app.rules.errors import Conflict
from app.rules.facts import Role


@dataclass(frozen=True)
class Account:
    """Whose log-in this is, and the hash of the password that opens it."""

    owner_id: UUID
    password_hash: str


@dataclass(frozen=True)
class NewUser:
    """A user to be written. The log-in is kept as it came and is found only so."""

    id: UUID
    login: str
    name: str
    phone: str | None
    password_hash: str
    created_at: datetime


def of_user(tx: Connection, login: str) -> Account | None:
    """The account behind a user's log-in; None where there is none or it was disabled."""
    row = tx.execute(
        select(User.id, User.password_hash).where(User.login == login, User.disabled_at.is_(None))
    ).one_or_none()
    return Account(row.id, row.password_hash) if row else None


def of_subject(tx: Connection, login: str) -> Account | None:
    """The account behind a subject's log-in; None unless the subject is under correction."""
    row = tx.execute(
        select(SubjectAccount.subject_id, SubjectAccount.password_hash)
        .join(Subject, Subject.id == SubjectAccount.subject_id)
        .where(SubjectAccount.login == login, Subject.status == "in_correction")
    ).one_or_none()
    return Account(row.subject_id, row.password_hash) if row else None


def add_user(tx: Connection, user: NewUser) -> None:
    """Write one user; Conflict `login_taken` where the log-in (or the id) is another's."""
    try:
        with tx.begin_nested():
            tx.execute(insert(User), vars(user))
    except IntegrityError as error:
        raise Conflict("login_taken", fields={"login": "login_taken"}) from error


def give_role(tx: Connection, role_id: UUID, user_id: UUID, role: Role, office_id: UUID, *, now: datetime) -> None:
    """Give a role in an office from `now` on; Conflict `role_held` where the user holds it already."""
    held = Range(now, None, bounds="[)")
    try:
        with tx.begin_nested():
            tx.execute(
                insert(UserRole),
                {"id": role_id, "user_id": user_id, "role": role, "office_id": office_id, "held": held},
            )
    except IntegrityError as error:
        raise Conflict("role_held") from error


def withdraw_role(tx: Connection, role_id: UUID, *, now: datetime) -> None:
    """The role ends at `now`; what was withdrawn before stays as it was."""
    tx.execute(
        update(UserRole)
        .where(UserRole.id == role_id, func.upper_inf(UserRole.held))
        .values(held=func.tstzrange(func.lower(UserRole.held), func.greatest(func.lower(UserRole.held), now)))
    )


def set_password(tx: Connection, user_id: UUID, password_hash: str) -> None:
    """The user's new password."""
    tx.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def disable(tx: Connection, user_id: UUID, *, now: datetime) -> None:
    """The user cannot log in any more."""
    tx.execute(update(User).where(User.id == user_id, User.disabled_at.is_(None)).values(disabled_at=now))


def add_subject_account(tx: Connection, subject_id: UUID, login: str, password_hash: str, *, now: datetime) -> None:
    """Write a subject's log-in; Conflict `login_taken` where it is another's."""
    row = {"subject_id": subject_id, "login": login, "password_hash": password_hash, "created_at": now}
    try:
        with tx.begin_nested():
            tx.execute(insert(SubjectAccount), row)
    except IntegrityError as error:
        raise Conflict("login_taken", fields={"login": "login_taken"}) from error

"""Users with their log-ins and roles, and the subjects' own log-ins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert

from app.models.office import Office, User, UserRole
from app.models.subject import SubjectAccount
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor, Role
from app.rules.users import HeldRole, UserFacts
from app.store.scope import offices_of


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


USERS = "SELECT id AS owner_id, password_hash FROM users WHERE login = :login AND disabled_at IS NULL"
SUBJECTS = """
    SELECT s.id AS owner_id, a.password_hash FROM subject_accounts a JOIN subjects s ON s.id = a.subject_id
    WHERE a.login = :login AND s.status = 'in_correction'
"""

FIND = {"user": text(USERS), "subject": text(SUBJECTS)}


def to_log_in(tx: Connection, owner_kind: str, login: str) -> Account | None:
    """The account behind a log-in; None where there is none: a user who was disabled, or a subject not under
    correction, has none.
    """
    row = tx.execute(FIND[owner_kind], {"login": login}).one_or_none()
    return Account(row.owner_id, row.password_hash) if row else None


def add_user(tx: Connection, user: NewUser) -> None:
    """Write one user; Conflict `login_taken` where the log-in (or the id) is another's."""
    added = tx.execute(insert(User).values(vars(user)).on_conflict_do_nothing().returning(User.id))
    if added.one_or_none() is None:
        raise Conflict("login_taken", fields={"login": "login_taken"})


def within_reach(tx: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> UserFacts:
    """A user who has, or had, a role in one of the actor's offices, locked; NotFound for any other.

    Somebody whose roles were all withdrawn stays within reach of the admins who had them, and can be given new ones.
    """
    in_reach = select(UserRole.id).join(Office, Office.id == UserRole.office_id)
    user = tx.execute(
        select(User.id, User.login, User.name, User.phone, User.disabled_at)
        .where(User.id == user_id, in_reach.where(UserRole.user_id == user_id, offices_of(actor)).exists())
        .with_for_update()
    ).one_or_none()
    if user is None:
        raise NotFound("not_found")
    held = tx.execute(
        select(UserRole.id, UserRole.role, Office.id.label("office_id"), Office.path)
        .join(Office, Office.id == UserRole.office_id)
        .where(UserRole.user_id == user_id, UserRole.held.contains(now))
        .order_by(Office.path, UserRole.role)
    )
    roles = tuple(HeldRole(row.id, Role(row.role), row.office_id, row.path) for row in held)
    return UserFacts(user.id, user.login, user.name, user.phone, user.disabled_at is not None, roles)


def find(tx: Connection, user_id: UUID) -> NewUser | None:
    """One user wherever: for a repeated request to be told from another one."""
    row = tx.execute(
        select(User.id, User.login, User.name, User.phone, User.password_hash, User.created_at).where(
            User.id == user_id
        )
    ).one_or_none()
    if row is None:
        return None
    return NewUser(row.id, row.login, row.name, row.phone, row.password_hash, row.created_at)


def change_user(tx: Connection, user_id: UUID, values: Mapping[str, str | None]) -> None:
    """New values for `name` or `phone`."""
    tx.execute(update(User).where(User.id == user_id).values(**values))


def find_role(tx: Connection, role_id: UUID) -> tuple[UUID, Role, UUID] | None:
    """Whose role this is, which, and in which office; withdrawn or not."""
    row = tx.execute(
        select(UserRole.user_id, UserRole.role, UserRole.office_id).where(UserRole.id == role_id)
    ).one_or_none()
    return (row.user_id, Role(row.role), row.office_id) if row else None


def give_role(tx: Connection, role_id: UUID, user_id: UUID, role: Role, office_id: UUID, *, now: datetime) -> None:
    """Give a role in an office from `now` on; Conflict `role_held` where the user holds it already."""
    held = Range(now, None, bounds="[)")
    row = {"id": role_id, "user_id": user_id, "role": role, "office_id": office_id, "held": held}
    given = tx.execute(insert(UserRole).values(row).on_conflict_do_nothing().returning(UserRole.id))
    if given.one_or_none() is None:
        raise Conflict("role_held")


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


def set_subject_password(tx: Connection, subject_id: UUID, password_hash: str) -> None:
    """The subject's new password."""
    tx.execute(
        update(SubjectAccount).where(SubjectAccount.subject_id == subject_id).values(password_hash=password_hash)
    )


def login_of(tx: Connection, owner_kind: str, owner_id: UUID) -> str | None:
    """What a user or a subject logs in with; None without an account."""
    wanted = (
        select(User.login).where(User.id == owner_id)
        if owner_kind == "user"
        else select(SubjectAccount.login).where(SubjectAccount.subject_id == owner_id)
    )
    return tx.execute(wanted).scalar_one_or_none()


def set_disabled(tx: Connection, user_id: UUID, disabled_at: datetime | None) -> None:
    """The user cannot log in any more; None opens the account again."""
    tx.execute(update(User).where(User.id == user_id).values(disabled_at=disabled_at))


def add_subject_account(tx: Connection, subject_id: UUID, login: str, password_hash: str, *, now: datetime) -> None:
    """Write a subject's log-in; Conflict `login_taken` where it is another's."""
    row = {"subject_id": subject_id, "login": login, "password_hash": password_hash, "created_at": now}
    added = tx.execute(insert(SubjectAccount).values(row).on_conflict_do_nothing().returning(SubjectAccount.subject_id))
    if added.one_or_none() is None:
        raise Conflict("login_taken", fields={"login": "login_taken"})

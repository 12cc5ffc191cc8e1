"""What an admin may do to whose account: roles that fit their office, people who are not above the admin."""

from dataclasses import dataclass
from uuid import UUID

from app.rules.errors import NotAllowed, Refused
from app.rules.facts import Actor, OfficeLevel, Role

_GROUND = frozenset({OfficeLevel.JUSTICE_OFFICE, OfficeLevel.COUNTY})

FITTING: dict[Role, frozenset[OfficeLevel]] = {
    Role.AIDE: _GROUND,
    Role.OFFICER: _GROUND,
    Role.PROVIDER: _GROUND,
    Role.COUNTY_STAFF: frozenset({OfficeLevel.COUNTY}),
    Role.COUNTY_HEAD: frozenset({OfficeLevel.COUNTY}),
    Role.CITY_STAFF: frozenset({OfficeLevel.CITY}),
    Role.PROCURATOR: frozenset({OfficeLevel.COUNTY, OfficeLevel.CITY}),
    Role.ADMIN: frozenset(OfficeLevel),
}
"""Which roles exist in an office of which level. Approving an electronic positioning order takes the head of a county
agency [Law 29], so there is no such role anywhere else.
"""

SHORTEST_PASSWORD = 12
SHORTEST_OF_SUBJECT = 8
"""Subjects type theirs on a phone that is bound to them, and reach nothing but their own file with it."""

FEWEST_CHARACTERS = 5


@dataclass(frozen=True)
class HeldRole:
    """A role that a user holds now."""

    id: UUID
    role: Role
    office_id: UUID
    office_path: str


@dataclass(frozen=True)
class UserFacts:
    """A user with all roles held now, wherever they are."""

    id: UUID
    login: str
    name: str
    phone: str | None
    disabled: bool
    roles: tuple[HeldRole, ...]


def refuse_unfit_role(role: Role, level: OfficeLevel) -> None:
    """Refused `role_unfit` where an office of this level has no such role."""
    if level not in FITTING[role]:
        raise Refused("role_unfit", fields={"role": "role_unfit"})


def refuse_weak_password(login: str, password: str, *, subject: bool = False, field: str = "password") -> None:
    """Refused `password_weak` (of a subject `password_short`) for one that is short, holds hardly any different
    characters, or the log-in itself. `field` names the input.
    """
    shortest, code = (SHORTEST_OF_SUBJECT, "password_short") if subject else (SHORTEST_PASSWORD, "password_weak")
    too_plain = len(set(password)) < FEWEST_CHARACTERS or login.lower() in password.lower()
    if len(password) < shortest or too_plain:
        raise Refused(code, fields={field: code})


def refuse_common_password(*, common: bool, field: str = "password") -> None:
    """Refused `password_common` for one that anybody who guesses would try first."""
    if common:
        raise Refused("password_common", fields={field: "password_common"})


def refuse_someone_above(actor: Actor, user: UserFacts) -> None:
    """NotAllowed `user_above` where the user holds a role outside the actor's offices.

    Whoever sets a password can log in with it: a county's admin must not so come by a role in the city.
    """
    if not all(_reaches(actor, held.office_path) for held in user.roles):
        raise NotAllowed("user_above")


def refuse_oneself(actor: Actor, user_id: UUID) -> None:
    """NotAllowed `own_account`: nobody gives or takes roles, or closes an account, of their own."""
    if actor.id == user_id:
        raise NotAllowed("own_account")


def _reaches(actor: Actor, path: str) -> bool:
    return any(path == grant.office_path or path.startswith(f"{grant.office_path}.") for grant in actor.grants)

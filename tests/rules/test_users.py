from uuid import UUID, uuid4

import pytest

from app.rules.errors import NotAllowed, Refused
from app.rules.facts import Actor, Grant, OfficeLevel, Role
from app.rules.users import (
    HeldRole,
    UserFacts,
    refuse_common_password,
    refuse_oneself,
    refuse_someone_above,
    refuse_unfit_role,
    refuse_weak_password,
)

ME = uuid4()
ADMIN = Actor("user", ME, (Grant(Role.ADMIN, uuid4(), "33.3308.330881"),))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("level", OfficeLevel)
def test_roles_exist_where_they_fit(role: Role, level: OfficeLevel) -> None:
    fitting = {
        Role.AIDE: "county justice_office",
        Role.OFFICER: "county justice_office",
        Role.PROVIDER: "county justice_office",
        Role.COUNTY_STAFF: "county",
        Role.COUNTY_HEAD: "county",
        Role.CITY_STAFF: "city",
        Role.PROCURATOR: "county city",
        Role.ADMIN: "province city county justice_office",
    }[role].split()
    if level in fitting:
        refuse_unfit_role(role, level)
    else:
        with pytest.raises(Refused, match="role_unfit"):
            refuse_unfit_role(role, level)


@pytest.mark.parametrize("password", ["short 1", "eleven char", "aaaaaaaaaaaa", "abab abab abab", "my-XuJianGuo-1", ""])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Refused, match="password_weak"):
        refuse_weak_password("xujianguo", password)


@pytest.mark.parametrize("password", ["twelve signs", "江山市双塔街道一号楼二单元", "correct horse"])
def test_a_good_password_is_taken(password: str) -> None:
    refuse_weak_password("xujianguo", password)


def test_a_subject_may_have_a_shorter_one() -> None:
    refuse_weak_password("wang", "12 kilo?", subject=True)
    with pytest.raises(Refused, match="password_short"):
        refuse_weak_password("wang", "12 kil?", subject=True)


def test_what_everybody_guesses_is_refused() -> None:
    refuse_common_password(common=False)
    with pytest.raises(Refused, match="password_common") as told:
        refuse_common_password(common=True, field="new_password")
    assert told.value.fields == {"new_password": "password_common"}


def user(*paths: str, user_id: UUID | None = None) -> UserFacts:
    roles = tuple(HeldRole(uuid4(), Role.OFFICER, uuid4(), path) for path in paths)
    return UserFacts(user_id or uuid4(), "xu", "徐", None, disabled=False, roles=roles)


@pytest.mark.parametrize("paths", [(), ("33.3308.330881",), ("33.3308.330881.a", "33.3308.330881.b")])
def test_an_admin_manages_who_is_below(paths: tuple[str, ...]) -> None:
    refuse_someone_above(ADMIN, user(*paths))


@pytest.mark.parametrize("path", ["33.3308", "33.3308.330882", "33.3308.3308810", "33"])
def test_an_admin_does_not_manage_who_also_works_elsewhere(path: str) -> None:
    with pytest.raises(NotAllowed, match="user_above"):
        refuse_someone_above(ADMIN, user("33.3308.330881.a", path))


def test_nobody_changes_the_own_roles() -> None:
    with pytest.raises(NotAllowed, match="own_account"):
        refuse_oneself(ADMIN, ME)
    refuse_oneself(ADMIN, uuid4())

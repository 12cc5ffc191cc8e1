"""A tree of offices with a policy: 浙江 > 衢州 > 江山 (two 司法所) and a second county with one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.rules.facts import OfficeLevel
from app.rules.offices import Site, path_under
from app.rules.policy import Policy, parse_policy
from app.simulation.few_items import few_items
from app.store import offices, policies
from app.store.shipped_policies import shipped

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tree:
    """The offices of the tree, and the policy version that holds for all of them."""

    province: Site
    city: Site
    county: Site
    office: Site
    second_office: Site
    other_county: Site
    other_office: Site
    policy: Policy
    policy_version_id: UUID

    @property
    def sites(self) -> tuple[Site, ...]:
        return (
            self.province,
            self.city,
            self.county,
            self.office,
            self.second_office,
            self.other_county,
            self.other_office,
        )


def an_office(
    tx: Connection, code: str, level: OfficeLevel, name: str, parent: Site | None = None, *, at: datetime = LONG_AGO
) -> Site:
    site = Site(office_id(code), code, level, path_under(parent, level, code))
    parent_id = parent.id if parent else None
    offices.add(tx, offices.NewOffice(site.id, code, level, name, parent_id, site.path, "0570-4000000", at))
    return site


def office_id(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"test:office:{code}")


def a_policy(
    tx: Connection,
    office: Site,
    policy: Policy,
    *,
    from_at: datetime = LONG_AGO,
    version_id: UUID | None = None,
) -> UUID:
    """Write one version from `from_at` on; gives its id."""
    made = version_id or uuid5(NAMESPACE_URL, f"test:policy:{office.code}:{from_at.isoformat()}")
    policies.add_version(tx, made, office.id, policy, in_force_from=from_at, created_by=None, now=from_at)
    return made


@cache
def whole_table(name: str = "jiangshan") -> Policy:
    """A shipped policy as it is, with every item of its work rule."""
    return parse_policy(shipped(name))


@cache
def shipped_policy(name: str = "jiangshan") -> Policy:
    """A shipped policy with 访1 and 谈1 alone: what is tested here does not hang on how many items a county has."""
    return few_items(whole_table(name))


def a_tree(tx: Connection, *, policy: Policy | None = None, at: datetime = LONG_AGO) -> Tree:
    """The whole tree; the policy (the shipped jiangshan, unless another is given) holds for the province."""
    province = an_office(tx, "330000", OfficeLevel.PROVINCE, "浙江省司法厅", at=at)
    city = an_office(tx, "330800", OfficeLevel.CITY, "衢州市司法局", province, at=at)
    county = an_office(tx, "330881", OfficeLevel.COUNTY, "江山市社区矫正管理局", city, at=at)
    other_county = an_office(tx, "330825", OfficeLevel.COUNTY, "龙游县社区矫正管理局", city, at=at)
    in_force = policy or shipped_policy()
    return Tree(
        province,
        city,
        county,
        an_office(tx, "jiangshan-shuangta", OfficeLevel.JUSTICE_OFFICE, "双塔司法所", county, at=at),
        an_office(tx, "jiangshan-hushan", OfficeLevel.JUSTICE_OFFICE, "虎山司法所", county, at=at),
        other_county,
        an_office(tx, "longyou-longzhou", OfficeLevel.JUSTICE_OFFICE, "龙洲司法所", other_county, at=at),
        in_force,
        a_policy(tx, province, in_force, from_at=at),
    )

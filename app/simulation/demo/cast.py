"""Who lives and works in the demo county. Nobody of them exists."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.facts import Category, OfficeLevel, Role, SupervisionClass


def demo_id(*what: object) -> UUID:
    """The id of something in the demo: the same at every start."""
    return uuid5(NAMESPACE_URL, "|".join(("zhifang:demo", *map(str, what))))


@dataclass(frozen=True)
class DemoOffice:
    """An office and what it stands under."""

    code: str
    level: OfficeLevel
    name: str
    parent: str | None


@dataclass(frozen=True)
class DemoUser:
    """Somebody with a log-in."""

    login: str
    name: str
    role: Role
    office: str
    phone: str


@dataclass(frozen=True)
class DemoSubject:
    """Somebody under correction. `manner` is how the phone behaves: `good`, `forgets` (polls, never checks in) or
    `silent` (goes quiet two minutes after the start). `visited`: the home visit is on record already.
    """

    login: str
    name: str
    office: str
    category: Category
    class_: SupervisionClass
    lon: float
    lat: float
    address: str
    born: str
    manner: str = "good"
    visited: bool = True


PROVINCE, CITY, COUNTY = "330000", "330800", "330881"
SHUANGTA, HUSHAN = "330881-shuangta", "330881-hushan"

OFFICES = (
    DemoOffice(PROVINCE, OfficeLevel.PROVINCE, "浙江省社区矫正管理局(演示)", None),
    DemoOffice(CITY, OfficeLevel.CITY, "衢州市社区矫正管理局(演示)", PROVINCE),
    DemoOffice(COUNTY, OfficeLevel.COUNTY, "江山市社区矫正管理局(演示)", CITY),
    DemoOffice(SHUANGTA, OfficeLevel.JUSTICE_OFFICE, "双塔司法所(演示)", COUNTY),
    DemoOffice(HUSHAN, OfficeLevel.JUSTICE_OFFICE, "虎山司法所(演示)", COUNTY),
)

USERS = (
    DemoUser("officer", "徐敏", Role.OFFICER, SHUANGTA, "13900000001"),
    DemoUser("officer2", "毛建华", Role.OFFICER, HUSHAN, "13900000002"),
    DemoUser("county", "姜文静", Role.COUNTY_STAFF, COUNTY, "13900000003"),
    DemoUser("head", "周立国", Role.COUNTY_HEAD, COUNTY, "13900000004"),
    DemoUser("city", "郑海燕", Role.CITY_STAFF, CITY, "13900000005"),
    DemoUser("procurator", "祝明", Role.PROCURATOR, COUNTY, "13900000006"),
    DemoUser("admin", "系统管理员", Role.ADMIN, PROVINCE, "13900000007"),
)

NORMAL, STRICT, LENIENT = SupervisionClass.NORMAL, SupervisionClass.STRICT, SupervisionClass.LENIENT
SUBJECTS = (
    DemoSubject(
        "p1", "王立新", SHUANGTA, Category.PROBATION, NORMAL, 118.6201, 28.7402, "双塔街道示例路1号", "1986-03-12"
    ),
    DemoSubject(
        "p2",
        "吴小芳",
        SHUANGTA,
        Category.PROBATION,
        LENIENT,
        118.6262,
        28.7391,
        "双塔街道示例路22号",
        "1991-11-02",
        manner="forgets",
    ),
    DemoSubject(
        "p3",
        "张国平",
        SHUANGTA,
        Category.PAROLE,
        STRICT,
        118.6153,
        28.7455,
        "双塔街道示例巷3号",
        "1979-07-25",
        manner="silent",
    ),
    DemoSubject(
        "p4",
        "阿依古丽·买买提",
        SHUANGTA,
        Category.PROBATION,
        NORMAL,
        118.6312,
        28.7437,
        "双塔街道示例路58号",
        "1995-01-30",
        visited=False,
    ),
    DemoSubject(
        "p5",
        "郑光明",
        HUSHAN,
        Category.PUBLIC_SURVEILLANCE,
        NORMAL,
        118.6089,
        28.7310,
        "虎山街道示例村7号",
        "1983-09-09",
    ),
    DemoSubject(
        "p6", "柴春梅", HUSHAN, Category.PROBATION, NORMAL, 118.6048, 28.7266, "虎山街道示例村19号", "1989-05-17"
    ),
)

PUSHED_TO = "officer"
"""Whose phone the demo's page shows."""

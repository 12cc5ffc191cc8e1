"""The people of a trial: phones that report, people who forget, officers who are told; and the duties they owe."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.access.tokens import make_token
from app.rules.devices import Device
from app.rules.effects import Decision, PlanDuty
from app.rules.facts import (
    Category,
    Channel,
    DutyKind,
    Obligor,
    OfficeLevel,
    Role,
    SubjectStatus,
    SupervisionClass,
)
from app.rules.offices import Site, path_under
from app.rules.policy import parse_policy
from app.rules.policy.tree import LadderMin
from app.simulation.few_items import few_items
from app.store import (
    accounts,
    devices,
    effects,
    endpoints,
    offices,
    passwords,
    periods,
    policies,
    sessions,
    subjects,
    uptimes,
)
from app.store.shipped_policies import shipped

LONG_AGO = timedelta(days=30)
LONG = timedelta(days=30)
WINDOW = timedelta(seconds=2)
JUDGED_AFTER = timedelta(seconds=1)
LEVELS = (
    ("330000", OfficeLevel.PROVINCE),
    ("330800", OfficeLevel.CITY),
    ("330881", OfficeLevel.COUNTY),
    ("chaos", OfficeLevel.JUSTICE_OFFICE),
)
STAFF = (
    ("officer", Role.OFFICER, "chaos"),
    ("county", Role.COUNTY_STAFF, "330881"),
    ("city", Role.CITY_STAFF, "330800"),
)


@dataclass(frozen=True)
class County:
    """Where it plays. `phones` are who report all the time, `forgetful` who never check in."""

    office: Site
    officer_id: UUID
    policy_version_id: UUID
    phones: tuple[UUID, ...]
    forgetful: tuple[UUID, ...]


def made_id(*words: object) -> UUID:
    """An id that follows from the words alone."""
    return uuid5(NAMESPACE_URL, "zhifang:chaos:" + ":".join(map(str, words)))


def found(tx: Connection, *, phones: int, forgetful: int, now: datetime) -> County:
    """Write the county. Its policy has no quiet hours, and its ladder climbs within minutes, so that much is told."""
    since = now - LONG_AGO
    sites: dict[str, Site] = {}
    above: Site | None = None
    for code, level in LEVELS:
        site = Site(made_id("office", code), code, level, path_under(above, level, code))
        above_id = above.id if above else None
        offices.add(tx, offices.NewOffice(site.id, code, level, code, above_id, site.path, None, since))
        sites[code] = above = site
    policy = replace(few_items(parse_policy(shipped("jiangshan"))), quiet=None, ladder_min=LadderMin(0, 1, 3))
    version = made_id("policy")
    policies.add_version(tx, version, sites["330000"].id, policy, in_force_from=since, created_by=None, now=since)
    for login, role, code in STAFF:
        _employ(tx, login, role, sites[code], since)
    _serve_elsewhere(tx, since, now + LONG)
    county = County(
        sites["chaos"],
        made_id("user", "officer"),
        version,
        tuple(made_id("phone", n) for n in range(phones)),
        tuple(made_id("forgetful", n) for n in range(forgetful)),
    )
    for number, person in enumerate((*county.phones, *county.forgetful)):
        _register(tx, county, person, number, now)
    for person in county.phones:
        _equip(tx, person, now)
    return county


def _serve_elsewhere(tx: Connection, from_at: datetime, to_at: datetime) -> None:
    """Another host of the same service, which nobody harms: with it away no window would be judged, and how long the
    harmed one is away hangs on how fast the machine starts it again.
    """
    for at in (from_at, to_at):
        uptimes.beat(tx, uptimes.API, "elsewhere", now=at, gap_s=(to_at - from_at).total_seconds())


def _employ(tx: Connection, login: str, role: Role, site: Site, since: datetime) -> None:
    user = made_id("user", login)
    password = passwords.hash_password("nobody logs in here", passwords.Cost(1, 8))
    accounts.add_user(tx, accounts.NewUser(user, login, login, None, password, since))
    accounts.give_role(tx, made_id("role", login), user, role, site.id, now=since)
    for device in range(2):
        endpoints.take_over(tx, "user", user, made_id(login, device), f"chaos-{login}-{device}", now=since)


def _register(tx: Connection, county: County, person: UUID, number: int, now: datetime) -> None:
    since = now - LONG_AGO
    row = {
        "subject_no": f"C{number:06d}",
        "name": f"chaos {number}",
        "category": Category.PROBATION,
        "status": SubjectStatus.IN_CORRECTION,
        "office_id": county.office.id,
        "officer_id": county.officer_id,
        "class": SupervisionClass.NORMAL,
        "channel": Channel.SMARTPHONE,
        "minor_regime": False,
        "created_at": since,
        "registered_at": since,
    }
    subjects.add(tx, person, row)
    officer = county.officer_id
    periods.begin(
        tx, person, Category.PROBATION, SupervisionClass.NORMAL, county.office.id, officer, set_by=officer, now=since
    )


def _equip(tx: Connection, person: UUID, now: datetime) -> None:
    """A phone that is bound and logged in."""
    since, device = now - LONG_AGO, made_id("device", person)
    devices.bind(tx, person, Device(device, "android"), now=since)
    sessions.open_(tx, sessions.NewSession(made_id("session", person), "subject", person, device, since, now + LONG))


def phone_token(secret: str, person: UUID, *, now: datetime) -> str:
    """What the person's phone is known by for the length of the trial."""
    return make_token(
        secret,
        use="access",
        audience="mobile",
        session_id=made_id("session", person),
        owner_id=person,
        generation=0,
        expires_at=now + LONG,
    )


def owe(tx: Connection, county: County, people: Sequence[UUID], label: str, *, now: datetime) -> list[UUID]:
    """Everybody owes a check-in within the next two seconds; gives the duties' ids."""
    planned = [_duty(county, person, DutyKind.CHECK_IN, (now, now + WINDOW), label) for person in people]
    effects.apply(tx, [Decision(tuple(planned))])
    return [duty.id for duty in planned]


def watch_phones(tx: Connection, county: County, *, now: datetime) -> None:
    """A check that lasts through the trial: what phones report is covered by it."""
    window = now - timedelta(hours=1), now + timedelta(hours=12)
    planned = [_duty(county, person, DutyKind.LOCATION_CHECK, window, "watch") for person in county.phones]
    effects.apply(tx, [Decision(tuple(planned))])


def _duty(county: County, person: UUID, kind: DutyKind, window: tuple[datetime, datetime], label: str) -> PlanDuty:
    opens_at, due_at = window
    return PlanDuty(
        made_id("duty", person, label),
        person,
        kind,
        Obligor.SUBJECT,
        f"{kind.value}.normal.1",
        opens_at,
        opens_at,
        due_at,
        due_at,
        due_at + JUDGED_AFTER,
        county.office.id,
        county.policy_version_id,
        opens_at - timedelta(hours=72),
        covered_until=due_at,
    )

"""Made-up people for benchmarks: an office, its officer, and any number of subjects with phones that are logged in.

Rows are written by SQL, many at a time: registering a million by the service's own action would take a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection
from sqlalchemy import create_engine

from app.access.tokens import make_token
from app.deps import SystemClock
from app.rules.facts import OfficeLevel, Role
from app.rules.offices import Site, path_under
from app.rules.policy import parse_policy
from app.store import accounts, offices, policies
from app.store.passwords import Cost, hash_password
from app.store.shipped_policies import shipped
from scripts.bench.service import Service

SPACE = UUID("7b5e1c2a-4d0f-5a7e-9c31-6f8d2b904e10")
"""Ids of the made-up are derived from this one and a number."""

PASSWORD = "only for benchmarks, no account"  # noqa: S105  of nobody
LONG_AGO = timedelta(days=400)

SUBJECTS = """
WITH person AS (
    SELECT n, md5('subject ' || n)::uuid AS id FROM generate_series(%(first)s::integer, %(last)s) AS n
), subject AS (
    INSERT INTO subjects (id, subject_no, name, category, status, office_id, officer_id, class, channel, minor_regime,
                          created_at, registered_at, home)
    SELECT id, 'B' || lpad(n::text, 9, '0'), 'bench ' || n, 'probation', 'in_correction', %(office)s, %(officer)s,
           'normal', 'smartphone', false, %(since)s, %(since)s, ST_SetSRID(ST_MakePoint(118.627, 28.738), 4326)
    FROM person
), state AS (
    INSERT INTO subject_states (subject_id, last_heard_at, planned_until)
    SELECT id, %(now)s, %(planned_until)s FROM person
), bound AS (
    INSERT INTO device_bindings (id, subject_id, device_id, platform, bound)
    SELECT md5('binding ' || n)::uuid, id, md5('device ' || n)::uuid, 'android', tstzrange(%(since)s, NULL) FROM person
)
INSERT INTO sessions (id, owner_kind, owner_id, device_id, generation, created_at, refreshed_at, expires_at)
SELECT md5('session ' || n)::uuid, 'subject', id, md5('device ' || n)::uuid, 0, %(since)s, %(now)s, %(expires)s
FROM person
"""

PERIODS = """
WITH person AS (
    SELECT n, md5('subject ' || n)::uuid AS id FROM generate_series(%(first)s::integer, %(last)s) AS n
), supervised AS (
    INSERT INTO supervision_periods (id, subject_id, category, period)
    SELECT md5('period ' || n)::uuid, id, 'probation', tstzrange(%(since)s, NULL) FROM person
), classed AS (
    INSERT INTO class_periods (id, subject_id, class, period, set_by, reason)
    SELECT md5('class ' || n)::uuid, id, 'normal', tstzrange(%(since)s, NULL), %(officer)s, 'bench' FROM person
)
INSERT INTO assignments (id, subject_id, office_id, officer_id, period)
SELECT md5('assignment ' || n)::uuid, id, %(office)s, %(officer)s, tstzrange(%(since)s, NULL) FROM person
"""

POWERS = """
INSERT INTO collection_powers (id, subject_id, kind, covers, phone)
SELECT md5('power ' || n || ' ' || d)::uuid, md5('subject ' || n)::uuid, 'check',
       tstzrange(%(now)s + d * interval '6 hours', %(now)s + d * interval '6 hours' + interval '30 minutes'), true
FROM generate_series(%(first)s::integer, %(last)s) AS n, generate_series(1, 12) AS d
UNION ALL
SELECT md5('order ' || n)::uuid, md5('subject ' || n)::uuid, 'order', tstzrange(%(now)s - interval '1 day', NULL), true
FROM generate_series(%(first)s::integer, %(last)s) AS n
"""


@dataclass(frozen=True)
class County:
    """Where the made-up live: a county with one justice office, its officer, and the version of its policy."""

    county: Site
    office: Site
    officer_id: UUID
    policy_version_id: UUID


def made_id(what: str, number: int) -> UUID:
    """The id of the numbered `subject`, `session`, `device`, `power` …, as the statements above make it."""
    return UUID(bytes=md5(f"{what} {number}".encode(), usedforsecurity=False).digest())


def found_county(made: Service, *, now: datetime, policy: str = "jiangshan") -> County:
    """The tree of offices above one justice office, its officer (log-in `officer`, PASSWORD), and the policy."""
    engine = create_engine(made.cluster.url(made.database))
    since = now - LONG_AGO
    with engine.begin() as tx:
        sites: list[Site] = []
        for code, level in (
            ("330000", OfficeLevel.PROVINCE),
            ("330800", OfficeLevel.CITY),
            ("330881", OfficeLevel.COUNTY),
            ("bench-office", OfficeLevel.JUSTICE_OFFICE),
        ):
            above = sites[-1] if sites else None
            site = Site(uuid5(SPACE, code), code, level, path_under(above, level, code))
            above_id = above.id if above else None
            offices.add(tx, offices.NewOffice(site.id, code, level, code, above_id, site.path, None, since))
            sites.append(site)
        version = uuid5(SPACE, "policy")
        policies.add_version(
            tx, version, sites[0].id, parse_policy(shipped(policy)), in_force_from=since, created_by=None, now=since
        )
        officer = uuid5(SPACE, "officer")
        password = hash_password(PASSWORD, Cost(2, 19456))
        accounts.add_user(tx, accounts.NewUser(officer, "officer", "officer", None, password, since))
        accounts.give_role(tx, uuid5(SPACE, "role"), officer, Role.OFFICER, sites[-1].id, now=since)
    engine.dispose()
    return County(sites[-2], sites[-1], officer, version)


def add_subjects(made: Service, county: County, count: int, *, now: datetime, powers: bool = True) -> None:
    """Subjects 1 to `count`, each with periods, state, a bound phone and a session of a year.

    With `powers` each has an open order that covers the phone and twelve checks in the days to come.
    """
    values = {
        "first": 1,
        "last": count,
        "office": county.office.id,
        "officer": county.officer_id,
        "since": now - LONG_AGO,
        "now": now,
        "planned_until": now + timedelta(days=3),
        "expires": now + timedelta(days=365),
    }
    with made.connect() as connection, connection.transaction():
        _execute(connection, SUBJECTS, values)
        _execute(connection, PERIODS, values)
        if powers:
            _execute(connection, POWERS, values)


def phone_token(made: Service, number: int) -> str:
    """An access token of the numbered subject's phone that outlives the benchmark."""
    return make_token(
        made.settings.token_secret,
        use="access",
        audience="mobile",
        session_id=made_id("session", number),
        owner_id=made_id("subject", number),
        generation=0,
        expires_at=SystemClock().now() + timedelta(hours=6),
    )


def _execute(connection: "Connection[tuple[object, ...]]", statement: str, values: dict[str, Any]) -> None:
    connection.execute(statement, values)

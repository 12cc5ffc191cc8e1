"""Subjects by the thousand, made by a few SQL statements: offices, officers, a policy, and who is supervised.

The ids come from md5 over a name and a number, so that they lie as scattered as those of real clients and yet the
same run gives the same rows. Everything is committed by the caller.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.policy import parse_policy
from app.store import policies
from app.store.passwords import Cost, hash_password
from app.store.shipped_policies import shipped

MONDAY = datetime(2026, 3, 30, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a working day: the present of these people. Its month is nearly full of positions by then."""

SINCE = MONDAY - timedelta(days=60)
PASSWORD = "bench 17 fen chang"  # noqa: S105  (of people who do not exist)
PER_OFFICE = 100
OFFICES_PER_COUNTY = 20
COUNTIES_PER_CITY = 10
OWN_POLICY_EVERY = 10


@dataclass(frozen=True)
class Population:
    """How many there are of each."""

    subjects: int
    offices: int
    counties: int
    cities: int
    version_id: UUID


OFFICES = """
    INSERT INTO offices (id, code, level, name, parent_id, path, phone, created_at)
    SELECT md5('province')::uuid, '330000', 'province', '浙江省司法厅', NULL, 'P', '0570-4000000', :since;
    INSERT INTO offices (id, code, level, name, parent_id, path, phone, created_at)
    SELECT md5('city' || c)::uuid, 'C' || c, 'city', '第' || c || '市司法局', md5('province')::uuid,
           'P.C' || c, '0570-4000000', :since
    FROM generate_series(1, :cities) c;
    INSERT INTO offices (id, code, level, name, parent_id, path, phone, created_at)
    SELECT md5('county' || k)::uuid, 'K' || k, 'county', '第' || k || '县社区矫正管理局', p.id, p.path || '.K' || k,
           '0570-4000000', :since
    FROM generate_series(1, :counties) k
    JOIN offices p ON p.id = md5('city' || (1 + (k - 1) / :counties_per_city))::uuid;
    INSERT INTO offices (id, code, level, name, parent_id, path, phone, created_at)
    SELECT md5('office' || o)::uuid, 'J' || o, 'justice_office', '第' || o || '司法所', p.id, p.path || '.J' || o,
           '0570-4000000', :since
    FROM generate_series(1, :offices) o
    JOIN offices p ON p.id = md5('county' || (1 + (o - 1) / :offices_per_county))::uuid
"""

USERS = """
    INSERT INTO users (id, login, name, phone, password_hash, created_at)
    SELECT md5('user' || o.code)::uuid, lower(o.code), '徐建国', '13800000001', :password_hash, :since FROM offices o;
    INSERT INTO user_roles (id, user_id, role, office_id, held)
    SELECT md5('role' || o.code)::uuid, md5('user' || o.code)::uuid,
           CASE o.level WHEN 'justice_office' THEN 'officer' WHEN 'county' THEN 'county_head'
                        WHEN 'city' THEN 'city_staff' ELSE 'admin' END,
           o.id, tstzrange(:since, NULL)
    FROM offices o
"""

# A smartphone each, one in twenty without; a third in each class.
SUBJECTS = """
    INSERT INTO subjects (id, subject_no, name, category, status, office_id, officer_id, class, channel, minor_regime,
                          term_from, term_to, created_at, registered_at)
    SELECT md5('subject' || n)::uuid, 'B' || lpad(n::text, 9, '0'), '王某' || n, 'probation', 'in_correction',
           md5('office' || 1 + (n - 1) % :offices)::uuid, md5('userJ' || 1 + (n - 1) % :offices)::uuid,
           (ARRAY['strict', 'normal', 'lenient'])[1 + n % 3],
           CASE WHEN n % 20 = 0 THEN 'no_smartphone' ELSE 'smartphone' END, false,
           '2026-01-01', '2027-01-01', :since, :since
    FROM generate_series(1, :subjects) n;
    INSERT INTO subject_states (subject_id, last_heard_at, battery_percent, silence_check_at, planned_until)
    SELECT md5('subject' || n)::uuid, CAST(:now AS timestamptz) - n % 600 * interval '1 minute', 20 + n % 80,
           CAST(:now AS timestamptz) + interval '1 hour' + n % 600 * interval '1 minute',
           CAST(:now AS timestamptz) + interval '60 hours 1 minute' + n % 600 * interval '1 minute'
    FROM generate_series(1, :subjects) n
"""

PERIODS = """
    INSERT INTO supervision_periods (id, subject_id, category, period)
    SELECT md5('supervision' || n)::uuid, md5('subject' || n)::uuid, 'probation', tstzrange(:since, NULL)
    FROM generate_series(1, :subjects) n;
    INSERT INTO class_periods (id, subject_id, class, period, set_by, reason)
    SELECT md5('class' || n)::uuid, md5('subject' || n)::uuid, (ARRAY['strict', 'normal', 'lenient'])[1 + n % 3],
           tstzrange(:since, NULL), md5('userJ' || 1 + (n - 1) % :offices)::uuid, 'registered'
    FROM generate_series(1, :subjects) n;
    INSERT INTO assignments (id, subject_id, office_id, officer_id, period)
    SELECT md5('assignment' || n)::uuid, md5('subject' || n)::uuid, md5('office' || 1 + (n - 1) % :offices)::uuid,
           md5('userJ' || 1 + (n - 1) % :offices)::uuid, tstzrange(:since, NULL)
    FROM generate_series(1, :subjects) n
"""

PHONES = """
    INSERT INTO device_bindings (id, subject_id, device_id, platform, bound)
    SELECT md5('binding' || n)::uuid, md5('subject' || n)::uuid, md5('device' || n)::uuid, 'android',
           tstzrange(:since, NULL)
    FROM generate_series(1, :subjects) n WHERE n % 20 <> 0;
    INSERT INTO device_health (id, subject_id, device_id, received_at, battery_percent, location_permission,
                               battery_saver, network, body_hash)
    SELECT md5('health' || n || '|' || h)::uuid, md5('subject' || n)::uuid, md5('device' || n)::uuid,
           CAST(:now AS timestamptz) - h * interval '6 hours' - n % 600 * interval '1 minute', 20 + n % 80,
           CASE WHEN n % 50 = 0 THEN 'denied' ELSE 'always' END, false, 'mobile', '\\x00'
    FROM generate_series(1, :subjects) n, generate_series(1, 2) h WHERE n % 20 <> 0
"""

EXCLUSIONS = {
    "supervision_periods": ("ex_supervision_periods_period", "subject_id WITH =, period WITH &&"),
    "class_periods": ("ex_class_periods_period", "subject_id WITH =, period WITH &&"),
    "assignments": ("ex_assignments_period", "subject_id WITH =, period WITH &&"),
}


def populate(
    tx: Connection, subjects: int, *, now: datetime = MONDAY, offices_per_county: int = OFFICES_PER_COUNTY
) -> Population:
    """A province with `subjects` people under correction, each with a phone, planned for the next three days.

    `tx` is the owner's. One justice office for each hundred, one county for each `offices_per_county` of them.
    """
    offices = max(1, subjects // PER_OFFICE)
    counties = -(-offices // offices_per_county)
    cities = -(-counties // COUNTIES_PER_CITY)
    values = {
        "subjects": subjects,
        "offices": offices,
        "counties": counties,
        "cities": cities,
        "counties_per_city": COUNTIES_PER_CITY,
        "offices_per_county": offices_per_county,
        "since": SINCE,
        "now": now,
        "password_hash": hash_password(PASSWORD, Cost(1, 8)),
    }
    for script in (OFFICES, USERS, SUBJECTS, PERIODS, PHONES):
        run(tx, script, values)
    version_id = _policies(tx)
    return Population(subjects, offices, counties, cities, version_id)


def run(tx: Connection, script: str, values: dict[str, object]) -> None:
    """The statements of a script, one after the other."""
    for statement in script.split(";"):
        if statement.strip():
            tx.execute(text(statement), values)


def _policies(tx: Connection) -> UUID:
    """The shipped policy for the province, and the same as a version of their own for some counties."""
    policy = parse_policy(shipped("jiangshan"))
    version = UUID(int=1)
    province = tx.execute(text("SELECT id FROM offices WHERE level = 'province'")).scalar_one()
    policies.add_version(tx, version, province, policy, in_force_from=SINCE, created_by=None, now=SINCE)
    own = tx.execute(
        text("SELECT id FROM offices WHERE level = 'county' AND substr(code, 2)::integer % :every = 0"),
        {"every": OWN_POLICY_EVERY},
    ).scalars()
    for n, office_id in enumerate(own.all()):
        policies.add_version(tx, UUID(int=2 + n), office_id, policy, in_force_from=SINCE, created_by=None, now=SINCE)
    return version

"""A year of a city's work: visits, talks and verifications with their records and proofs, and check-ins beside them.

Made by SQL with triggers and foreign keys off and with indexes built at the end: what the triggers would note is
written with the rows. The year ends with the day before `now`.
"""

from datetime import datetime, timedelta

from psycopg import Connection

from app.simulation.cluster import SUPERUSER
from scripts.bench.report import tell
from scripts.bench.service import Service

A_YEAR = 62
"""Duties of the work rule for one person in a year: what is done of them makes 20,000 records of 600 people."""
CHECK_INS = 365

ITEMS = "ARRAY['访1','访2','访3','访4','访5','谈1','谈2','谈3','谈4','谈5','谈6','知1','知2','知3','知4']"
FILLED = ("duties", "records", "record_items", "record_proofs")

ONE_CITY = """
    UPDATE offices SET path = replace(path, '.C2.', '.C1.') WHERE path LIKE 'P.C2.%%';
    UPDATE offices SET parent_id = (SELECT id FROM offices WHERE code = 'C1') WHERE level = 'county'
"""

# Seven of ten in time, one late, one missed, one waived; two thirds of the records cover one item, the rest two.
WORK = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, fulfilled_at, missed_at, created_at, evidence_kind,
                        evidence_id, class, officer_id, proof)
    SELECT md5('work' || n || '|' || m)::uuid, s.id, kind, 'office', item, at, at, at + interval '20 days',
           at + interval '20 days', at + interval '20 days', false, state, s.office_id, %(version)s,
           CASE WHEN done THEN at + interval '15 days' END, CASE WHEN state = 'missed' THEN at + interval '20 days' END,
           at, CASE WHEN done THEN kind END, CASE WHEN done THEN md5('record' || n || '|' || record)::uuid END,
           s.class, s.officer_id,
           CASE WHEN done THEN (ARRAY['proven','proven','proven','unknown','contradicted'])
                               [1 + (n * 3 + record * 7) %% 5] END
    FROM generate_series(1, %(people)s) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid
    CROSS JOIN generate_series(0, %(each)s - 1) m,
    LATERAL (SELECT %(start)s::timestamptz + ((n * 31 + m * 7919) %% 345) * interval '1 day' AS at,
                    ({items})[1 + (n + m) %% 15] AS item, m - (m %% 3 = 2)::integer AS record) a,
    LATERAL (SELECT CASE left(item, 1) WHEN '访' THEN 'visit' WHEN '谈' THEN 'talk' ELSE 'verification' END AS kind,
                    CASE (n * 7 + record * 13) %% 10 WHEN 0 THEN 'late' WHEN 1 THEN 'missed' WHEN 2 THEN 'waived'
                         ELSE 'fulfilled' END AS state) b,
    LATERAL (SELECT state IN ('fulfilled', 'late') AS done) c
""".replace("{items}", ITEMS)

RECORDS = """
    INSERT INTO records (id, kind, subject_id, office_id, officer_id, happened_at, written_at, note, reasons, body_hash)
    SELECT DISTINCT ON (evidence_id) evidence_id, evidence_kind, subject_id, office_id, officer_id, fulfilled_at,
           fulfilled_at + interval '2 hours', repeat('在家中见到本人,情况稳定。', 10),
           '[{{"code": "record_in_time", "params": {{}}}}]'::jsonb, '\\x00'
    FROM duties WHERE evidence_id IS NOT NULL AND obligor = 'office';
    INSERT INTO record_items (record_id, item, duty_id)
    SELECT evidence_id, rule_code, id FROM duties WHERE evidence_id IS NOT NULL AND obligor = 'office';
    INSERT INTO record_proofs (record_id, verdict, checks, judged_at)
    SELECT DISTINCT ON (evidence_id) evidence_id, proof, '[]', fulfilled_at + interval '2 hours'
    FROM duties WHERE evidence_id IS NOT NULL AND obligor = 'office'
""".replace("{{", "{").replace("}}", "}")

OWN = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, fulfilled_at, created_at)
    SELECT md5('own' || n || '|' || d)::uuid, s.id, 'check_in', 'subject', 'check_in.' || s.class || '.1', at, at,
           at + interval '2 hours', at + interval '150 minutes', at + interval '151 minutes', false,
           CASE WHEN (n + d) %% 30 = 0 THEN 'missed' ELSE 'fulfilled' END, s.office_id, %(version)s,
           at + interval '1 hour', at
    FROM generate_series(1, %(people)s) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid
    CROSS JOIN generate_series(0, %(days)s - 1) d,
    LATERAL (SELECT %(start)s::timestamptz + d * interval '1 day' + n %% 600 * interval '1 minute' AS at) t
"""


def fill(made: Service, people: int, version: object, *, now: datetime) -> tuple[int, int]:
    """Gives how many duties of the work rule and how many records there are."""
    values = {
        "people": people,
        "version": version,
        "each": A_YEAR,
        "days": CHECK_INS,
        "start": now - timedelta(days=366),
    }
    with made.connect(SUPERUSER) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in ONE_CITY.split(";"):
            connection.execute(statement.replace("%%", "%"))
        indexes = _without_indexes(connection)
        tell(f"{people * A_YEAR:,} duties of the work rule")
        connection.execute(WORK, values)
        tell("their records")
        for statement in RECORDS.split(";"):
            connection.execute(statement)
        tell(f"{people * CHECK_INS:,} check-ins")
        connection.execute(OWN, values)
        tell("indexes")
        for index in indexes:
            connection.execute(index)
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM duties WHERE obligor = 'office'), (SELECT count(*) FROM records)"
        ).fetchone()
    assert counted is not None  # noqa: S101  (a count has a row)
    return int(str(counted[0])), int(str(counted[1]))


def _without_indexes(connection: "Connection[tuple[object, ...]]") -> list[str]:
    """Drop what is no constraint; gives how to build it again."""
    rows = connection.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)",
        [list(FILLED)],
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}")
    return [str(definition) for _, definition in rows]

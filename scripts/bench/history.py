"""A year of stored positions, made by SQL straight into the monthly partitions, which get their indexes at the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection, sql

from app.simulation.cluster import OWNER, SUPERUSER
from scripts.bench.population import MONDAY
from scripts.bench.report import tell
from scripts.bench.service import Service

YEAR = timedelta(days=365)
UNTIL = MONDAY.replace(hour=0) - timedelta(days=1)
"""The history ends a day before the present: what the bench itself stores today is all that there is of today."""

BYTES_PER_ROW = 330
"""Heap and indexes as measured, and a tenth on top for what is written meanwhile."""

PEOPLE = """
    CREATE UNLOGGED TABLE bench_people AS
    SELECT s.id, md5('order' || s.subject_no)::uuid AS power_id, row_number() OVER (ORDER BY s.id) AS n
    FROM subjects s ORDER BY s.id
"""

FILL = """
    INSERT INTO {partition} (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id,
                             place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
                             provider, mock)
    SELECT p.id, at, gen_random_uuid(), at, at + interval '2 s', at + interval '3 s', true, p.power_id,
           ST_SetSRID(ST_MakePoint(x, y), 4326), x, y, 'wgs84', 12.5, 1.25, 271.5, 88, 55, 'fused', false
    FROM generate_series(CAST({first} AS bigint), {last}) i, bench_people p,
    LATERAL (SELECT {start} + i * {every} + p.n * {between} AS at,
                    118.6 + p.n % 1000 / 1e4 + i % 100 / 1e5 AS x, 28.7 + p.n % 997 / 1e4 + i % 97 / 1e5 AS y) f
    WHERE at >= {low} AND at < {high}
"""


@dataclass(frozen=True)
class Month:
    """One month of the history, as its partition holds it: [low, high)."""

    low: datetime
    high: datetime

    @property
    def partition(self) -> str:
        """The name that `ensure_position_partitions` would give it."""
        return f"positions_{self.low:%Y%m}"


def months(*, until: datetime = MONDAY) -> Iterator[Month]:
    """The months of the year before `until`, and the one after it, in order."""
    low = (until - YEAR).replace(day=1, hour=0)
    while low <= until + timedelta(days=31):
        high = (low + timedelta(days=32)).replace(day=1)
        yield Month(low, high)
        low = high


def fill(made: Service, rows: int) -> int:
    """About `rows` positions, evenly over a year and over all subjects, in the order of their times; gives how many.

    Each month is written into a table of its own and attached: the indexes are built then, and not row by row.
    """
    with made.connect(SUPERUSER) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(PEOPLE)
        found = connection.execute("SELECT count(*) FROM bench_people").fetchone()
        people = int(str(found[0])) if found else 0
        every = YEAR / (rows / people)
        stored = sum(_fill_month(connection, month, every, people) for month in months())
        connection.execute("DROP TABLE bench_people")
        tell("vacuuming")
        connection.execute("VACUUM ANALYZE positions")
    return stored


def _fill_month(connection: "Connection[tuple[object, ...]]", month: Month, every: timedelta, people: int) -> int:
    partition = sql.Identifier(month.partition)
    attach = sql.SQL("ALTER TABLE positions ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
    make = sql.SQL("CREATE TABLE {} (LIKE positions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    with connection.transaction():
        connection.execute(make.format(partition))
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(partition, sql.Identifier(OWNER)))
        stored = connection.execute(_filling(partition, month, every, people)).rowcount
        connection.execute(attach.format(partition, sql.Literal(month.low), sql.Literal(month.high)))
    tell(f"{stored:,} rows in {month.partition}")
    return stored


def _filling(partition: sql.Identifier, month: Month, every: timedelta, people: int) -> sql.Composed:
    """What writes one month: each of the turns that touch it, each subject a little after the one before."""
    start = UNTIL - YEAR
    first = max((month.low - start) // every - 1, 0)
    last = (min(month.high, UNTIL) - start) // every
    return sql.SQL(FILL).format(
        partition=partition,
        first=sql.Literal(first),
        last=sql.Literal(last),
        start=sql.Literal(start),
        every=sql.Literal(every),
        between=sql.Literal(every / people),
        low=sql.Literal(month.low),
        high=sql.Literal(min(month.high, UNTIL)),
    )

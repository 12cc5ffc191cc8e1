"""The physical limit: COPY in binary of ready-made rows into the table of positions, with its indexes."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from scripts.bench.service import Service

ROWS = 300_000

# In the order in which phones would send them: some rows of one subject, then some of another.
READY = """
COPY (
    SELECT md5('subject ' || 1 + (n / {size}) % {subjects})::uuid, t, md5('copied {round} ' || n)::uuid, t, t, t, true,
           md5('order')::uuid, ST_SetSRID(ST_MakePoint(x, y), 4326), x, y, 'wgs84'::text, 12.5::float8, 1.25::float8,
           271.5::float8, 88::float8, n % 100, 'fused'::text, false
    FROM generate_series(1, {rows}) AS n,
         LATERAL (SELECT 118.6 + n % 100003 / 1e6::float8, 28.7 + n % 99991 / 1e6::float8,
                         '{began}'::timestamptz + ({round}::float8 * {rows} + n) * interval '1 millisecond'
                 ) AS p(x, y, t)
) TO STDOUT (FORMAT binary)
"""

INTO = """
COPY positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id, place, lon, lat,
                datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent, provider, mock)
FROM STDIN (FORMAT binary)
"""


@dataclass
class Copying:
    """Copies new rows each time, over one connection, in one statement."""

    made: Service
    subjects: int
    began: datetime
    size: int
    rounds: int = field(default=0, init=False)

    def rows_a_second(self) -> float:
        """Rows a second from the first byte to the end of the commit; making them is not counted."""
        self.rounds += 1
        with self.made.connect() as connection:
            ready = self._ready(connection)
            began = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy(INTO) as copy:
                for block in ready:
                    copy.write(block)
            return ROWS / (time.perf_counter() - began)

    def _ready(self, connection: "Connection[tuple[object, ...]]") -> list[bytes]:
        statement = READY.format(
            size=self.size,
            subjects=self.subjects,
            rows=ROWS,
            round=self.size * 100 + self.rounds,
            began=self.began.isoformat(),
        )
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            parts = b"".join(bytes(block) for block in copy)
        return [parts[at : at + 2**16] for at in range(0, len(parts), 2**16)]

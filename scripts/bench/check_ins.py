"""Check-ins at a steady 100 a second, each the fulfilment of an open duty, beside a bare endpoint at the same pace."""

import json
from contextlib import ExitStack
from datetime import datetime, timedelta

from app.deps import SystemClock
from scripts.bench.load import raw_request
from scripts.bench.paced import Paced, at_pace
from scripts.bench.people import County, add_subjects, found_county, made_id, phone_token
from scripts.bench.report import REPETITIONS, spread, table, tell
from scripts.bench.service import Service, service

PATH = "/api/mobile/v1/checkins"
A_SECOND = 100
SECONDS = 10
ROUND = A_SECOND * SECONDS

DUTIES = """
WITH person AS (
    SELECT n, md5('subject ' || n)::uuid AS id FROM generate_series(1, %(last)s::integer) AS n
), owed AS (
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, created_at)
    SELECT md5('duty ' || n)::uuid, id, 'check_in', 'subject', 'check_in.normal.1', %(opens_at)s, %(opens_at)s,
           %(due_at)s, %(due_at)s, %(due_at)s::timestamptz + interval '30 seconds', false, 'open', %(office)s,
           %(policy)s, %(opens_at)s
    FROM person
)
INSERT INTO collection_powers (id, subject_id, kind, covers, phone)
SELECT md5('duty ' || n)::uuid, id, 'check', tstzrange(%(opens_at)s, %(due_at)s), true FROM person
"""


def bench(*, repetitions: int = REPETITIONS) -> str:
    """The section on check-ins."""
    now = SystemClock().now()
    rounds = repetitions + 1
    with service() as made, ExitStack() as running:
        county = found_county(made, now=now)
        add_subjects(made, county, ROUND * rounds, now=now, powers=False)
        owe(made, county, ROUND * rounds, now)
        made.settle()
        ours = running.enter_context(made.serving())
        bare = running.enter_context(made.serving(("scripts.bench.bare_check_ins",)))
        found: dict[str, list[Paced]] = {"ours": [], "bare": []}
        for n in range(rounds):
            for name, port in (("ours", ours.port), ("bare", bare.port)):
                paced = at_pace(port, check_in_requests(made, n, name), a_second=A_SECOND)
                tell(f"{name}, round {n}: p99 {paced.percentile(0.99):.1f} ms, {paced.statuses}")
                _require_all_kept(paced)
                found[name] += [paced] if n else []
        _require_fulfilled(made, ROUND * rounds)
    return f"## Check-ins\n\n{_table(found)}"


def _table(found: dict[str, list[Paced]]) -> str:
    rows = []
    for name, told in (("ours", "ours"), ("bare", "bare endpoint")):
        cells = [spread([p.percentile(part) for p in found[name]], ",.1f") for part in (0.5, 0.95, 0.99)]
        rows.append([told, *cells])
    heads = (f"{A_SECOND} a second for {SECONDS} s", "p50, ms", "p95, ms", "p99, ms")
    return table(heads, rows)


def owe(made: Service, county: County, count: int, now: datetime) -> None:
    """Everybody has a check-in to make that opened an hour ago and ends in six."""
    values = {"last": count, "office": county.office.id, "policy": county.policy_version_id}
    values |= {"opens_at": now - timedelta(hours=1), "due_at": now + timedelta(hours=6)}
    with made.connect() as connection:
        connection.execute(DUTIES, values)


def check_in_requests(made: Service, n: int, to: str) -> list[bytes]:
    """The requests of a round, the first being 0: each from another person, with ids that are new for each `to`."""
    return [_request(made, number, to) for number in range(n * ROUND + 1, (n + 1) * ROUND + 1)]


def _request(made: Service, number: int, to: str) -> bytes:
    at = SystemClock().now().isoformat(timespec="milliseconds")
    place = {"lon": 118.627, "lat": 28.738, "accuracy_m": 12.5, "provider": "fused", "mock": False}
    body = {"id": str(made_id(to, number)), "recorded_at": at, "sent_at": at, "position": place}
    headers = {"Authorization": f"Bearer {phone_token(made, number)}"}
    return raw_request("POST", PATH, json.dumps(body).encode(), headers)


def _require_all_kept(paced: Paced) -> None:
    if set(paced.statuses) != {201}:
        message = f"not every check-in was taken: {paced.statuses}"
        raise RuntimeError(message)


def _require_fulfilled(made: Service, wanted: int) -> None:
    with made.connect() as connection:
        row = connection.execute("SELECT count(*) FROM duties WHERE state = 'fulfilled'").fetchone()
    if row != (wanted,):
        message = f"{row} duties are fulfilled, and {wanted} check-ins were acknowledged"
        raise RuntimeError(message)

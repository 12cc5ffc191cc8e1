"""What was promised against what is in the tables. Each check gives sentences; none means that all is there, once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.simulation.chaos.phones import Acknowledged, Phone
from app.simulation.fake_fcm_inbox import Received

Connection = psycopg.Connection[tuple[Any, ...]]

DUTIES = """
SELECT CAST(d.id AS text), d.state,
       (SELECT count(*) FROM duty_events e WHERE e.duty_id = d.id AND e.to_state = 'missed'),
       (SELECT count(*) FROM duty_events e WHERE e.duty_id = d.id AND e.to_state NOT IN ('planned', 'open')),
       (SELECT count(*) FROM alert_occurrences o WHERE o.source_kind = 'duty' AND o.source_id = d.id)
FROM duties d WHERE d.id = ANY(%s::uuid[])
"""

DOUBLED = {
    "alert for one subject, kind and thing": """
        SELECT CAST(subject_id AS text) FROM alerts WHERE handling <> 'closed'
        GROUP BY subject_id, kind, about_kind, about_id HAVING count(*) > 1""",
    "notice for one recipient, thing and step": """
        SELECT step FROM notices GROUP BY recipient_id, about_kind, about_id, step HAVING count(*) > 1""",
    "delivery for one notice, channel and endpoint": """
        SELECT CAST(notice_id AS text) FROM deliveries GROUP BY notice_id, channel, endpoint HAVING count(*) > 1""",
    "position": "SELECT CAST(id AS text) FROM positions GROUP BY id HAVING count(*) > 1",
    "receipt number": """
        SELECT receipt_no FROM (SELECT receipt_no FROM attempts UNION ALL SELECT receipt_no FROM position_batches) r
        GROUP BY receipt_no HAVING count(*) > 1""",
}

WITHOUT = {
    "occurrence without a notice to its officer": """
        SELECT CAST(o.source_id AS text) FROM alert_occurrences o JOIN alerts a ON a.id = o.alert_id
        WHERE NOT EXISTS (SELECT FROM alert_steps s WHERE s.alert_id = o.alert_id AND s.occurrence >= o.n)
          AND a.next_step_at IS NULL""",
    "notice without its deliveries": """
        SELECT CAST(n.id AS text) FROM notices n WHERE n.recipient_kind = 'user' AND (
            SELECT count(*) FROM deliveries d WHERE d.notice_id = n.id) <> 1 + (
            SELECT count(*) FROM push_endpoints e WHERE e.owner_id = n.recipient_id AND e.retired_at IS NULL)""",
    "delivery that was given up": "SELECT CAST(id AS text) FROM deliveries WHERE state IN ('dead', 'retired')",
}

LATE = """
SELECT 'duty past its judgment', count(*) FROM duties WHERE state IN ('planned', 'open') AND judge_at < %(now)s
UNION ALL SELECT 'step of a ladder overdue', count(*) FROM alerts WHERE next_step_at < %(now)s
UNION ALL SELECT 'points not judged', count(*) FROM subject_states
    WHERE rejudge_from IS NOT NULL AND last_heard_at < %(now)s
UNION ALL SELECT 'delivery overdue', count(*) FROM deliveries WHERE state = 'pending' AND next_try_at < %(now)s
"""


def receipts(connection: Connection, phone: Phone, given: Sequence[Acknowledged]) -> Iterator[str]:
    """Every acknowledged request: its row, number and body, each of its points once; and the state of its person."""
    by_path: dict[str, list[Acknowledged]] = defaultdict(list)
    for one in given:
        by_path[one.path].append(one)
    yield from _attempts(connection, phone.person, by_path["/checkins"])
    yield from _batches(connection, phone.person, by_path["/positions"])
    yield from _points(connection, phone.person, by_path["/positions"])
    yield from _healths(connection, phone.person, by_path["/device-health"])
    yield from _state(connection, phone.person, given)


def _attempts(connection: Connection, person: UUID, given: Sequence[Acknowledged]) -> Iterator[str]:
    ids = [one.body["id"] for one in given]
    query = (
        "SELECT CAST(id AS text), receipt_no, body_hash FROM attempts WHERE subject_id = %s AND id = ANY(%s::uuid[])"
    )
    rows = {row[0]: (row[1], bytes(row[2])) for row in connection.execute(query, (person, ids))}
    for one in given:
        if rows.get(one.body["id"]) != (one.receipt["receipt_no"], one.body_hash):
            yield f"attempts: {one.body['id']}, {one.receipt['receipt_no']}, is not there as it was acknowledged"


def _batches(connection: Connection, person: UUID, given: Sequence[Acknowledged]) -> Iterator[str]:
    ids = [one.body["request_id"] for one in given]
    query = """SELECT CAST(request_id AS text), receipt_no, stored FROM position_batches
               WHERE subject_id = %s AND request_id = ANY(%s::uuid[])"""
    rows = {row[0]: (row[1], row[2]) for row in connection.execute(query, (person, ids))}
    for one in given:
        number = one.receipt["receipt_no"]
        if rows.get(one.body["request_id"]) != (number, len(one.body["reports"])):
            yield f"position_batches: {one.body['request_id']}, {number}, is not there as it was acknowledged"


def _points(connection: Connection, person: UUID, given: Sequence[Acknowledged]) -> Iterator[str]:
    """Each point of an acknowledged batch once, where and when it was measured."""
    sent = {report["id"]: report for one in given for report in one.body["reports"]}
    query = """SELECT CAST(id AS text), recorded_at, lon, lat FROM positions
               WHERE subject_id = %s AND id = ANY(%s::uuid[])"""
    stored: dict[str, list[Any]] = defaultdict(list)
    for id_, *rest in connection.execute(query, (person, list(sent))):
        stored[id_].append(rest)
    for id_, report in sent.items():
        measured = [datetime.fromisoformat(report["recorded_at"]), report["lon"], report["lat"]]
        if stored[id_] != [measured]:
            yield f"positions: {id_} is there {len(stored[id_])} times, or elsewhere than it was measured"


def _healths(connection: Connection, person: UUID, given: Sequence[Acknowledged]) -> Iterator[str]:
    query = "SELECT CAST(id AS text) FROM device_health WHERE subject_id = %s AND id = ANY(%s::uuid[])"
    found = {row[0] for row in connection.execute(query, (person, [one.body["id"] for one in given]))}
    yield from (f"device_health: {one.body['id']} is not there" for one in given if one.body["id"] not in found)


def _state(connection: Connection, person: UUID, given: Sequence[Acknowledged]) -> Iterator[str]:
    """The row that all screens read: as new as the newest batch that was acknowledged, and as its newest point."""
    batches = [(datetime.fromisoformat(one.receipt["received_at"]), one) for one in given if one.path == "/positions"]
    if not batches:
        return
    query = "SELECT last_heard_at, last_position_at FROM subject_states WHERE subject_id = %s"
    heard_at, position_at = connection.execute(query, (person,)).fetchone() or (None, None)
    received_at = max(at for at, _ in batches)
    if heard_at is None or heard_at < received_at:
        yield f"subject_states: {person} was heard last at {heard_at}, acknowledged at {received_at}"
    newest = max(min(at, datetime.fromisoformat(r["recorded_at"])) for at, one in batches for r in one.body["reports"])
    if position_at is None or position_at < newest:
        yield f"subject_states: {person} has its last position at {position_at}, acknowledged was {newest}"


def duties(connection: Connection, owed: Sequence[UUID], *, forgotten: Sequence[UUID]) -> Iterator[str]:
    """Every duty was settled once; each miss has one occurrence of an alert, and nothing else has any."""
    rows = {row[0]: row[1:] for row in connection.execute(DUTIES, (list(owed),))}
    missed = {str(duty) for duty in forgotten}
    for duty in map(str, owed):
        state, misses, settled, occurrences = rows.get(duty, ("gone", 0, 0, 0))
        if occurrences != misses or misses > 1 or settled < 1 or (duty in missed and state != "missed"):
            yield f"duty {duty} is {state}: missed {misses} times, settled {settled} times, {occurrences} occurrences"


def doubled(connection: Connection) -> Iterator[str]:
    """Nothing that may be there once is there twice."""
    for what, query in DOUBLED.items():
        yield from (f"more than one {what}: {row[0]}" for row in connection.execute(query))


def forgotten(connection: Connection) -> Iterator[str]:
    """Nobody who was to be told was left out."""
    for what, query in WITHOUT.items():
        yield from (f"{what}: {row[0]}" for row in connection.execute(query))


def late(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """What should have been done by `now` and was not."""
    return {row[0]: row[1] for row in connection.execute(LATE, {"now": now}) if row[1]}


def pushes(connection: Connection, received: Callable[[], Iterable[Received]]) -> Iterator[str]:
    """Every push that counts as sent arrived, with one key however often; and nothing arrived that is not on disk.

    Pushes go on meanwhile: what had arrived before the look at the disk must be there, what is there must have arrived.
    """
    before = _arrived(received())
    query = """SELECT e.address, CAST(d.notice_id AS text), d.state FROM deliveries d
               JOIN push_endpoints e ON e.id = d.endpoint_id"""
    rows = {(row[0], row[1]): row[2] for row in connection.execute(query)}
    arrived = _arrived(received())
    for (address, notice), state in rows.items():
        if state == "sent" and len(arrived.get((address, notice), ())) != 1:
            yield f"push of notice {notice} to {address} counts as sent; arrived with {arrived.get((address, notice))}"
    yield from (f"push of notice {pair[1]} to {pair[0]} is of no notice on disk" for pair in before if pair not in rows)


def _arrived(received: Iterable[Received]) -> Mapping[tuple[str, str], set[str | None]]:
    """The keys under which each notice came to each address."""
    keys: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for message in received:
        if message.shown:
            keys[message.address, message.data["n"]].add(message.collapse_key)
    return keys

"""What is read of the last days: places, times and codes. No name, number, address or text of anybody's."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.subject import Subject
from app.rules.facts import Actor
from app.store.scope import subjects_of

SOONEST_S, LATEST_S = 300.0, 1800.0
"""How long after a window opens somebody checks in of whom nothing is known."""

LONGEST_DELAY_S = 86_400.0

PEOPLE = text(
    """
    SELECT s.id, s.category, s.minor_regime, s.registered_at, s.ended_at, s.end_reason,
           coalesce((SELECT p.class FROM class_periods p WHERE p.subject_id = s.id AND NOT isempty(p.period)
                     ORDER BY p.period @> CAST(:since AS timestamptz) DESC, lower(p.period) LIMIT 1),
                    s.class) AS class_name,
           ST_X(s.home) AS lon, ST_Y(s.home) AS lat, a.code AS area, s.office_id,
           (SELECT c.code FROM offices c WHERE c.level = 'county' AND (o.path = c.path OR o.path LIKE c.path || '.%')
            LIMIT 1) AS county
    FROM subjects s
    JOIN offices o ON o.id = s.office_id
    LEFT JOIN areas a ON a.id = s.permitted_area_id
    WHERE s.id = ANY(:ids) AND s.registered_at < :until AND (s.ended_at IS NULL OR s.ended_at > :since)
    ORDER BY s.id
    """
)
PATH = text(
    """
    SELECT effective_at, ST_X(place) AS lon, ST_Y(place) AS lat, accuracy_m FROM positions
    WHERE subject_id = :id AND recorded_at BETWEEN CAST(:since AS timestamptz) - interval '1 day'
                                               AND CAST(:until AS timestamptz) + interval '1 day'
      AND effective_at BETWEEN :since AND :until
    ORDER BY effective_at, id
    """
)
HABIT = text(
    """
    SELECT count(*) FILTER (WHERE d.state IN ('fulfilled', 'late')) AS kept, count(*) AS owed,
           percentile_cont(0.1) WITHIN GROUP (ORDER BY extract(epoch FROM a.effective_at - d.opens_at)) AS soonest_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM a.effective_at - d.opens_at)) AS latest_s
    FROM duties d
    LEFT JOIN attempts a ON a.subject_id = d.subject_id AND a.duty_id = d.id AND a.outcome = 'accepted'
    WHERE d.subject_id = :id AND d.kind = 'check_in' AND d.state IN ('fulfilled', 'late', 'missed')
      AND d.opens_at BETWEEN :since AND :until
    """
)
CLASSES = text(
    """
    SELECT lower(period) AS at, class AS class_name FROM class_periods
    WHERE subject_id = :id AND NOT isempty(period) AND lower(period) > :since AND lower(period) < :until
    ORDER BY 1
    """
)
HEALTHS = text(
    """
    SELECT received_at, battery_percent, location_permission, battery_saver FROM device_health
    WHERE subject_id = :id AND received_at > :since AND received_at < :until ORDER BY received_at, id
    """
)
SILENCES = text(
    """
    SELECT (o.evidence ->> 'last_heard_at')::timestamptz AS from_at, o.recovered_at
    FROM alert_occurrences o JOIN alerts a ON a.id = o.alert_id
    WHERE a.subject_id = :id AND a.kind = 'lost_contact' AND o.evidence ->> 'last_heard_at' IS NOT NULL
      AND o.event_at < :until AND coalesce(o.recovered_at, 'infinity') > :since
    ORDER BY 1
    """
)
ORDERS = text(
    """
    SELECT ground, lower(term) AS from_at, upper(term) AS to_at FROM positioning_orders
    WHERE subject_id = :id AND term && tstzrange(:since, :until) ORDER BY 2
    """
)
ZONES = text(
    """
    SELECT kind, from_at, least(until, removed_at) AS to_at, hours, ST_AsGeoJSON(shape, 7) AS geometry FROM zones
    WHERE subject_id = :id AND from_at < :until AND coalesce(least(until, removed_at), 'infinity') > :since
    ORDER BY from_at, id
    """
)
LEAVES = text(
    """
    SELECT kind, min(counts_from) AS from_at, max(until) AS to_at, max(ended_at) AS ended_at,
           (array_agg(array_to_string(destinations, ',') ORDER BY counts_from))[1] AS places
    FROM leave_requests
    WHERE subject_id = :id AND counts_from < :until AND coalesce(ended_at, until) > :since
      AND state IN ('approved', 'extended', 'ended', 'revoked')
    GROUP BY root_id, kind ORDER BY 2, root_id
    """
)


@dataclass(frozen=True)
class Person:
    """Somebody of whom nothing is known but what decides over alerts. `name` and `office` are made up."""

    id: UUID
    name: str
    office: str
    county: str
    category: str
    class_: str
    minor: bool
    home: tuple[float, float] | None
    area: str | None
    registered_at: datetime
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True)
class Checking:
    """How somebody kept the windows of that time: the share, and how long after they opened (s)."""

    share: float
    soonest_s: float
    latest_s: float


@dataclass(frozen=True)
class ZoneThen:
    """A zone with its term and its outline as GeoJSON."""

    kind: str
    from_at: datetime
    to_at: datetime | None
    hours: Sequence[Any]
    geometry: dict[str, Any]


@dataclass(frozen=True)
class LeaveThen:
    """What was approved, to which places (adcodes), and when the person was back or it was taken back."""

    kind: str
    from_at: datetime
    to_at: datetime
    ended_at: datetime | None
    places: Sequence[str]


def people(connection: Connection, actor: Actor, since: datetime, until: datetime) -> list[Person]:
    """Those within the actor's reach who were under correction at any time of it."""
    ids = list(connection.execute(select(Subject.id).where(subjects_of(actor))).scalars())
    rows = connection.execute(PEOPLE, {"ids": ids, "since": since, "until": until}).all()
    offices = {one: f"office-{n}" for n, one in enumerate(sorted({row.office_id for row in rows}), start=1)}
    return [
        Person(
            id=row.id,
            name=f"person {number}",
            office=offices[row.office_id],
            county=row.county,
            category=row.category,
            class_=row.class_name,
            minor=row.minor_regime,
            home=None if row.lon is None else (row.lon, row.lat),
            area=row.area,
            registered_at=row.registered_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
        )
        for number, row in enumerate(rows, start=1)
        if row.county is not None and row.class_name is not None
    ]


def path(connection: Connection, subject_id: UUID, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """Where the phone was, by effective time: (at, lon, lat, accuracy_m)."""
    return [tuple(row) for row in connection.execute(PATH, _span(subject_id, since, until))]


def habit(connection: Connection, subject_id: UUID, since: datetime, until: datetime) -> Checking:
    """How the person checked in; who owed nothing is taken to be reliable."""
    row = connection.execute(HABIT, _span(subject_id, since, until)).one()
    share = row.kept / row.owed if row.owed else 1.0
    if row.soonest_s is None:
        return Checking(share, SOONEST_S, LATEST_S)
    soonest = min(max(float(row.soonest_s), 0.0), LONGEST_DELAY_S)
    return Checking(share, soonest, min(max(float(row.latest_s), soonest), LONGEST_DELAY_S))


def classes(
    connection: Connection, subject_id: UUID, since: datetime, until: datetime
) -> Iterator[tuple[datetime, str]]:
    """Changes of class."""
    for row in connection.execute(CLASSES, _span(subject_id, since, until)):
        yield row.at, row.class_name


def healths(
    connection: Connection, subject_id: UUID, since: datetime, until: datetime
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What the phone told of itself; what it did not know is left out."""
    for row in connection.execute(HEALTHS, _span(subject_id, since, until)).mappings():
        told = {name: row[name] for name in ("battery_percent", "location_permission", "battery_saver")}
        yield row["received_at"], {name: value for name, value in told.items() if value is not None}


def silences(
    connection: Connection, subject_id: UUID, since: datetime, until: datetime
) -> list[tuple[datetime, datetime | None]]:
    """From when to when the phone was not heard, as far as that was noticed: shorter ones left no trace."""
    return [tuple(row) for row in connection.execute(SILENCES, _span(subject_id, since, until))]


def orders(
    connection: Connection, subject_id: UUID, since: datetime, until: datetime
) -> list[tuple[str, datetime, datetime]]:
    """Positioning orders: (ground, from, to), what was in force of them."""
    return [tuple(row) for row in connection.execute(ORDERS, _span(subject_id, since, until))]


def zones(connection: Connection, subject_id: UUID, since: datetime, until: datetime) -> list[ZoneThen]:
    """Zones of that time."""
    rows = connection.execute(ZONES, _span(subject_id, since, until))
    return [ZoneThen(row.kind, row.from_at, row.to_at, row.hours, json.loads(row.geometry)) for row in rows]


def leaves(connection: Connection, subject_id: UUID, since: datetime, until: datetime) -> list[LeaveThen]:
    """Leaves and permits of that time, each with its extensions."""
    rows = connection.execute(LEAVES, _span(subject_id, since, until))
    return [LeaveThen(row.kind, row.from_at, row.to_at, row.ended_at, row.places.split(",")) for row in rows]


def _span(subject_id: UUID, since: datetime, until: datetime) -> dict[str, Any]:
    return {"id": subject_id, "since": since, "until": until}

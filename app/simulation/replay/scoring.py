"""From the record of a replay to its score lines."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from app.simulation.replay.county import County
from app.simulation.replay.evidence import first_evidence
from app.simulation.replay.lines import Lines
from app.simulation.replay.scenario import Event, Scenario
from app.simulation.replay.score import Episode, Exposure, Occurrence, score

DAY_S = 86_400

OCCURRENCES = text(
    """
    SELECT a.subject_id, o.event_at, o.recorded_at, o.cause
    FROM alert_occurrences o JOIN alerts a ON a.id = o.alert_id
    WHERE a.kind = :kind ORDER BY o.recorded_at, o.event_at, a.id
    """
)


def score_lines(
    connection: Connection, scenario: Scenario, county: County, lines: Lines, pushes: int
) -> list[dict[str, Any]]:
    """One score line for each kind that the header names; `pushes` counts those that reached officers."""
    exposure = _exposure(scenario, county, lines, pushes)
    truths = [event for event in scenario.events if event.do == "truth"]
    return [
        score(
            kind,
            [_episode(connection, county, event) for event in truths if event["kind"] == kind],
            _occurrences(connection, county, kind),
            exposure,
        )
        for kind in scenario.header.score
    ]


def _episode(connection: Connection, county: County, event: Event) -> Episode:
    subject_id = county.subjects[event["subject"]]
    seen = first_evidence(connection, event["kind"], subject_id, event["from"], event["to"])
    return Episode(event["subject"], event["from"], event["to"], event.get("cause"), seen)


def _occurrences(connection: Connection, county: County, kind: str) -> list[Occurrence]:
    names = county.names
    rows = connection.execute(OCCURRENCES, {"kind": kind})
    return [Occurrence(names[row.subject_id], row.event_at, row.recorded_at, row.cause) for row in rows]


def _exposure(scenario: Scenario, county: County, lines: Lines, pushes: int) -> Exposure:
    header = scenario.header
    supervised = sum(_days(start, lines.ended.get(who, header.end)) for who, start in lines.registered.items())
    days = _days(header.start, header.end)
    return Exposure(len(lines.registered), supervised, len(county.officers), days, pushes)


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / DAY_S

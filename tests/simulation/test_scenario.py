"""Reading scenarios: what cannot be played is refused with its line before anything runs."""

import json
from typing import Any

import pytest

from app.simulation.replay.scenario import ScenarioError, read_scenario

HEADER: dict[str, Any] = {
    "scenario": 1,
    "start": "2026-03-02T00:00:00+08:00",
    "end": "2026-03-03T00:00:00+08:00",
    "policy": "jiangshan",
    "seed": 7,
    "score": ["left_area"],
}
AT = "2026-03-02T09:00:00+08:00"
OFFICE = {"at": AT, "do": "office", "office": "o", "county": "330881"}
SUBJECT = {
    "at": AT,
    "do": "register",
    "subject": "s",
    "office": "o",
    "class": "normal",
    "category": "probation",
    "home": {"lon": 118.6, "lat": 28.7},
}


def lines(*events: dict[str, Any], header: dict[str, Any] | None = None) -> list[str]:
    return [json.dumps(line) for line in (header or HEADER, *events)]


def test_a_good_file_is_read_and_sorted_stably_by_time() -> None:
    late = {"at": "2026-03-02T10:00:00+08:00", "do": "phone", "subject": "s", "online": False}
    scenario = read_scenario(lines(OFFICE, late, SUBJECT))
    assert [event.do for event in scenario.events] == ["office", "register", "phone"]
    assert scenario.header.seed == "7"


def test_blank_lines_count_but_are_passed_over() -> None:
    scenario = read_scenario([json.dumps(HEADER), "", json.dumps(OFFICE)])
    assert scenario.events[0].line == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scenario": 2}, "scenario"),
        ({"start": "2026-03-02"}, "start"),
        ({"end": HEADER["start"]}, "end"),
        ({"score": ["no_such_kind"]}, "no_such_kind"),
        ({"colour": "red"}, "colour"),
        ({"policy": 3}, "policy"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ScenarioError, match=reason) as raised:
        read_scenario(lines(header={**HEADER, **change}))
    assert raised.value.line == 1


ZONE = {"at": AT, "do": "zone", "subject": "s", "zone": "mall", "kind": "forbidden"}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"at": AT, "do": "dance"}, "dance"),
        ({"at": AT, "do": "transfer", "subject": "s"}, "transfer is not built yet"),
        ({"at": AT, "do": "office", "office": "o"}, "county: is missing"),
        ({**OFFICE, "colour": "red"}, "colour"),
        ({"at": "2026-03-02T09:00:00", "do": "office", "office": "o", "county": "330881"}, "at"),
        ({"at": "2026-03-04T09:00:00+08:00", "do": "office", "office": "o", "county": "330881"}, "between"),
        ({**SUBJECT, "office": "elsewhere"}, "elsewhere"),
        ({**SUBJECT, "class": "kind"}, "class: should be one of"),
        ({**SUBJECT, "home": {"lon": 200, "lat": 0}}, "home: should be a number from -180 to 180"),
        ({"at": AT, "do": "outage", "what": "carrier:", "until": AT}, "should be one of push"),
        ({"at": AT, "do": "outage", "what": "moon", "until": AT}, "should be one of push"),
        ({"at": AT, "do": "position", "subject": "ghost", "lon": 1, "lat": 1, "accuracy_m": 5}, "ghost"),
        ({"at": AT, "do": "check_in", "subject": "s", "lon": 1, "lat": 1, "accuracy_m": 5, "face": "match"}, "face"),
        ({"at": AT, "do": "location_habit", "subject": "s", "path": []}, "path"),
        ({**ZONE, "circle": {"lon": 118.6, "lat": 28.7}}, "circle: should be"),
        ({**ZONE, "geometry": {"type": "Point"}}, "geometry: should be a GeoJSON Polygon"),
        (ZONE, "geometry or circle: just one"),
        ({"at": AT, "do": "habit", "subject": "s", "checks_in": 2}, "checks_in"),
        ({"at": AT, "do": "habit", "subject": "s", "checks_in": 1, "delay_s": {"min": 9, "max": 1}}, "delay_s"),
    ],
)
def test_a_line_that_cannot_be_played_is_refused_with_its_number(event: dict[str, Any], reason: str) -> None:
    with pytest.raises(ScenarioError, match=reason) as raised:
        read_scenario(lines(OFFICE, SUBJECT, event))
    assert raised.value.line == 4


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ScenarioError, match="line 2: not JSON"):
        read_scenario([json.dumps(HEADER), "{"])


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ScenarioError, match="line 1"):
        read_scenario([])


@pytest.mark.parametrize(("word", "chance"), [("always", 1.0), ("never", 0.0), (0.25, 0.25)])
def test_habits_are_chances(word: Any, chance: float) -> None:
    habit = {"at": AT, "do": "habit", "subject": "s", "checks_in": word}
    assert read_scenario(lines(OFFICE, SUBJECT, habit)).events[-1]["checks_in"] == chance

"""Reading a scenario file: every line is checked before anything runs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.rules.facts import AlertKind
from app.simulation.replay import fields as f
from app.simulation.replay.vocabulary import CARRIER, EVENTS, OUTAGES, Form

HEADER = {"scenario", "start", "end", "policy", "policy_changes", "seed", "score"}


class ScenarioError(Exception):
    """The file cannot be played; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it can be handed from one process to another."""
        return type(self), (self.line, self.reason)


@dataclass(frozen=True)
class Header:
    """The first line. `policy` is a shipped name or a whole policy; `score` names alert kinds."""

    start: datetime
    end: datetime
    policy: str | Mapping[str, Any]
    policy_changes: Mapping[str, Any]
    seed: str
    score: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """One dated line. `fields` holds what was read, without `at` and `do`."""

    line: int
    at: datetime
    do: str
    fields: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A field that the form asks for."""
        return self.fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        """An optional field."""
        return self.fields.get(name, default)


@dataclass(frozen=True)
class Scenario:
    """A whole file: header and events, sorted stably by time."""

    header: Header
    events: tuple[Event, ...]


def read_scenario(lines: Iterable[str]) -> Scenario:
    """Read and check a file; ScenarioError names the first line that cannot be played."""
    numbered = [(n, line) for n, line in enumerate(lines, start=1) if line.strip()]
    if not numbered:
        raise ScenarioError(1, "the file is empty; its first line is the header")
    header = _header(*numbered[0])
    events = [_event(n, line, header) for n, line in numbered[1:]]
    _check_names(events)
    return Scenario(header, tuple(sorted(events, key=lambda event: event.at)))


def _object(n: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ScenarioError(n, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ScenarioError(n, "should be a JSON object")
    return value


def _header(n: int, line: str) -> Header:
    value = _object(n, line)
    if value.get("scenario") != 1:
        raise ScenarioError(n, 'the header should begin with "scenario": 1')
    if unknown := value.keys() - HEADER:
        raise ScenarioError(n, f"the header has no field {min(unknown)}")
    start, end = (_field(n, key, f.instant, value.get(key)) for key in ("start", "end"))
    if end <= start:
        raise ScenarioError(n, "end: should be after start")
    policy = value.get("policy", "jiangshan")
    changes = value.get("policy_changes", {})
    score = value.get("score", [])
    if not isinstance(policy, str | dict) or not isinstance(changes, dict) or not isinstance(score, list):
        raise ScenarioError(n, "policy is a name or an object, policy_changes an object, score a list")
    if bad := [kind for kind in score if kind not in set(AlertKind)]:
        raise ScenarioError(n, f"score: {bad[0]} is no kind of alert")
    return Header(start, end, policy, changes, str(value.get("seed", 0)), tuple(score))


def _event(n: int, line: str, header: Header) -> Event:
    value = _object(n, line)
    do = value.get("do")
    form = EVENTS.get(do) if isinstance(do, str) else None
    if form is None:
        raise ScenarioError(n, f"do: {do} is not known; one of {', '.join(EVENTS)}")
    at = _field(n, "at", f.instant, value.get("at"))
    if not header.start <= at <= header.end:
        raise ScenarioError(n, "at: should lie between the header's start and end")
    if form.unbuilt:
        raise ScenarioError(n, f"{do} {form.unbuilt}")
    return Event(n, at, str(do), _fields(n, form, value))


def _fields(n: int, form: Form, value: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: inner for key, inner in value.items() if key not in {"at", "do"} and inner is not None}
    if "face" in given:
        raise ScenarioError(n, "face: a face service is not built yet")
    if missing := [key for key in form.needed if key not in given]:
        raise ScenarioError(n, f"{missing[0]}: is missing")
    readers = {**form.needed, **form.optional}
    if unknown := [key for key in given if key not in readers]:
        raise ScenarioError(n, f"{unknown[0]}: is no field of this event")
    read = {key: _field(n, key, readers[key], inner) for key, inner in given.items()}
    if form.one_of and len(given.keys() & set(form.one_of)) != 1:
        raise ScenarioError(n, f"{' or '.join(form.one_of)}: just one of them should be there")
    if "what" in read and read["what"] not in OUTAGES and not CARRIER.fullmatch(read["what"]):
        raise ScenarioError(
            n, f"what: an outage of {read['what']} should be one of {', '.join(OUTAGES)}, carrier:<name>"
        )
    return read


def _field(n: int, name: str, reader: f.Reader, value: Any) -> Any:
    try:
        return reader(value)
    except f.BadField as error:
        raise ScenarioError(n, f"{name}: {error}") from error


def _check_names(events: list[Event]) -> None:
    """Every office, officer and subject that a line names has a line of its own."""
    known: dict[str, set[str]] = {"office": set(), "officer": set(), "subject": set()}
    for event in events:
        if event.do in {"office", "officer"}:
            known[event.do].add(event[event.do])
        elif event.do in {"register", "judgment"}:
            known["subject"].add(event["subject"])
    for event in events:
        for kind, names in known.items():
            if (name := event.get(kind)) is not None and name not in names:
                raise ScenarioError(event.line, f"{kind}: {name} does not appear in this file")
        if (name := event.get("by")) is not None and name not in known["officer"]:
            raise ScenarioError(event.line, f"by: {name} does not appear in this file")

"""Small scenarios for tests, and what a replay of them said."""

import json
from collections.abc import Iterable
from typing import Any

from app.simulation.few_items import few_items_of
from app.simulation.replay.engine import replay
from app.simulation.replay.scenario import read_scenario

Line = dict[str, Any]
DAY = "2026-03-02"


def at(time: str, day: str = DAY) -> str:
    """An instant in Shanghai: `at("08:00")`, `at("08:00", "2026-03-03")`."""
    return f"{day}T{time}:00+08:00"


def header(*, end: str = "2026-03-03", score: Iterable[str] = (), changes: Line | None = None, seed: int = 7) -> Line:
    return {
        "scenario": 1,
        "start": at("00:00"),
        "end": at("00:00", end),
        "policy": "jiangshan",
        "policy_changes": {"items": few_items_of("jiangshan")} | (changes or {}),
        "seed": seed,
        "score": list(score),
    }


def staff() -> list[Line]:
    """One office of 江山 with its officer, and people above it."""
    return [
        {"at": at("00:00"), "do": "office", "office": "o", "county": "330881"},
        {"at": at("00:00"), "do": "officer", "officer": "li", "office": "o", "role": "officer"},
        {"at": at("00:00"), "do": "officer", "officer": "zhou", "county": "330881", "role": "county_staff"},
        {"at": at("00:00"), "do": "officer", "officer": "head", "county": "330881", "role": "county_head"},
        {"at": at("00:00"), "do": "officer", "officer": "zheng", "city": "330800", "role": "city_staff"},
    ]


def registered(subject: str = "s", *, class_: str = "strict", time: str = "06:00", **more: Any) -> Line:
    return {
        "at": at(time),
        "do": "register",
        "subject": subject,
        "office": "o",
        "class": class_,
        "category": "probation",
        "home": {"lon": 118.627, "lat": 28.738},
        **more,
    }


def habit(subject: str = "s", checks_in: Any = "always", *, time: str = "06:00") -> Line:
    return {
        "at": at(time),
        "do": "habit",
        "subject": subject,
        "checks_in": checks_in,
        "delay_s": {"min": 60, "max": 600},
    }


def play(*lines: Line) -> list[Line]:
    """Everything that the replay printed."""
    printed: list[str] = []
    replay(read_scenario(json.dumps(line) for line in lines), printed.append)
    return [json.loads(line) for line in printed]


def told(printed: Iterable[Line], did: str, **wanted: Any) -> list[Line]:
    """The printed lines of one sort that have these values."""
    return [
        line for line in printed if line["did"] == did and all(line.get(key) == value for key, value in wanted.items())
    ]

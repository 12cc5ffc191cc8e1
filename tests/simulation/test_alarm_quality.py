"""The bar of alarm quality on a small county: 60 people over 7 days. The full run is `scripts/alarm-quality`."""

from functools import cache
from typing import Any

import pytest

from app.simulation.alarm_quality import PLACE_KINDS, Played, bar, play, tables, unbuilt
from app.simulation.cluster import SUPERUSER, Cluster
from app.simulation.counties.spec import Spec
from tests.database import Server

COUNTY = Spec(subjects=60, days=7, seed=4, offices=2, episodes=0.05, spot_checks=0.15)
"""Five times as much happens as in the full run, so that a week shows some of each kind; few spot checks: each takes
time to play."""


@pytest.fixture(autouse=True)
def _server_of_the_run(database_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(database_server, Cluster):
        monkeypatch.setenv("REPLAY_DATABASE_URL", database_server.url("postgres", SUPERUSER))


@cache
def played() -> Played:
    return play(COUNTY)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_small_county_meets_the_bar() -> None:
    county = played()
    assert [(row.what, row.found) for row in bar([county]) if row.met is False] == []
    assert sum(county.scores[kind]["true"] for kind in PLACE_KINDS) >= 5
    assert county.scores["lost_contact"]["true"] > 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_service_refuses_nothing_of_it_and_all_of_it_can_be_played() -> None:
    assert unbuilt() == frozenset()
    assert played().refused == {}


def test_the_table_tells_what_is_not_met_and_what_was_not_seen() -> None:
    score: dict[str, Any] = {"true": 9, "false": 1, "duplicates": 1, "missed": 1, "unobservable": 2, "occurrences": 10}
    score |= {"cause_right": 0.5, "delay_s": {"p50": 0, "p95": 700}}
    nothing: dict[str, Any] = dict.fromkeys(("true", "false", "duplicates", "missed", "unobservable", "occurrences"), 0)
    nothing |= {"cause_right": None, "delay_s": {"p50": None, "p95": None}}
    scores = {"left_area": score, "forbidden_zone": nothing, "left_zone": nothing, "lost_contact": score}
    scores["suspected_separation"] = score
    county = Played(Spec(30, 30, 1), scores, {"officer-01": 60, "head": 500}, {"left_area": 60}, {}, {})
    table = tables([county])
    assert "| `left_area` recall | >= 0.99 | 0.900 | **no** |" in table
    assert "| `left_area` precision | >= 0.9 | 0.900 | yes |" in table
    assert "| `left_area` delay p95, s | < 600 | 700 | **no** |" in table
    assert "| `left_zone` recall | >= 0.99 | - | nothing seen |" in table
    assert "| `suspected_separation` | 9 | 1 | 1 | 0.90 |" in table
    assert "| `suspected_fake` | 0 | 0 | 0 | - |" in table
    assert "| pushes an officer and day, at most | <= 3 | 2.000 | yes |" in table

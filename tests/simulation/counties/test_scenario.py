"""Made-up counties: same seed, same file; life keeps to its bounds; what is true can be read off the lines."""

import json
from collections import Counter
from datetime import datetime
from functools import cache
from math import dist
from typing import Any

import pytest
from shapely import Point

from app.simulation.counties.ground import ground_of
from app.simulation.counties.life import live
from app.simulation.counties.people import people_of
from app.simulation.counties.scenario import scenario_lines
from app.simulation.counties.spec import Spec
from app.simulation.replay.scenario import read_scenario

Line = dict[str, Any]
SPEC = Spec(subjects=40, days=7, seed=5, offices=4, episodes=0.05)


@cache
def lines() -> list[Line]:
    return [json.loads(line) for line in scenario_lines(SPEC)]


def of(do: str) -> list[Line]:
    return [line for line in lines() if line.get("do") == do]


def test_the_same_seed_gives_the_same_file_and_another_seed_another() -> None:
    small = Spec(subjects=6, days=2, seed=1)
    assert list(scenario_lines(small)) == list(scenario_lines(small))
    assert list(scenario_lines(small)) != list(scenario_lines(Spec(subjects=6, days=2, seed=2)))


def test_a_replay_can_read_it() -> None:
    scenario = read_scenario(json.dumps(line) for line in lines())
    assert len(scenario.events) == len(lines()) - 1


def test_homes_lie_300_m_inside_and_nobody_is_outside_unless_it_is_told() -> None:
    ground = ground_of(SPEC.county)
    allowed = SPEC.subjects * [0]
    for n, person in enumerate(people_of(SPEC)):
        assert ground.area.boundary.distance(Point(person.home)) >= 300
        life = live(SPEC, person)
        told = [truth for truth in life.truths if truth.kind == "left_area"]
        told_spans = [(truth.start, truth.end) for truth in told] + [(leave.start, leave.end) for leave in life.leaves]
        for second in range(0, SPEC.days * 86_400, 600):
            outside = not ground.area.covers(Point(life.track.leg(second).spot(second)))
            assert not outside or any(start - 1 <= second <= end + 1 for start, end in told_spans)
            allowed[n] += outside
    assert sum(allowed) > 0


def test_an_order_asks_for_a_point_each_five_minutes_and_each_minute_on_the_way() -> None:
    ordered = {line["subject"] for line in of("positioning_order")}
    assert len(ordered) == SPEC.subjects / 10
    minutes = Counter(line["at"][14:16] for line in of("position"))
    assert {line["subject"] for line in of("position")} == ordered
    assert minutes["05"] > 2 * minutes["06"] > 0


def test_whoever_moves_moves_at_a_plausible_speed() -> None:
    for person in people_of(SPEC):
        for leg in live(SPEC, person).track.legs:
            assert dist(leg.origin, leg.goal) / max(leg.end - leg.start, 1) < 400 / 3.6


def test_indoors_a_receiver_may_be_150_m_off_and_say_20_m() -> None:
    ground = ground_of(SPEC.county)
    lives = {person.name: live(SPEC, person) for person in people_of(SPEC) if person.ordered}
    start = SPEC.start
    bold = 0
    for line in of("position"):
        second = (datetime.fromisoformat(line["at"]) - start).total_seconds()
        true = lives[line["subject"]].track.leg(second).spot(second)
        lon, lat = ground.degrees(true)
        error = dist((lon * 97_600, lat * 111_195), (line["lon"] * 97_600, line["lat"] * 111_195))
        assert error < 200 or line["accuracy_m"] >= 400 or line.get("mock") or line["provider"] == "fused"
        bold += error > 60 and line["accuracy_m"] <= 25
    assert bold > 20


@pytest.mark.parametrize("do", ["zone", "leave", "returned", "health", "phone", "habit", "talk", "visit", "truth"])
def test_there_is_something_of_everything(do: str) -> None:
    assert of(do)


def test_officers_order_about_one_spot_check_a_week_and_person_in_the_hours_of_the_policy() -> None:
    checks = of("spot_check")
    assert 0.6 < len(checks) / SPEC.subjects / (SPEC.days - 1) * 7 < 1.4
    assert Counter((line["at"][:10], line["subject"]) for line in checks).most_common(1)[0][1] == 1
    assert {line["officer"].replace("officer", "office") for line in checks} <= {
        line["office"] for line in of("office")
    }
    hours = {line["at"][11:13] for line in [*checks, *of("ask_missed")]}
    assert min(hours) >= "07"
    assert max(hours) < "22"
    assert len(of("ask_missed")) == 3 * SPEC.offices * (SPEC.days - 1)


def test_a_county_may_order_none() -> None:
    none = Spec(subjects=20, days=7, seed=5, spot_checks=0)
    assert {json.loads(line).get("do") for line in scenario_lines(none)}.isdisjoint({"spot_check", "ask_missed"})


def test_what_is_left_out_leaves_no_trace() -> None:
    without = Spec(subjects=20, days=7, seed=5, without=frozenset({"zone", "leave", "permit", "carrier"}))
    done = {json.loads(line).get("do") for line in scenario_lines(without)}
    assert done.isdisjoint({"zone", "leave", "returned", "permit", "outage"})


def test_phones_that_fail_and_people_who_vanish_are_told_apart() -> None:
    many = Spec(subjects=60, days=7, seed=3, episodes=0.1)
    causes = Counter(
        truth.cause for person in people_of(many) for truth in live(many, person).truths if truth.kind == "lost_contact"
    )
    assert causes["person"] > 0
    assert causes["phone"] > 0

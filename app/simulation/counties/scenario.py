"""A whole scenario as JSON lines: the same specification, the same file, byte for byte."""

import json
from collections.abc import Iterator
from typing import Any

from app.simulation.counties.checking import checks
from app.simulation.counties.dice import dice
from app.simulation.counties.life import live
from app.simulation.counties.people import CARRIERS, office_names, people_of
from app.simulation.counties.routine import DAY, HOUR
from app.simulation.counties.spec import Spec
from app.simulation.counties.writing import Writer
from app.simulation.few_items import few_items_of

SCORED = ("left_area", "forbidden_zone", "left_zone", "lost_contact", "suspected_separation", "suspected_fake")
OUTAGE_DAYS = 6
"""A county of so many days sees one outage of a carrier, of three hours."""


def scenario_lines(spec: Spec) -> Iterator[str]:
    """The header, then everything in the order of time."""
    yield _json(_header(spec))
    people = people_of(spec)
    dated = [*_staff(spec), *_outage(spec), *checks(spec, people, office_names(spec))]
    for person in people:
        dated += [(second, n, line) for n, (second, line) in enumerate(Writer(spec, live(spec, person)).lines())]
    for second, _, line in sorted(dated, key=lambda item: (round(item[0]), item[1] < 0)):
        if second <= spec.days * DAY:
            yield _json({"at": spec.at(second).isoformat(), **line})


def _header(spec: Spec) -> dict[str, Any]:
    """Groups and plans are owed to nobody here: no officer in the story draws them up, and all would be overdue."""
    changes = {"phone_under_order": True, "items": few_items_of("jiangshan"), "correction": None}
    return {
        "scenario": 1,
        "start": spec.start.isoformat(),
        "end": spec.end.isoformat(),
        "policy": "jiangshan",
        "policy_changes": changes,
        "seed": spec.seed,
        "score": list(SCORED),
    }


def _staff(spec: Spec) -> Iterator[tuple[float, int, dict[str, Any]]]:
    for name in office_names(spec):
        yield 0, 0, {"do": "office", "office": name, "county": spec.county}
        officer = {"officer": name.replace("office", "officer"), "office": name, "role": "officer", "push": "ok"}
        yield 0, 0, {"do": "officer", **officer}
    for name, role in (("clerk", "county_staff"), ("head", "county_head")):
        yield 0, 0, {"do": "officer", "officer": name, "county": spec.county, "role": role, "push": "ok"}


def _outage(spec: Spec) -> Iterator[tuple[float, int, dict[str, Any]]]:
    if "carrier" in spec.without or spec.days < OUTAGE_DAYS:
        return
    own = dice(spec.seed, "outage")
    start = own.randrange(2, spec.days - 1) * DAY + own.uniform(9, 17) * HOUR
    until = spec.at(start + 3 * HOUR).isoformat()
    yield start, 0, {"do": "outage", "what": f"carrier:{own.choice(CARRIERS)}", "until": until}


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)

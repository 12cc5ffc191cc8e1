"""What officers order to see whether people are with their phones: spot checks by chance, and after a missed one."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.simulation.counties.dice import dice
from app.simulation.counties.people import Person
from app.simulation.counties.routine import DAY, HOUR
from app.simulation.counties.spec import Spec

ROUNDS_H = (11.0, 16.5, 20.75)
"""About when an officer looks through the day's missed check-ins: the last windows end and are judged by then."""
ROUND_LATE_H = 0.15
ROUND_MIN = 60

SPANS_H = ((8.0, 10.7), (12.2, 16.2), (17.8, 20.5))
"""When somebody may be checked by chance: in the policy's hours, and not while a round may still wait for answers."""
LIMITS_MIN = (45, 60, 90)

FIRST_DAY = 1
"""On the day before it people are registered."""

Dated = tuple[float, int, dict[str, Any]]


def checks(spec: Spec, people: Sequence[Person], offices: Sequence[str]) -> Iterator[Dated]:
    """Every order, with the second at which it is given; none where the county's officers order none."""
    if not spec.spot_checks:
        return
    for day in range(FIRST_DAY, spec.days):
        for office in offices:
            yield from _rounds(spec, office, day)
        for person in people:
            yield from _by_chance(spec, person, day)


def _rounds(spec: Spec, office: str, day: int) -> Iterator[Dated]:
    """Several times a day: whoever missed a check-in while the phone was heard is asked to check in now."""
    own = dice(spec.seed, "rounds", office, day)
    for hour in ROUNDS_H:
        second = day * DAY + (hour + own.uniform(0, ROUND_LATE_H)) * HOUR
        yield second, 0, {"do": "ask_missed", "officer": _officer(office), "limit_minutes": ROUND_MIN}


def _by_chance(spec: Spec, person: Person, day: int) -> Iterator[Dated]:
    """At most one a day."""
    own = dice(spec.seed, "spot check", person.name, day)
    if own.random() >= spec.spot_checks / 7:
        return
    wide = [end - start for start, end in SPANS_H]
    (start, end) = own.choices(SPANS_H, wide)[0]
    second = day * DAY + own.uniform(start, end) * HOUR
    order = {"officer": _officer(person.office), "subject": person.name, "limit_minutes": own.choice(LIMITS_MIN)}
    yield second, 0, {"do": "spot_check", **order}


def _officer(office: str) -> str:
    return office.replace("office", "officer")

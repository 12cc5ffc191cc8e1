"""What ails phones: empty batteries, doze, no network, savers, lost permissions, wrong clocks, reboots."""

from collections.abc import Callable, Sequence
from random import Random

from app.simulation.counties.episodes import Gap
from app.simulation.counties.people import Person
from app.simulation.counties.routine import DAY, HOUR


def _dead(person: Person, own: Random, midnight: float) -> Gap:
    """The battery was low, then nothing; charged some hours later."""
    start = midnight + own.uniform(13, 21) * HOUR
    hours = own.uniform(0.5, 8) if person.ordered or own.random() < 0.8 else own.uniform(26, 40)
    return Gap("off", start, start + _clear(person, hours) * HOUR, "battery")


def _doze(_person: Person, own: Random, midnight: float) -> Gap:
    start = midnight + own.uniform(23, 28) * HOUR
    return Gap("off", start, start + own.uniform(0.5, 1.7) * HOUR, "doze")


def _no_network(person: Person, own: Random, midnight: float) -> Gap:
    start = midnight + own.uniform(8, 20) * HOUR
    hours = own.uniform(0.3, 1.7) if person.ordered else own.uniform(0.3, 6)
    return Gap("offline", start, start + hours * HOUR, "network")


def _saver(person: Person, own: Random, midnight: float) -> Gap:
    """The saver puts the app to sleep, at times for long."""
    start = midnight + own.uniform(9, 20) * HOUR
    return Gap("off", start, start + _clear(person, own.uniform(0.5, 3.5)) * HOUR, "saver")


def _denied(_person: Person, own: Random, midnight: float) -> Gap:
    start = midnight + own.uniform(8, 18) * HOUR
    return Gap("no_place", start, start + own.uniform(0.5, 4) * HOUR, "permission")


def _wrong_clock(_person: Person, own: Random, midnight: float) -> Gap:
    start = midnight + own.uniform(6, 20) * HOUR
    return Gap("clock", start, start + own.uniform(4, 40) * HOUR, str(own.choice((-1, 1)) * own.randrange(150, 10_800)))


def _reboot(_person: Person, own: Random, midnight: float) -> Gap:
    start = midnight + own.uniform(7, 22) * HOUR
    return Gap("off", start, start + own.uniform(60, 240), "reboot")


TROUBLES: Sequence[tuple[float, Callable[[Person, Random, float], Gap]]] = (
    (0.02, _dead),
    (0.06, _doze),
    (0.05, _no_network),
    (0.02, _saver),
    (0.01, _denied),
    (0.02, _wrong_clock),
    (0.03, _reboot),
)
"""How likely each is on a day; at most one of them happens on it."""


def trouble(person: Person, own: Random, midnight: float) -> list[Gap]:
    """What ails the phone on this day: nothing, or one thing. Never on the day of registration."""
    if midnight < DAY:
        return []
    drawn = own.random()
    for share, ail in TROUBLES:
        if drawn < share:
            return [ail(person, own, midnight)]
        drawn -= share
    return []


def _clear(person: Person, hours: float) -> float:
    """Not within a quarter of an hour of the limit: whether a silence was too long must not hang on a second."""
    limit = 2.0 if person.ordered else 24.0
    return limit + 0.3 if abs(hours - limit) < 0.25 else hours

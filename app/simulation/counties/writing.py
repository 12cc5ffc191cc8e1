"""The lines of a scenario, from the lives of its people; whoever collects them sorts them."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

from app.simulation.counties.dice import dice
from app.simulation.counties.episodes import Gap
from app.simulation.counties.ground import Ground, ground_of
from app.simulation.counties.life import Leave, Life
from app.simulation.counties.noise import Measured, Receiver
from app.simulation.counties.people import Circle
from app.simulation.counties.routine import DAY, HOUR
from app.simulation.counties.spec import Spec
from app.simulation.counties.track import Leg

Line = dict[str, Any]

REGISTRATION_S = 8 * HOUR
STAYING_S, MOVING_S = 300, 60
"""Under an order a point each five minutes, and each minute on the way."""

FAST_MPS, TUNNEL_SHARE, TUNNEL_S = 8.0, 0.1, (120.0, 360.0)
ORDER_DAYS = 85
CHECKS_IN = 0.99
SILENT = frozenset({"off", "offline"})
BLIND = frozenset({"off", "no_place"})


class Writer:
    """Writes one person's lines."""

    def __init__(self, spec: Spec, life: Life) -> None:
        self.spec, self.life, self.person = spec, life, life.person
        self.ground: Ground = ground_of(spec.county)
        self.own = dice(spec.seed, "phone", life.person.name)
        self.registered_s = REGISTRATION_S + 300 * (int(life.person.name[-3:]) % 12)

    def lines(self) -> Iterator[tuple[float, Line]]:
        """Everything, each with the second at which it happens."""
        yield from self._beginning()
        yield from self._leaves(self.life.leaves)
        for gap in self.life.gaps:
            yield from self._gap(gap)
        yield from self._ticks() if self.person.ordered else self._paths()
        for truth in self.life.truths:
            truth_ = self._line("truth", kind=truth.kind) | {"from": self._at(truth.start), "to": self._at(truth.end)}
            yield truth.start, truth_ | ({"cause": truth.cause} if truth.cause else {})

    def _line(self, do: str, **fields: Any) -> Line:
        return {"do": do, "subject": self.person.name, **fields}

    def _at(self, second: float) -> str:
        return self.spec.at(min(second, self.spec.days * DAY)).isoformat()

    def _place(self, spot: tuple[float, float]) -> Line:
        lon, lat = self.ground.degrees(spot)
        return {"lon": round(lon, 6), "lat": round(lat, 6)}

    def _beginning(self) -> Iterator[tuple[float, Line]]:
        person, at = self.person, self.registered_s
        home = self._place(person.home)
        fields = {"office": person.office, "class": person.class_, "category": "probation", "home": home}
        yield at, self._line("register", **fields)
        yield at, self._line("phone", maker=person.maker, carrier=person.carrier)
        yield at, self._habit(CHECKS_IN)
        if person.ordered:
            until = self.spec.at(at + ORDER_DAYS * DAY).isoformat()
            term = {"from": self._at(at + 300), "to": until}
            yield at + 300, self._line("positioning_order", ground="left_without_permission", **term, by="head")
        for zone in person.zones:
            yield at + 600, self._zone(zone)
        officer = person.office.replace("office", "officer")
        talk, visit = self.own.uniform(1, 8), self.own.uniform(0, 6)
        yield at + talk * HOUR / 4, self._line("talk", officer=officer, item="谈1")
        yield DAY * (1 + int(visit)) + self.own.uniform(9, 17) * HOUR, self._line("visit", officer=officer, item="访1")

    def _habit(self, checks_in: Any) -> Line:
        return self._line("habit", checks_in=checks_in, delay_s={"min": 60, "max": 2400}, place="last")

    def _zone(self, zone: Circle) -> Line:
        circle = {**self._place(zone.centre), "radius_m": zone.radius_m}
        return self._line("zone", zone=zone.name, kind=zone.kind, circle=circle)

    def _leaves(self, leaves: Iterable[Leave]) -> Iterator[tuple[float, Line]]:
        officer = self.person.office.replace("office", "officer")
        for leave in leaves:
            term = {"from": self._at(leave.start), "to": self._at(leave.end)}
            if leave.frequent:
                yield leave.start - 4 * HOUR, self._line("permit", places=[leave.unit], **term)
                continue
            asked = max(self.registered_s + HOUR, leave.start - 3 * DAY + 4 * HOUR)
            yield asked, self._line("leave", **term, destination=leave.unit, decision="approved", by=officer)
            if leave.returned is not None:
                yield leave.returned, self._line("returned")

    def _gap(self, gap: Gap) -> Iterator[tuple[float, Line]]:
        start, end = gap.start, min(gap.end, self.spec.days * DAY - 1)
        if start >= end:
            return
        if gap.what in SILENT:
            yield from self._silence(gap, start, end)
        elif gap.what == "no_place":
            yield start, self._line("health", location_permission="denied")
            yield end, self._line("health", location_permission="granted")
        elif gap.what == "clock":
            yield start, self._line("phone", clock_offset_s=int(gap.why))
            yield end, self._line("phone", clock_offset_s=0)
        elif gap.what == "left":
            yield start, self._habit("never")
            yield end, self._habit(CHECKS_IN)

    def _silence(self, gap: Gap, start: float, end: float) -> Iterator[tuple[float, Line]]:
        if gap.why == "battery":
            yield start - 900, self._line("health", battery_percent=self.own.randrange(2, 8))
        elif gap.why == "saver":
            yield start - 900, self._line("health", battery_saver=True, battery_percent=self.own.randrange(15, 40))
        elif gap.why == "person":
            yield start - 1800, self._line("health", battery_percent=self.own.randrange(45, 95))
        yield start, self._line("phone", online=False)
        back = self._line("phone", online=True)
        if gap.what == "off" and gap.why in {"battery", "person", "reboot"}:
            yield start, self._habit("never")
            yield end, self._habit(CHECKS_IN)
            back["reboot"] = True
        yield end, back
        if gap.why in {"battery", "saver", "person"}:  # an app that starts tells how the phone is
            yield end + 60, self._line("health", battery_percent=self.own.randrange(50, 90), battery_saver=False)

    def _ticks(self) -> Iterator[tuple[float, Line]]:
        """Positions under an order, on whole minutes of the county: phones that tick together are judged together."""
        receiver = Receiver(dice(self.spec.seed, "receiver", self.person.name))
        blind = [gap for gap in self.life.gaps if gap.what in BLIND]
        tunnels: dict[Leg, tuple[float, float]] = {}
        frozen: Measured | None = None
        for second in range(int(self.registered_s) + 600, self.spec.days * int(DAY), MOVING_S):
            leg = self.life.track.leg(second)
            if second % STAYING_S and not leg.moving:
                continue
            if _within(blind, second) or self._in_tunnel(leg, second, tunnels):
                continue
            fix = receiver.measure(second, leg.spot(second), moving=leg.moving)
            faked = _within([gap for gap in self.life.gaps if gap.what == "mock"], second)
            frozen = (frozen or fix) if faked else None
            more = {"mock": True, "provider": "fused"} if faked else {"provider": fix.provider}
            yield second, self._line("position", **self._fix(frozen or fix), **more)

    def _in_tunnel(self, leg: Leg, second: float, tunnels: dict[Leg, tuple[float, float]]) -> bool:
        """Some fast ways lead through a tunnel: no fix for a few minutes."""
        if not leg.moving:
            return False
        if leg not in tunnels:
            own: Random = self.own
            (x, y), (u, v) = leg.origin, leg.goal
            fast = ((u - x) ** 2 + (v - y) ** 2) ** 0.5 / (leg.end - leg.start) >= FAST_MPS
            start = own.uniform(leg.start, leg.end) if fast and own.random() < TUNNEL_SHARE else leg.end
            tunnels[leg] = start, start + own.uniform(*TUNNEL_S)
        start, end = tunnels[leg]
        return start <= second < end

    def _fix(self, fix: Measured) -> Line:
        return {**self._place(fix.spot), "accuracy_m": fix.accuracy_m}

    def _paths(self) -> Iterator[tuple[float, Line]]:
        """Where the phone is whenever a check asks for it: a path for each day, dense on the way, hourly at rest."""
        receiver = Receiver(dice(self.spec.seed, "receiver", self.person.name))
        for day in range(self.spec.days):
            path = []
            for second in self._looks(day * DAY):
                leg = self.life.track.leg(second)
                fix = receiver.measure(second, leg.spot(second), moving=leg.moving)
                path.append([self._at(second), *self._fix(fix).values()])
            yield max(day * DAY, self.registered_s), self._line("location_habit", path=path)

    def _looks(self, midnight: float) -> Sequence[int]:
        """The seconds of a day at which a fix is worth writing down."""
        seconds: list[int] = []
        track, second = self.life.track, midnight
        while second < midnight + DAY:
            leg = track.leg(second)
            seconds.append(round(second))
            rest = 120 if leg.moving else self.own.uniform(1200, 3600)
            second = min(second + rest, max(leg.end, second + 60)) if leg.end > second else second + rest
        return seconds


def _within(gaps: Sequence[Gap], second: float) -> bool:
    return any(gap.start <= second < gap.end for gap in gaps)

"""Fixes on a line, for the rules of places: metres beyond the bound, or within it where negative; and a small judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.effects import RaiseAlert, RecoverAlert
from app.rules.effects.causes import WeighCause
from app.rules.effects.places import DropEpisode, KeepEpisode
from app.rules.facts import About, AlertKind
from app.rules.places import (
    Bound,
    Depths,
    Findings,
    Known,
    Mark,
    Person,
    Point,
    Region,
    Stretch,
    Track,
    decide,
    find,
    is_quiet,
    look_back,
    rewound,
    weigh,
)
from app.rules.places.points import METRES_A_DEGREE
from tests.rules.policies import shipped

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SUBJECT = uuid5(NAMESPACE_URL, "subject")
AREA = uuid5(NAMESPACE_URL, "area")
ABOUT = About("subject", SUBJECT)
POLICY = shipped("jiangshan")
PERSON = Person(SUBJECT, uuid5(NAMESPACE_URL, "office"), uuid5(NAMESPACE_URL, "policy"), POLICY)
ALWAYS = (Stretch(NOON - timedelta(days=90), NOON + timedelta(days=90), Region(AREA)),)


def a_point(
    at: datetime,
    beyond_m: float,
    accuracy_m: float = 20,
    *,
    mock: bool = False,
    provider: str | None = "gps",
    received_at: datetime | None = None,
    aside_m: float = 0,
) -> Point:
    """A fix so many metres beyond a bound that runs along the equator's meridian, `aside_m` along the bound."""
    name = f"{at.isoformat()}|{beyond_m}|{accuracy_m}|{aside_m}"
    return Point(
        id=uuid5(NAMESPACE_URL, name),
        at=at,
        recorded_at=at,
        received_at=received_at or at,
        lon=beyond_m / METRES_A_DEGREE,
        lat=aside_m / METRES_A_DEGREE,
        accuracy_m=accuracy_m,
        mock=mock,
        provider=provider,
        proven=True,
    )


@dataclass
class Bench:
    """A judge with a memory in place of the database."""

    stretches: tuple[Stretch, ...] = ALWAYS
    kind: AlertKind = AlertKind.LEFT_AREA
    depths: Depths = field(default_factory=lambda: Depths(200, 100))
    leave_m: float = 0
    points: list[Point] = field(default_factory=list)
    known: dict[UUID, Known] = field(default_factory=dict)
    told: list[RaiseAlert | RecoverAlert] = field(default_factory=list)
    weighed: list[WeighCause] = field(default_factory=list)
    keeps: int = 0

    def take(self, new: Sequence[Point], *, now: datetime, since: datetime | None = None) -> None:
        """New fixes arrive, or time alone has come to `since`."""
        fresh = [point for point in new if point not in self.points]
        instants = [point.at for point in fresh] + ([since] if since else [])
        if not instants:
            return
        self.points = sorted([*self.points, *fresh], key=lambda point: (point.at, point.id))
        self.judge(min(instants), now)

    def judge(self, asked: datetime, now: datetime) -> None:
        """As the store reads: only what look back needs, and episodes that had not ended by then."""
        since = rewound(self.points, asked)
        back = since - 2 * look_back(POLICY.places)
        kept = [one for one in self.known.values() if one.ended_at is None or one.ended_at >= back]
        known = sorted(kept, key=lambda one: one.from_at)
        before = [point for point in self.points if point.at < asked][-3:]
        few = [*before, *(point for point in self.points if point.at >= asked)]
        track, bound = self._measured(few, back, now)
        if not is_quiet(bound, track, since, known) or any(Mark.JUMP in weight.marks for weight in track.weights):
            track, bound = self._measured([point for point in self.points if point.at >= back], back, now)
        self._keep(track, find(bound, track, since, known), now)

    def _measured(self, read: Sequence[Point], back: datetime, now: datetime) -> tuple[Track, Bound]:
        weights = weigh(read, None, POLICY.departure, POLICY.places)
        track = Track(read, weights, POLICY.departure, POLICY.places)
        return track, Bound(self.kind, ABOUT, self.depths, self._cut(back, now), self._beyond(read))

    def _cut(self, back: datetime, now: datetime) -> tuple[Stretch, ...]:
        until = now + timedelta(microseconds=1)
        return tuple(
            Stretch(max(one.from_at, back), min(one.until, until), one.region)
            for one in self.stretches
            if one.from_at < until and one.until > back
        )

    def _beyond(self, read: Sequence[Point]) -> dict[Region, list[float | None]]:
        """Leave moves the bound `leave_m` outward."""
        regions = {one.region for one in self.stretches if one.region}
        plain = [point.lon * METRES_A_DEGREE for point in read]
        return {region: [b - self.leave_m if region.leaves else b for b in plain] for region in regions}

    def _keep(self, track: Track, found: Findings, now: datetime) -> None:
        for decision in decide(PERSON, track, [found], {}, now=now):
            for effect in decision.effects:
                if isinstance(effect, KeepEpisode):
                    self.keeps += 1
                    self.known[effect.id] = _known(effect)
                elif isinstance(effect, DropEpisode):
                    del self.known[effect.id]
                elif isinstance(effect, WeighCause):
                    self.weighed.append(effect)
                elif isinstance(effect, RaiseAlert | RecoverAlert):
                    self.told.append(effect)

    @property
    def episodes(self) -> list[tuple[datetime, datetime | None]]:
        """From when until when."""
        return sorted(((one.from_at, one.until) for one in self.known.values()), key=lambda one: one[0])

    @property
    def raised(self) -> list[RaiseAlert]:
        """The alerts that were raised."""
        return [one for one in self.told if isinstance(one, RaiseAlert)]

    @property
    def recovered(self) -> list[RecoverAlert]:
        """The alerts that were recovered."""
        return [one for one in self.told if isinstance(one, RecoverAlert)]


def _known(effect: KeepEpisode) -> Known:
    return Known(
        effect.id,
        effect.kind,
        effect.about,
        effect.from_at,
        effect.decided_at,
        effect.until,
        effect.ended_at,
        effect.last_seen_at,
        effect.fixes,
        effect.at,
    )

"""When what bounds a person stays the same: the hours of a zone, the terms of leave, one area after another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.bounds import ApprovedLeave, WeeklyHours, Zone
from app.rules.calendar import SHANGHAI, legal_day
from app.rules.policy import Places

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Region:
    """Where somebody may be: within the area or zone `within`, and what these leaves allow beside it."""

    within: UUID
    leaves: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `from_at` until `until`, exclusive, this region bounds the person; None: nothing does."""

    from_at: datetime
    until: datetime
    region: Region | None


@dataclass(frozen=True, slots=True)
class AreaTerm:
    """A permitted area and the time in which it is the one that may not be left; None is without end."""

    area_id: UUID
    from_at: datetime | None = None
    until: datetime | None = None


def of_zone(zone: Zone, leaves: Sequence[ApprovedLeave], from_at: datetime, until: datetime) -> tuple[Stretch, ...]:
    """The stretches between two instants in which the zone holds beside the same leaves, and those in between."""
    spans = [
        (max(begins, zone.from_at), min(ends, zone.until) if zone.until else ends)
        for begins, ends in (_hours(zone.hours, from_at, until) if zone.hours else [(from_at, until)])
    ]
    cuts = sorted({at for leave in leaves for at in (leave.from_at, leave.until)})
    held = []
    for begins, ends in _joined(spans):
        inner = [at for at in cuts if begins < at < ends]
        held += [
            (one, other, Region(zone.id, _allowed(leaves, one)))
            for one, other in zip([begins, *inner], [*inner, ends], strict=True)
        ]
    return _filled(held, from_at, until)


def of_area(
    terms: Sequence[AreaTerm], leaves: Sequence[ApprovedLeave], from_at: datetime, until: datetime
) -> tuple[Stretch, ...]:
    """The stretches between two instants in which one area and the same leaves hold."""
    ends = [(term.from_at, term.until) for term in terms] + [(leave.from_at, leave.until) for leave in leaves]
    cuts = sorted({at for pair in ends for at in pair if at is not None and from_at < at < until})
    found = []
    for begins, stops in zip([from_at, *cuts], [*cuts, until], strict=True):
        term = next((term for term in terms if _holds(term.from_at, term.until, begins)), None)
        if term is not None:
            found.append((begins, stops, Region(term.area_id, _allowed(leaves, begins))))
    return _filled(found, from_at, until)


def within(versions: Iterable[AreaTerm], held: AreaTerm) -> tuple[AreaTerm, ...]:
    """What of these versions falls into the time for which their area bounds the person."""
    begins = [replace(version, from_at=_later(version.from_at, held.from_at)) for version in versions]
    terms = [replace(version, until=_earlier(version.until, held.until)) for version in begins]
    return tuple(one for one in terms if one.from_at is None or one.until is None or one.from_at < one.until)


def next_change(
    zones: Iterable[Zone], leaves: Iterable[ApprovedLeave], terms: Iterable[AreaTerm], after: datetime
) -> datetime | None:
    """The next instant after which something else bounds the person, by the clock alone."""
    found: list[datetime] = []
    for zone in zones:
        found += [at for at in (zone.from_at, zone.until) if at is not None]
        if zone.hours and (zone.until is None or zone.until > after):
            begin = max(after, zone.from_at)
            for span in _joined(_hours(zone.hours, begin, begin + 8 * ONE_DAY)):
                found += span
    for leave in leaves:
        found += [leave.from_at, leave.until]
    found += [at for term in terms for at in (term.from_at, term.until) if at is not None]
    return min((at for at in found if at > after), default=None)


def way_m(gap_m: float, places: Places) -> float:
    """How long the way between two places may be of which leave allows both: by metres from one and to the other."""
    return gap_m * places.way_factor + places.way_slack_km * 1000


def _allowed(leaves: Iterable[ApprovedLeave], at: datetime) -> tuple[UUID, ...]:
    return tuple(sorted(leave.id for leave in leaves if leave.from_at <= at < leave.until))


def _later(at: datetime | None, other: datetime | None) -> datetime | None:
    return max(at, other) if at and other else at or other


def _earlier(at: datetime | None, other: datetime | None) -> datetime | None:
    return min(at, other) if at and other else at or other


def _holds(from_at: datetime | None, until: datetime | None, at: datetime) -> bool:
    return (from_at is None or from_at <= at) and (until is None or at < until)


def _hours(hours: Sequence[WeeklyHours], from_at: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The hours by the clock that touch a time."""
    found = []
    day = legal_day(from_at) - ONE_DAY
    while day <= legal_day(until):
        for one in hours:
            if day.isoweekday() in one.weekdays:
                over = ONE_DAY if one.to_time <= one.from_time else timedelta(0)
                begins = datetime.combine(day, one.from_time, SHANGHAI)
                ends = datetime.combine(day + over, one.to_time, SHANGHAI)
                if begins < until and ends > from_at:
                    found.append((begins, ends))
        day += ONE_DAY
    return found


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order, those that touch or overlap as one; empty ones are left out."""
    joined: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(span for span in spans if span[0] < span[1]):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _filled(
    spans: Iterable[tuple[datetime, datetime, Region]], from_at: datetime, until: datetime
) -> tuple[Stretch, ...]:
    """The spans cut to the time asked for, with what lies in between as stretches without a region."""
    filled: list[Stretch] = []
    at = from_at
    for span_from, span_until, region in spans:
        begins, ends = max(span_from, from_at), min(span_until, until)
        if begins >= ends:
            continue
        if begins > at:
            filled.append(Stretch(at, begins, None))
        if filled and filled[-1].region == region and filled[-1].until == begins:
            filled[-1] = Stretch(filled[-1].from_at, ends, region)
        else:
            filled.append(Stretch(begins, ends, region))
        at = ends
    if at < until:
        filled.append(Stretch(at, until, None))
    return tuple(filled)

"""Judge what phones reported since the last time, and what begins by the clock: late and live fixes take one road."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import ChangeDuty, Decision, RaiseAlert
from app.rules.fakes import Asked, ask, is_frozen
from app.rules.fakes import ahead as ahead_hint
from app.rules.fakes import frozen as frozen_hint
from app.rules.fakes import hints as fake_hints
from app.rules.places import Findings, Spot, Track, apart_m, decide, find, marks, told_of
from app.rules.positions import judge_checks
from app.store import areas, due, effects, fakes, on_record, places, rejudging
from app.store.on_record import OnRecord
from app.store.places import PlaceFacts


@dataclass(frozen=True)
class Rejudged:
    """How many subjects were judged, how many location checks fixes fulfilled, and how many departures were found."""

    subjects: int = 0
    checks: int = 0
    departures: int = 0


def judge_positions(tx: Connection, *, now: datetime, limit: int = 500, ids: Sequence[UUID] | None = None) -> Rejudged:
    """Judge the next subjects with new fixes or bounds, or those of `ids` that have some; each once, whoever else
    tries.

    Every rule that looks at fixes has its line here: facts for all claimed subjects, one decision for each.
    """
    wanted = ids if ids is not None else _due(tx, now, limit)
    claimed = rejudging.claim(tx, wanted, now=now) if wanted else {}
    if not claimed:
        return Rejudged()
    seen = on_record.look(tx, claimed, now=now)
    checks = rejudging.location_checks(tx, [one for one in claimed if seen[one].checks], now=now)
    decisions = [judge_checks(found, now=now) for found in checks.values()]
    effects.apply(tx, decisions)
    look_again_at: dict[UUID, datetime | None] = dict.fromkeys(claimed)
    departures = 0
    for turn in places.in_turns(claimed, now=now):
        facts = places.facts_for(tx, turn, seen, now=now)
        departures += _judge_places(tx, facts, now)
        effects.apply(tx, _asks(tx, facts, seen, now))
        look_again_at |= {each.person.subject_id: each.look_again_at for each in facts}
    rejudging.judged(tx, look_again_at, now=now)
    return Rejudged(len(claimed), _count(decisions, ChangeDuty), departures)


def _due(tx: Connection, now: datetime, limit: int) -> list[UUID]:
    found = [due.listed(tx, sweep, now=now, limit=limit) for sweep in (due.REJUDGE, due.LOOK_AGAIN)]
    return list(dict.fromkeys(one.id for each in found for one in each))[:limit]


def _judge_places(tx: Connection, facts: Sequence[PlaceFacts], now: datetime) -> int:
    """Departures and returns. What is new and over already is raised first, and recovered by a second writing."""
    findings = {each.person.subject_id: _found(each) for each in facts}
    spots = _spots(tx, facts, findings, now)
    first: list[Decision] = []
    second: list[Decision] = []
    for each in facts:
        subject_id = each.person.subject_id
        told, after = decide(each.person, each.track, findings[subject_id], spots.get(subject_id, {}), now=now)
        known = frozenset((fix_id, mark) for at, fix_id, mark in each.marked if at >= each.since)
        first += [told, marks(each.person, each.track, each.since, known, now=now)]
        second.append(after)
    effects.apply(tx, first)
    effects.apply(tx, second)
    return _count(first, RaiseAlert)


def _asks(tx: Connection, facts: Sequence[PlaceFacts], seen: Mapping[UUID, OnRecord], now: datetime) -> list[Decision]:
    """Fixes that ask a person to look. What takes a long look back is looked for only where the newest repeats."""
    persons = {each.person.subject_id: each for each in facts}
    limits = {one: each.person.policy.suspicions for one, each in persons.items()}
    repeated = {one: each.track.points[-1].at for one, each in persons.items() if _repeats(each)}
    days = {timedelta(hours=limits[one].frozen_h) for one in repeated}
    still = fakes.frozen(tx, repeated, span=max(days)) if days else {}
    ahead = fakes.ahead(tx, [one for one in persons if seen[one].ahead], now=now)
    found = {}
    for one, each in persons.items():
        hints = [*fake_hints(each.track.points, each.since, limits[one], apart_m)]
        hints += [frozen_hint(still[one])] if one in still and is_frozen(still[one], limits[one]) else []
        hints += [ahead_hint(ahead[one])] if one in ahead else []
        if hints:
            found[one] = Asked(one, each.person.office_id, each.person.policy_version_id, tuple(hints))
    before = fakes.asked(tx, list(found)) if found else {}
    return [ask(replace(asked, asked_at=before.get(one, ())), now=now) for one, asked in found.items()]


def _repeats(facts: PlaceFacts) -> bool:
    """Whether the newest fix has the digits of the one before."""
    if len(facts.track.points) < 2:
        return False
    before, last = facts.track.points[-2:]
    return (before.lon, before.lat) == (last.lon, last.lat)


def _found(facts: PlaceFacts) -> list[Findings]:
    return [
        find(bound, facts.track, facts.since, [one for one in facts.known if one.about == bound.about])
        for bound in facts.bounds
    ]


def _spots(
    tx: Connection, facts: Sequence[PlaceFacts], findings: Mapping[UUID, Sequence[Findings]], now: datetime
) -> Mapping[UUID, Mapping[int, Spot]]:
    """For people: in which county the fixes lie that alerts will tell of, and what leave would have allowed then."""
    told = [(each, n) for each in facts for n in _told(findings[each.person.subject_id], each.track)]
    points = [each.track.points[n] for each, n in told]
    counties = areas.county_names(tx, [(point.lon, point.lat) for point in points], at=now)
    spots: dict[UUID, dict[int, Spot]] = {}
    for (each, n), point, county in zip(told, points, counties, strict=True):
        allowed = [name for leave, names in each.leaves if leave.from_at <= point.at < leave.until for name in names]
        spots.setdefault(each.person.subject_id, {})[n] = Spot(county, tuple(dict.fromkeys(allowed)))
    return spots


def _told(findings: Sequence[Findings], track: Track) -> Iterator[int]:
    for one in findings:
        yield from told_of(one, track)


def _count(decisions: Sequence[Decision], kind: type) -> int:
    return sum(isinstance(effect, kind) for decision in decisions for effect in decision.effects)

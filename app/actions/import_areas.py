"""Import official boundaries: new versions of units from a day on, and of the permitted areas that they make up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.areas import CITY, COUNTY
from app.rules.areas.reading import AreaFault, BoundaryFile, SentUnit
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import JOB
from app.rules.shapes import why_invalid
from app.store import areas, boundaries, effects, imports, rejudging, units
from app.store.outlines import Outline
from app.store.zones import geojson

SEVERAL = "; "
Known = Mapping[tuple[str, str], imports.Standing]


@dataclass(frozen=True)
class ImportAreas:
    """The command. `valid_from` is the beginning of a local day; with `mend` PostGIS puts bad rings right, with
    `replace` a version that begins on that day never comes into force, with `whole_cities` units of the file's cities
    that are not in it end on that day.
    """

    file: BoundaryFile
    source: str
    valid_from: datetime
    mend: bool = False
    replace: bool = False
    whole_cities: bool = False


@dataclass(frozen=True)
class Imported:
    """What was done. With any fault, nothing was. `ended` are units that are no more, `missing` units of the
    file's cities that it lacks, `permitted` the codes of the
    permitted areas with a new version; `unresolved` are those that their units make up no longer, such as a county that
    became a district: they stay as they are, and people have to see to whom they bind.
    """

    faults: tuple[AreaFault, ...] = ()
    units: int = 0
    unchanged: int = 0
    ended: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    people: int = 0


def import_areas(tx: Connection, wanted: ImportAreas, *, dry_run: bool, now: datetime) -> Imported:
    """Write the versions and have those judged again whose area changed in the past; with `dry_run` only tell.

    Judgments that were made keep the version by which they were made: it stays on record with its time.
    """
    imports.take_time(tx)
    with tx.begin_nested() as nested:
        done = _import(tx, wanted, now)
        if done.faults or dry_run:
            nested.rollback()
            return done
    details = {
        "source": wanted.source,
        "valid_from": wanted.valid_from.isoformat(),
        "units": done.units,
        "ended": len(done.ended),
        "permitted": len(done.permitted),
    }
    effects.apply(tx, [Decision((WriteAudit(now, JOB, "areas.import", details=details),))])
    return done


def _import(tx: Connection, wanted: ImportAreas, now: datetime) -> Imported:
    file, at = wanted.file, wanted.valid_from
    faults = [*file.faults, *_invalid(tx, wanted)]
    if faults:
        return Imported(tuple(sorted(faults, key=lambda fault: fault.n)))
    provinces = sorted({unit.code[:2] for unit in file.units})
    for province in provinces:
        boundaries.load_province(tx, province, now=now)
    before = {province: units.on_record(tx, province) for province in provinces}
    sent = _also_counties(file.units, before)
    standing = imports.standing(tx, sent, wanted.source, at)
    changed = [unit for unit in sent if not _same(standing, unit)]
    taken = [unit for unit in changed if (known := standing.get((unit.level, unit.code))) and known.begins]
    if taken and not wanted.replace:
        return Imported(tuple(AreaFault(unit.n, "area_version_exists", unit.code) for unit in taken))
    missing = _missing(sent, [unit for known in before.values() for unit in known], at)
    ended = missing if wanted.whole_cities else []
    replaced = [standing[unit.level, unit.code].id for unit in changed if (unit.level, unit.code) in standing]
    imports.end(tx, [*replaced, *(unit.id for unit in ended)], at)
    _write(tx, wanted, changed, standing, now)
    done = Imported(
        units=len(changed),
        unchanged=len(sent) - len(changed),
        ended=tuple(unit.code for unit in ended),
        missing=tuple(unit.code for unit in missing if unit not in ended),
    )
    return _renew_permitted(tx, wanted, done, before, now)


def _invalid(tx: Connection, wanted: ImportAreas) -> list[AreaFault]:
    found = imports.invalid(tx, wanted.file.units) if wanted.file.units else {}
    numbered = {unit.n: unit.code for unit in wanted.file.units}
    return [
        AreaFault(n, why_invalid(reason) if reason else "area_mended_away", numbered[n])
        for n, reason in found.items()
        if reason is None or not wanted.mend
    ]


def _also_counties(sent: Sequence[SentUnit], known: Mapping[str, Sequence[units.Unit]]) -> list[SentUnit]:
    """A city without districts is a unit of county level too: where it is on record as one, the file means both."""
    counties = {unit.code for those in known.values() for unit in those if unit.kind == COUNTY}
    there = {unit.code for unit in sent if unit.level == COUNTY}
    twice = [unit for unit in sent if unit.level == CITY and unit.code in counties - there]
    return [*sent, *(replace(unit, level=COUNTY) for unit in twice)]


def _same(standing: Known, unit: SentUnit) -> bool:
    known = standing.get((unit.level, unit.code))
    return known is not None and known.same


def _missing(sent: Sequence[SentUnit], known: Sequence[units.Unit], at: datetime) -> list[units.Unit]:
    """Units of county level in the file's cities that the file lacks; a city counts where two of its units are sent."""
    codes = {unit.code for unit in sent if unit.level == COUNTY}
    cities = {code[:4] for code in codes if sum(other[:4] == code[:4] for other in codes) > 1}
    return [
        unit
        for unit in known
        if unit.kind == COUNTY and unit.holds(at) and unit.code[:4] in cities and unit.code not in codes
    ]


def _write(
    tx: Connection,
    wanted: ImportAreas,
    changed: Sequence[SentUnit],
    standing: Known,
    now: datetime,
) -> None:
    by_end: dict[datetime | None, list[Outline]] = {}
    for unit in changed:
        old = standing.get((unit.level, unit.code))
        until = old.until if old else imports.next_after(tx, unit.level, unit.code, wanted.valid_from)
        by_end.setdefault(until, []).append(Outline(unit.level, unit.code, unit.name, geojson(unit.polygons)))
    for until, outlines in by_end.items():
        boundaries.write(tx, outlines, wanted.source, wanted.valid_from, until=until, now=now)


def _renew_permitted(
    tx: Connection, wanted: ImportAreas, done: Imported, before: dict[str, list[units.Unit]], now: datetime
) -> Imported:
    """New versions of those permitted areas whose units are others from that day on."""
    at = wanted.valid_from
    after = {province: units.on_record(tx, province) for province in before}
    permitted: list[str] = []
    unresolved: list[str] = []
    faults: list[AreaFault] = []
    for area in imports.permitted_in_force(tx, before, at):
        old = units.made_at(area.code, before[area.code[:2]], at, area.until)
        new = units.made_at(area.code, after[area.code[:2]], at, area.until)
        if new is None:
            unresolved.append(area.code)
        elif old is None or old.members != new.members:
            if SEVERAL in new.source:
                faults.append(AreaFault(0, "area_mixed_sources", area.code))
            imports.end(tx, [area.id], at)
            areas.write_version(tx, new, now)
            permitted.append(area.code)
    people = _judge_again(tx, permitted, at, now)
    return replace(
        done,
        faults=tuple(faults),
        permitted=tuple(permitted),
        unresolved=tuple(unresolved),
        people=people,
    )


def _judge_again(tx: Connection, codes: Collection[str], at: datetime, now: datetime) -> int:
    bound: list[UUID] = imports.residents(tx, codes)
    if bound and at <= now:
        rejudging.mark(tx, bound, at)
    return len(bound)

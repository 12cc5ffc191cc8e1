"""Import a roster: everybody on it who is not on record yet, by the same rule as a single registration; all or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.config import Settings
from app.rules import correction, identity, planning, registration, subjects
from app.rules.calendar import legal_day
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import About, Actor, Channel
from app.rules.registration import Registration
from app.rules.roster import AlreadyThere, Fault, Faulty, Line, Reading, Receipt, Report, differences
from app.store import areas, effects, period_spreading, policies, registrations, rosters
from app.store import identity as sealing
from app.store import planning as plans
from app.store import subjects as rows
from app.store.identity import IdentityKeys
from app.store.registrations import Settled
from app.store.rosters import InCharge, Place

CHUNK = 500
FIELDS = {"office_id": "office", "officer_id": "officer"}
"""Where the fields of a registration and the columns of a roster are called differently."""


@dataclass(frozen=True)
class Roster:
    """A roster to be imported. `office_id` is where those are registered whose line names no office.

    `content` is the hash of the file, which tells a repeated request from another one.
    """

    id: UUID
    office_id: UUID | None
    content: bytes
    reading: Reading
    door: str = "api"
    """Through which door it came, for the audit: `api`, `page` or `command`."""


@dataclass(frozen=True)
class _Newcomer:
    """Somebody who is not on record: what is registered, the checked number, and the county by its adcode."""

    line: Line
    entered: Registration
    number: str
    county: str


@dataclass(frozen=True)
class _Judged:
    """Whom the lines of a roster are about."""

    new: tuple[_Newcomer, ...]
    already_there: tuple[AlreadyThere, ...]
    faults: tuple[Fault, ...]


def check_roster(
    tx: Connection, actor: Actor, reading: Reading, office_id: UUID | None, settings: Settings, *, now: datetime
) -> Report:
    """What importing would do, with every fault by its row and column. Writes nothing at all.

    NotFound where `office_id` is out of reach.
    """
    judged = _judge(tx, actor, reading, office_id, settings, now)
    faults = Faulty((*reading.faults, *judged.faults)).faults
    by_phone = sum(one.entered.channel is Channel.SMARTPHONE for one in judged.new)
    return Report(reading.rows, len(judged.new), by_phone, judged.already_there, faults, reading.ignored)


def import_roster(
    tx: Connection, actor: Actor, roster: Roster, settings: Settings, *, now: datetime
) -> tuple[Receipt, bool]:
    """Register everybody on the roster who is not on record, with their duties; False where it was done before.

    Refused `roster_faulty` (`Faulty`, with the faults) where anything has to be changed: then nobody is registered.
    Those on record stay as they are, so that the same file adds nobody a second time.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    keys = sealing.keys_of(settings)
    rosters.claim(tx)
    policies.hold(tx)
    if repeated := _repeated(tx, roster, keys):
        return repeated, False
    judged = _judge(tx, actor, roster.reading, roster.office_id, settings, now)
    if faults := (*roster.reading.faults, *judged.faults):
        raise Faulty(faults)
    settled = _settled(tx, roster, judged.new, keys, now)
    for chunk in _chunks(settled):
        _register(tx, actor, actor.id, chunk, settings.window_secret, now)
    receipt = Receipt(roster.id, now, roster.reading.rows, len(judged.new), len(judged.already_there))
    fingerprint = sealing.keyed_fingerprint(keys, _body(roster))
    rosters.add(tx, receipt, office_id=roster.office_id, imported_by=actor.id, fingerprint=fingerprint)
    counts = {"rows": receipt.rows, "added": receipt.added, "already_there": receipt.already_there}
    details = {**counts, "door": roster.door}
    imported = WriteAudit(now, actor, "roster.import", object=About("roster", roster.id), details=details)
    effects.apply(tx, [Decision((imported,))])
    return receipt, True


def _repeated(tx: Connection, roster: Roster, keys: IdentityKeys) -> Receipt | None:
    found = rosters.find(tx, roster.id)
    if found is None:
        return None
    receipt, fingerprint = found
    if not sealing.is_fingerprint(keys, fingerprint, _body(roster)):
        raise Conflict("id_reused")
    return receipt


def _body(roster: Roster) -> bytes:
    return sha256(roster.content + str(roster.office_id).encode()).digest()


# ---------------------------------------------------------------------------------------------------------- judging


def _judge(
    tx: Connection, actor: Actor, reading: Reading, office_id: UUID | None, settings: Settings, now: datetime
) -> _Judged:
    """Each line as a registration, with the faults that only rows on disk tell; a few queries for any number."""
    keys = sealing.keys_of(settings)
    places = rosters.places(tx, actor)
    if office_id is not None and all(place.site.id != office_id for place in places):
        raise NotFound("not_found")
    find_place = _finder(places, office_id)
    named = {place.site.id for line in reading.lines if (place := _tried(find_place, line))}
    people = rosters.people_in_charge(tx, named, now=now)
    fitting: list[_Newcomer] = []
    faults: list[Fault] = []
    for line in reading.lines:
        try:
            fitting.append(_newcomer(line, find_place(line), people, now))
        except Refused as refused:
            faults += _faults(reading, line, refused)
    new, there, more = _known(tx, actor, reading, fitting, keys)
    return _Judged(new, there, (*faults, *more))


def _faults(reading: Reading, line: Line, refused: Refused) -> Iterator[Fault]:
    """A refusal in the terms of the file: its fields are columns."""
    for at, code in refused.fields.items():
        yield reading.fault(line, FIELDS.get(at, at), code, refused.params)


def _finder(places: Sequence[Place], office_id: UUID | None) -> Callable[[Line], Place]:
    """How the office of a line is found among those within reach: by code, or by a name that only one has."""
    by_word: dict[str, set[Place]] = {}
    for place in places:
        for word in (place.site.code, place.name):
            by_word.setdefault(word, set()).add(place)
    given = next((place for place in places if place.site.id == office_id), None)

    def find(line: Line) -> Place:
        found = by_word.get(line.office, set()) if line.office else {given} if given else None
        if found is None:
            raise Refused("cell_office_needed", fields={"office": "cell_office_needed"})
        if len(found) != 1:
            code = "cell_office_ambiguous" if found else "cell_office_unknown"
            raise Refused(code, fields={"office": code})
        return next(iter(found))

    return find


def _tried(find_place: Callable[[Line], Place], line: Line) -> Place | None:
    try:
        return find_place(line)
    except Refused:
        return None


def _newcomer(line: Line, place: Place, people: Mapping[UUID, Sequence[InCharge]], now: datetime) -> _Newcomer:
    """The registration that a line asks for; Refused with the fields at fault, as a single one would be."""
    county = registration.county_code(place.site.level, place.site.path)
    number = identity.checked(line.id_number)
    identity.agreed_birth_date(line.birth_date, number, today=legal_day(now))
    entered = Registration(
        id=place.site.id,  # a stand-in until it is known that the person is new
        body_hash=b"",
        office_id=place.site.id,
        officer_id=_officer(line.officer, people.get(place.site.id, ())),
        name=line.name,
        category=line.category,
        class_=line.class_,
        channel=line.channel,
        subject_no=line.subject_no,
        sex=line.sex,
        birth_date=line.birth_date,
        id_number=number,
        phone=line.phone,
        term_from=line.term_from,
        term_to=line.term_to,
        home_address=line.home_address,
    )
    registration.refuse(entered, now=now)
    return _Newcomer(line, entered, number, county)


def _officer(word: str | None, people: Sequence[InCharge]) -> UUID | None:
    """Who is in charge: by log-in, or by a name that only one has."""
    if word is None:
        return None
    found = [one.id for one in people if one.login == word] or [one.id for one in people if one.name == word]
    if len(found) != 1:
        code = "cell_officer_ambiguous" if found else "cell_officer_unknown"
        raise Refused(code, fields={"officer": code})
    return found[0]


def _known(
    tx: Connection, actor: Actor, reading: Reading, fitting: Sequence[_Newcomer], keys: IdentityKeys
) -> tuple[tuple[_Newcomer, ...], tuple[AlreadyThere, ...], list[Fault]]:
    """Who of them is on record. Of somebody beyond reach nothing is told but what a single registration tells."""
    hashes = {one.number: sealing.search_hashes(keys, one.number) for one in fitting}
    records = rosters.on_record(tx, actor, [found for every in hashes.values() for found in every])
    taken = rosters.numbers_taken(tx, [one.line.subject_no for one in fitting if one.line.subject_no])
    new, there, faults = [], [], []
    for one in fitting:
        record = next((records[found] for found in hashes[one.number] if found in records), None)
        if record is None:
            new.append(one)
            if one.line.subject_no in taken:
                faults.append(reading.fault(one.line, "subject_no", "subject_no_taken"))
        elif record.within_reach:
            told = differences(one.line, record)
            there.append(AlreadyThere(one.line.row, record.subject_id, record.subject_no, record.status, told))
        else:
            faults.append(reading.fault(one.line, "id_number", "id_number_taken"))
    return tuple(new), tuple(there), faults


# ---------------------------------------------------------------------------------------------------------- writing


def _settled(
    tx: Connection, roster: Roster, new: Sequence[_Newcomer], keys: IdentityKeys, now: datetime
) -> Iterator[tuple[Registration, Settled]]:
    """What follows for each newcomer: ids from the request and the number, subjects' numbers in the file's order."""
    counties = {one.county for one in new}
    permitted = {county: areas.ensure_permitted_area(tx, county, now=now) for county in sorted(counties)}
    numbers = {county: _numbers(tx, county, new, now) for county in sorted(counties)}
    for one in new:
        subject_id = uuid5(roster.id, sealing.search_hash(keys, one.number).hex())
        entered = Registration(**vars(one.entered) | {"id": subject_id})
        born = identity.birth_date_of(one.number)
        yield (
            entered,
            Settled(
                subject_id=subject_id,
                is_new=True,
                subject_no=entered.subject_no or next(numbers[one.county]),
                birth_date=born,
                minor_regime=identity.is_minor(born, legal_day(now)),
                permitted_area_id=permitted[one.county],
                sealed=sealing.seal(keys, subject_id, one.number),
                fingerprint=sealing.keyed_fingerprint(keys, _body(roster) + subject_id.bytes),
            ),
        )


def _numbers(tx: Connection, county: str, new: Sequence[_Newcomer], now: datetime) -> Iterator[str]:
    """The numbers that follow in the county, without those that the roster itself brings."""
    prefix = registration.number_prefix(county, now)
    brought = {one.line.subject_no for one in new}
    serial = rows.next_serial(tx, prefix)
    return (made for n in _from(serial) if (made := registration.subject_no(prefix, n)) not in brought)


def _from(serial: int) -> Iterator[int]:
    while True:
        yield serial
        serial += 1


def _chunks(settled: Iterator[tuple[Registration, Settled]]) -> Iterator[list[tuple[Registration, Settled]]]:
    while chunk := list(islice(settled, CHUNK)):
        yield chunk


def _register(
    tx: Connection,
    actor: Actor,
    registered_by: UUID,
    chunk: Sequence[tuple[Registration, Settled]],
    key: bytes,
    now: datetime,
) -> None:
    """Write a chunk: rows and periods, watch over silence, an audit row each, and the duties of the days to come."""
    try:
        registrations.write_new(tx, chunk, registered_by=registered_by, now=now)
    except Conflict as conflict:
        raise Conflict("roster_changed") from conflict
    in_force = policies.in_force(tx, {entered.office_id for entered, _ in chunk}, at=now)
    silence = {office: timedelta(hours=found.policy.silence_h) for office, found in in_force.items()}
    begun = [
        subjects.register(
            settled.subject_id,
            entered.channel,
            silence[entered.office_id],
            registration_id=entered.id,
            now=now,
            actor=actor,
        )
        for entered, settled in chunk
    ]
    effects.apply(tx, begun)
    period_spreading.note_newcomers(tx, [settled.subject_id for _, settled in chunk], now=now)
    until = now + planning.HORIZON
    facts = plans.facts_for(tx, [settled.subject_id for _, settled in chunk], until=until)
    owed = [planning.plan(one, until=until, key=key, now=now) for one in facts]
    for entered, settled in chunk:  # a group and a plan are owed for everybody
        version = in_force[entered.office_id]
        place = (settled.subject_id, entered.office_id, version.policy, version.version_id)
        owed.append(correction.owe_from_intake(*place, since=now, now=now))
    effects.apply(tx, owed)

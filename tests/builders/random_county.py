"""A county whose months were not smooth: people move and change class, duties are late, waived, cleared, cancelled.

Each duty is also kept in plain Python, counted by nothing but what was told of it, so that figures can be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.rules.calendar import last_day_before
from app.rules.effects import ChangeDuty, Decision
from app.rules.facts import JOB, About, DutyState, Reason, Role, SupervisionClass
from app.rules.oversight import Proof
from app.store import effects, periods
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.oversight import KINDS, a_record, audited, prove
from tests.builders.users import Worker, a_user

LONG_AGO = datetime(2026, 1, 5, 1, tzinfo=UTC)
FIRST = datetime(2026, 2, 10, 16, tzinfo=UTC)
"""A local midnight."""
NOW = datetime(2026, 3, 25, 2, 32, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ITEMS = ("访1", "访3", "访3.2", "谈2", "知1")
DONE = {DutyState.FULFILLED, DutyState.LATE}


@dataclass
class Told:
    """One duty as the audit should tell of it."""

    id: UUID
    office: UUID
    officer: UUID | None
    rule: str
    class_: str
    opens_at: datetime
    due_at: datetime
    state: DutyState = DutyState.OPEN
    proof: Proof | None = None

    @property
    def item(self) -> str:
        return self.rule.partition(".")[0]

    @property
    def day(self) -> date:
        return last_day_before(self.due_at)


@dataclass
class Person:
    """Who had them since when, and in which class they were since when; the latest last."""

    id: UUID
    held: list[tuple[datetime, Worker]]
    classes: list[tuple[datetime, SupervisionClass]]

    def officer(self, at: datetime) -> Worker:
        return [worker for since, worker in self.held if since <= at][-1]

    def class_(self, at: datetime) -> SupervisionClass:
        return [class_ for since, class_ in self.classes if since <= at][-1]


@dataclass
class RandomCounty:
    """The offices, those who work there, and all duties that count or not."""

    tree: Tree
    county: Worker
    workers: list[Worker]
    people: list[Person]
    duties: list[Told] = field(default_factory=list)

    def counted(self, *wanted: Callable[[Told], bool]) -> list[Told]:
        """Those that had opened by NOW, did not fall away, and for which all of it holds."""
        return [
            one
            for one in self.duties
            if one.opens_at <= NOW and one.state is not DutyState.CANCELLED and all(holds(one) for holds in wanted)
        ]


Happening = tuple[datetime, int, Callable[[datetime], None]]
"""When, in which order where several are at once, and what."""


def a_random_county(tx: Connection, seed: int, *, people: int = 9, duties: int = 70) -> RandomCounty:
    """What happened until NOW, in the order in which it did."""
    random, tree = Random(seed), a_tree(tx)
    county = a_user(tx, tree.county, Role.COUNTY_STAFF, name="姜文静")
    sites = ((tree.office, "徐敏"), (tree.office, "李梅"), (tree.second_office, "毛建华"))
    workers = [county, *(a_user(tx, site, name=name) for site, name in sites)]
    made = RandomCounty(
        tree, county, workers, [_person(tx, tree, random.choice(workers), random) for _ in range(people)]
    )
    happens: list[Happening] = []
    for person in made.people:
        for _ in range(random.randrange(3)):
            happens.append((_instant(random), len(happens), _moved(tx, person, random.choice(workers))))
            happens.append((_instant(random), len(happens), _reclassed(tx, person, random, county)))
    for _ in range(duties):
        happens += _owed(tx, made, random.choice(made.people), random)
    for at, _, happen in sorted(happens, key=lambda one: one[:2]):
        if at <= NOW:
            happen(at)
    return made


def _instant(random: Random) -> datetime:
    """Some hour; every fourth one a local midnight."""
    return FIRST + random.randrange(40) * DAY + (random.randrange(24) if random.random() < 0.75 else 0) * HOUR


def _person(tx: Connection, tree: Tree, worker: Worker, random: Random) -> Person:
    class_ = random.choice(list(SupervisionClass))
    subject_id = a_supervised(tx, tree, worker, at=LONG_AGO, class_=class_)
    return Person(subject_id, [(LONG_AGO, worker)], [(LONG_AGO, class_)])


def _moved(tx: Connection, person: Person, worker: Worker) -> Callable[[datetime], None]:
    def happen(at: datetime) -> None:
        periods.assign(tx, person.id, worker.office.id, worker.id, now=at)
        person.held.append((at, worker))

    return happen


def _reclassed(tx: Connection, person: Person, random: Random, by: Worker) -> Callable[[datetime], None]:
    class_ = random.choice(list(SupervisionClass))

    def happen(at: datetime) -> None:
        periods.change_class(tx, uuid5(person.id, at.isoformat()), person.id, class_, "考核", set_by=by.id, at=at)
        person.classes.append((at, class_))

    return happen


def _owed(tx: Connection, county: RandomCounty, person: Person, random: Random) -> list[Happening]:
    """One duty: it opens, and some of what may become of it, in its order."""
    item, opens_at = random.choice(ITEMS), _instant(random)
    due_at = FIRST + ((opens_at - FIRST).days + 1 + random.randrange(20)) * DAY
    owed: list[Told] = []

    def opened(at: datetime) -> None:
        worker = person.officer(at)
        duty_id = audited(tx, county.tree, worker.office, person.id, item, due_at, opens_at=at)
        told = Told(duty_id, worker.office.id, worker.id, item, person.class_(at), at, due_at)
        owed.append(told)
        county.duties.append(told)

    def planned(_: datetime) -> None:
        worker = person.officer(LONG_AGO)
        state = DutyState.PLANNED
        later = NOW + DAY
        duty_id = audited(tx, county.tree, worker.office, person.id, item, due_at + DAY, opens_at=later, state=state)
        county.duties.append(Told(duty_id, worker.office.id, worker.id, item, "", later, due_at + DAY, state))

    def became(state: DutyState, done_at: datetime | None = None) -> Callable[[datetime], None]:
        return lambda at: _became(tx, person, owed[0], state, done_at, at, random)

    if random.random() < 0.05:
        return [(LONG_AGO, 0, planned)]
    begins: Happening = (opens_at, 0, opened)
    before = opens_at + (due_at - opens_at) * random.random()
    after = due_at + random.randrange(1, 90) * HOUR
    missed = (due_at, 1, became(DutyState.MISSED))
    fates: list[list[Happening]] = [
        [],
        [(before, 1, became(DutyState.FULFILLED, before))],
        [(before, 1, became(DutyState.FULFILLED, before))],
        [missed],
        [missed, (after, 2, became(DutyState.LATE, after))],
        [missed, (after, 2, became(DutyState.FULFILLED, before))],
        [missed, (after, 2, became(DutyState.WAIVED))],
        [(before, 1, became(DutyState.WAIVED))],
        [(due_at, 1, became(DutyState.UNJUDGED))],
        [(before, 1, became(DutyState.CANCELLED))],
    ]
    return [begins, *random.choice(fates)]


def _became(
    tx: Connection, person: Person, told: Told, state: DutyState, done_at: datetime | None, at: datetime, random: Random
) -> None:
    """What happened to the duty, and how that is told: by whoever had the person, of its own office, at its end."""
    holder = person.officer(min(told.due_at, done_at or told.due_at))
    if state is not DutyState.CANCELLED and holder.office.id == told.office:
        told.officer = holder.id
    told.state = state
    evidence, proof = None, None
    if state in DONE:
        kind, how = KINDS[told.item[0]], random.choice(["record", "record", "nothing", "other"])
        if how == "record":
            record_id = a_record(tx, kind, person.id, holder.office, holder, told.rule, told.id, done_at or at)
            evidence, proof = About(kind.value, record_id), random.choice([None, *Proof])
        elif how == "other":
            evidence = About("fact_check", told.id)
        told.proof = None if how == "other" else proof or Proof.UNKNOWN
    effects.apply(
        tx, [Decision((ChangeDuty(told.id, state, at, Reason("duty_missed"), JOB, done_at, evidence=evidence),))]
    )
    if evidence is not None and proof is not None:
        prove(tx, evidence.id, random.choice(list(Proof)), at=at)
        prove(tx, evidence.id, proof, at=at)

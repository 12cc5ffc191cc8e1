"""What an office will have to do in the coming 30 days, by day and item: what is planned, and what the calendar of the
work rule will bring. A forecast: nobody knows yet what happens meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.duty import Duty
from app.models.office import Office
from app.models.subject import Subject
from app.queries.day import NOT_AT_A_DESK
from app.queries.workload import staff_of
from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyState, Obligor, SubjectStatus
from app.rules.planning import foresee
from app.rules.policy import Policy
from app.rules.wording.correction import RULES
from app.rules.wording.duties import TITLES
from app.rules.workload import Colleague, cover, there_on
from app.store import planning, policies
from app.store.scope import offices_of

DAYS = 30
MOST_PEOPLE = 1_000


@dataclass(frozen=True)
class ItemLoad:
    """How often an item ends on a day: rows that are planned, and turns that the calendar will bring."""

    title: str
    planned: int
    foreseen: int


@dataclass(frozen=True)
class Share:
    """One officer's part of a day. `by` is who does it: nobody where nobody of the office is there, which is the
    county's to settle.
    """

    officer: str | None
    by: str | None
    covering: bool
    number: int


@dataclass(frozen=True)
class DayLoad:
    """One day: what ends on it, and who is there to do it."""

    day: date
    working_day: bool
    items: tuple[ItemLoad, ...]
    shares: tuple[Share, ...]
    away: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many in all."""
        return sum(one.planned + one.foreseen for one in self.items)


@dataclass(frozen=True)
class Forecast:
    """Thirty days of one office, from today. `left_out`: so many people are too many to look ahead for."""

    office_id: UUID
    office_name: str
    as_of: datetime
    people: int
    left_out: int
    staff: tuple[str, ...]
    days: tuple[DayLoad, ...]


@dataclass(frozen=True)
class _Due:
    day: date
    title: str
    officer_id: UUID | None
    foreseen: bool


def forecast(connection: Connection, actor: Actor, office_id: UUID, *, now: datetime) -> Forecast:
    """The coming days of one office within reach; NotFound for any other. Nine statements, whoever is there."""
    office = connection.execute(
        select(Office.id, Office.name).where(Office.id == office_id, offices_of(actor))
    ).one_or_none()
    if office is None:
        raise NotFound("not_found")
    today = legal_day(now)
    until = end_of_day(today + timedelta(days=DAYS - 1))
    people = _people(connection, office_id)
    policy = policies.of_office(connection, office_id, at=now).policy
    staff = staff_of(connection, [office_id], now=now, until=until)[office_id]
    due = [*_planned(connection, policy, office_id, now, until), *_foreseen(connection, policy, people, now, until)]
    by_day: dict[date, list[_Due]] = defaultdict(list)
    for one in due:
        by_day[one.day].append(one)
    names = {one.id: one.name for one in staff}
    days = [
        _day(today + timedelta(days=n), by_day[today + timedelta(days=n)], staff, names, policy) for n in range(DAYS)
    ]
    left_out = max(len(people) - MOST_PEOPLE, 0)
    return Forecast(office_id, office.name, now, len(people), left_out, tuple(names.values()), tuple(days))


def _people(connection: Connection, office_id: UUID) -> dict[UUID, UUID | None]:
    rows = connection.execute(
        select(Subject.id, Subject.officer_id)
        .where(Subject.office_id == office_id, Subject.status == SubjectStatus.IN_CORRECTION)
        .order_by(Subject.id)
    )
    return {row.id: row.officer_id for row in rows}


def _planned(connection: Connection, policy: Policy, office_id: UUID, now: datetime, until: datetime) -> Iterable[_Due]:
    rows = connection.execute(
        select(Duty.kind, Duty.rule_code, Duty.due_at, Subject.officer_id)
        .join(Subject, Subject.id == Duty.subject_id)
        .where(
            *(Subject.office_id == office_id, Duty.obligor == Obligor.OFFICE, Duty.due_at > now),
            *(Duty.due_at <= until, Duty.state.in_((DutyState.PLANNED, DutyState.OPEN))),
            Duty.rule_code.not_in(NOT_AT_A_DESK),
        )
    )
    for row in rows:
        yield _Due(last_day_before(row.due_at), _title(policy, row.rule_code, row.kind), row.officer_id, foreseen=False)


def _foreseen(
    connection: Connection, policy: Policy, people: dict[UUID, UUID | None], now: datetime, until: datetime
) -> Iterable[_Due]:
    """Each turn opens before it is due, so looking at those that open until then misses none."""
    wanted = list(people)[:MOST_PEOPLE]
    for facts in planning.facts_for(connection, wanted, until=until):
        for duty in foresee(facts, until=until, now=now):
            if now < duty.due_at <= until:
                title = _title(policy, duty.rule_code, duty.kind.value)
                yield _Due(last_day_before(duty.due_at), title, people[facts.subject_id], foreseen=True)


def _title(policy: Policy, rule_code: str, kind: str) -> str:
    item = policy.item(rule_code)
    return item.title if item else RULES.get(rule_code) or TITLES[kind]


def _day(day: date, due: list[_Due], staff: tuple[Colleague, ...], names: dict[UUID, str], policy: Policy) -> DayLoad:
    counted = Counter((one.title, one.foreseen) for one in due)
    titles = sorted({one.title for one in due})
    there = there_on(day, staff)
    return DayLoad(
        day=day,
        working_day=policy.holidays.is_working_day(day),
        items=tuple(ItemLoad(title, counted[title, False], counted[title, True]) for title in titles),
        shares=tuple(_shares(due, there, names)),
        away=tuple(one.name for one in staff if one.id not in there),
    )


def _shares(due: list[_Due], there: dict[UUID, Colleague], names: dict[UUID, str]) -> Iterable[Share]:
    """What is one officer's goes to whoever has least to do by then, where that officer is away."""
    load = Counter(one.officer_id for one in due)
    so_far = {officer_id: number for officer_id, number in load.items() if officer_id is not None}
    ordered = sorted((names.get(one) or "" if one else "", str(one), one, number) for one, number in load.items())
    for name, _, officer_id, number in ordered:
        done = cover(officer_id, there, so_far)
        if done.covering and done.by is not None:
            so_far[done.by] = so_far.get(done.by, 0) + number
        yield Share(name or None, names[done.by] if done.by else None, done.covering, number)

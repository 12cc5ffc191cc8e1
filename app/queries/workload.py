"""How much each office and officer has to do, and who is there: offices with nobody or one person first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, func, or_, select, text

from app.models.duty import Duty
from app.models.office import Office
from app.models.subject import Subject
from app.queries.day import MISSED_FOR, NOT_AT_A_DESK
from app.rules.calendar import end_of_day, legal_day, start_of_day
from app.rules.day import week_end
from app.rules.facts import Actor, DutyState, Obligor, SubjectStatus
from app.rules.workload import Colleague, is_alone
from app.store.scope import offices_of

MONTH = timedelta(days=30)

STAFF = text(
    """
    SELECT r.office_id, u.id, u.name,
           (SELECT array_agg(lower(a.away) ORDER BY a.away) FROM absences a
            WHERE a.user_id = u.id AND a.withdrawn_at IS NULL AND NOT isempty(a.away)
              AND a.away && tstzrange(:since, :until)) AS away_from,
           (SELECT array_agg(upper(a.away) ORDER BY a.away) FROM absences a
            WHERE a.user_id = u.id AND a.withdrawn_at IS NULL AND NOT isempty(a.away)
              AND a.away && tstzrange(:since, :until)) AS away_to
    FROM users u JOIN user_roles r ON r.user_id = u.id
    WHERE r.office_id = ANY(:office_ids) AND r.role IN ('officer', 'aide') AND u.disabled_at IS NULL
      AND r.held @> CAST(:now AS timestamptz)
    GROUP BY r.office_id, u.id, u.name ORDER BY u.name, u.id
    """
)


@dataclass(frozen=True)
class Load:
    """People in charge, and what is owed about them: overdue (of the last month), until tonight, a week, 30 days."""

    people: int = 0
    overdue: int = 0
    today: int = 0
    week: int = 0
    month: int = 0

    def __add__(self, other: "Load") -> "Load":
        """Figure by figure."""
        return Load(
            self.people + other.people,
            self.overdue + other.overdue,
            self.today + other.today,
            self.week + other.week,
            self.month + other.month,
        )


@dataclass(frozen=True)
class OfficerLine:
    """One officer of an office; None stands for people in nobody's charge, or in that of somebody of another office."""

    id: UUID | None
    name: str | None
    load: Load
    works_today: bool
    away: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class OfficeLine:
    """One office: how many work there and how many of them today, what it has to do, and each officer's share."""

    id: UUID
    name: str
    county: str | None
    staff: int
    staff_today: int
    alone: bool
    load: Load
    officers: tuple[OfficerLine, ...]


def workload(connection: Connection, actor: Actor, *, now: datetime) -> tuple[OfficeLine, ...]:
    """Every office within reach with people under correction. Those that nobody or one person keeps come first, then
    by what is overdue and due today. Four statements.
    """
    people = _people(connection, actor)
    office_ids = list(people)
    if not office_ids:
        return ()
    names = _names(connection, office_ids)
    staff = staff_of(connection, office_ids, now=now, until=now + MONTH)
    owed = _owed(connection, office_ids, now)
    lines = [
        _office(names[office_id], staff[office_id], people[office_id], owed[office_id], legal_day(now))
        for office_id in office_ids
    ]
    return tuple(sorted(lines, key=_order))


def staff_of(
    connection: Connection, office_ids: list[UUID], *, now: datetime, until: datetime
) -> dict[UUID, tuple[Colleague, ...]]:
    """Who works in these offices now, and when they are away until then. One statement."""
    found: dict[UUID, list[Colleague]] = defaultdict(list)
    since = start_of_day(legal_day(now))
    values = {"office_ids": office_ids, "since": since, "until": until, "now": now}
    for row in connection.execute(STAFF, values):
        away = tuple(zip(row.away_from or (), row.away_to or (), strict=True))
        found[row.office_id].append(Colleague(row.id, row.name, away))
    return {office_id: tuple(found[office_id]) for office_id in office_ids}


def _order(line: OfficeLine) -> tuple[Any, ...]:
    return (line.staff_today > 0, not line.alone, -line.load.overdue, -line.load.today, line.name)


def _people(connection: Connection, actor: Actor) -> dict[UUID, dict[UUID | None, int]]:
    rows = connection.execute(
        select(Subject.office_id, Subject.officer_id, func.count().label("number"))
        .join(Office, Office.id == Subject.office_id)
        .where(Subject.status == SubjectStatus.IN_CORRECTION, offices_of(actor))
        .group_by(Subject.office_id, Subject.officer_id)
    )
    found: dict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for row in rows:
        found[row.office_id][row.officer_id] = row.number
    return found


def _names(connection: Connection, office_ids: list[UUID]) -> dict[UUID, Any]:
    county = Office.__table__.alias("county")
    rows = connection.execute(
        select(Office.id, Office.name, county.c.name.label("county"))
        .outerjoin(county, county.c.id == Office.parent_id)
        .where(Office.id.in_(office_ids))
    )
    return {row.id: row for row in rows}


def _owed(connection: Connection, office_ids: list[UUID], now: datetime) -> dict[UUID, dict[UUID | None, Load]]:
    """By the office and officer who have the person now."""
    waiting = or_(Duty.state == DutyState.OPEN, Duty.state == DutyState.PLANNED)
    lately = and_(Duty.state.in_((DutyState.OPEN, DutyState.PLANNED, DutyState.MISSED)), Duty.due_at <= now)
    tonight, week = end_of_day(legal_day(now)), week_end(legal_day(now))
    rows = connection.execute(
        select(
            *(Subject.office_id, Subject.officer_id),
            func.count().filter(lately).label("overdue"),
            func.count().filter(waiting, Duty.due_at > now, Duty.due_at <= tonight).label("today"),
            func.count().filter(waiting, Duty.due_at > now, Duty.due_at <= week).label("week"),
            func.count().filter(waiting, Duty.due_at > now).label("month"),
        )
        .join(Subject, Subject.id == Duty.subject_id)
        .where(
            *(Duty.obligor == Obligor.OFFICE, Duty.rule_code.not_in(NOT_AT_A_DESK)),
            *(Duty.due_at > now - MISSED_FOR, Duty.due_at <= now + MONTH, Subject.office_id.in_(office_ids)),
            Duty.state.in_((DutyState.OPEN, DutyState.PLANNED, DutyState.MISSED)),
        )
        .group_by(Subject.office_id, Subject.officer_id)
    )
    found: dict[UUID, dict[UUID | None, Load]] = defaultdict(dict)
    for row in rows:
        found[row.office_id][row.officer_id] = Load(0, row.overdue, row.today, row.week, row.month)
    return found


def _office(
    named: Any,
    staff: tuple[Colleague, ...],
    people: dict[UUID | None, int],
    owed: dict[UUID | None, Load],
    today: date,
) -> OfficeLine:
    """Whoever is in charge and works elsewhere, such as at the county, counts with nobody: the office has to know."""
    here = {one.id for one in staff}
    shares: dict[UUID | None, Load] = defaultdict(Load)
    for officer_id in {*people, *owed}:
        owner = officer_id if officer_id in here else None
        shares[owner] += owed.get(officer_id, Load()) + Load(people=people.get(officer_id, 0))
    officers = [OfficerLine(one.id, one.name, shares[one.id], one.works(today), one.away) for one in staff]
    if shares.get(None):
        officers.append(OfficerLine(None, None, shares[None], works_today=False))
    return OfficeLine(
        id=named.id,
        name=named.name,
        county=named.county,
        staff=len(staff),
        staff_today=sum(one.works(today) for one in staff),
        alone=is_alone(staff),
        load=sum(shares.values(), Load()),
        officers=tuple(officers),
    )

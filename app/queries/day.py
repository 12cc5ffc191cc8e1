"""What an officer has to do today and this week: what is owed, by whom it is owed, where to go and whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Uuid, and_, case, cast, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.office import Office, User
from app.models.office_place import OfficePlace
from app.models.policy import PolicyVersion
from app.models.subject import Subject
from app.models.visit import Record
from app.queries.names import Named, is_sealed, shown_name
from app.rules.calendar import end_of_day, legal_day
from app.rules.day import Urgency, neighbourhood, urgency, week_end
from app.rules.facts import Actor, DutyKind, DutyState, Obligor
from app.rules.routes import Route, Spot, shortest
from app.rules.visits.follow_ups import PREFIX
from app.rules.wording.correction import RULES
from app.store.scope import offices_of, subjects_of

MOST = 500
MISSED_FOR = timedelta(days=31)
"""What was missed longer ago is no matter of today: it stands in the list of all duties and in the audit."""
AT_HOME = frozenset({"home", "community", "neighbours"})
"""Places of the work rule that lie where the person lives, or beside it."""
VISIT = "visit"
ORDER = {Urgency.TODAY: 0, Urgency.OVERDUE: 1, Urgency.WEEK: 2}
NOT_AT_A_DESK = ("search.open",)
"""Clocks of the service itself, which nobody does."""


@dataclass(frozen=True)
class Task:
    """One thing to do. Phone, neighbourhood and home are None where not registered, or sealed with the name; so is
    what was `said` would be done, of a follow-up.

    The address in full stands on the page of the person, whose reading is recorded: no list tells it.
    """

    duty_id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    office_name: str
    officer_id: UUID | None
    officer_name: str | None
    kind: str
    rule_code: str
    title: str | None
    state: str
    opens_at: datetime
    due_at: datetime
    urgency: Urgency
    phone: str | None
    neighbourhood: str | None
    home: Spot | None
    goes_there: bool
    said: str | None


@dataclass(frozen=True)
class Day:
    """What is to be done until the end of the coming week, the MOST most urgent of it; `counts` are of all there is."""

    as_of: datetime
    tasks: tuple[Task, ...]
    counts: Mapping[Urgency, int]

    @property
    def more(self) -> bool:
        """Whether not all of it is among the tasks."""
        return sum(self.counts.values()) > len(self.tasks)


@dataclass(frozen=True)
class Start:
    """An office whose place on the map is known."""

    office_id: UUID
    name: str
    spot: Spot


def day(connection: Connection, actor: Actor, *, now: datetime, mine: bool = False) -> Day:
    """What the office owes about people within reach; with `mine` about those in the actor's charge. One statement.

    What ends today comes first: it can still be done in time.
    """
    found = connection.execute(_tasks(actor, now, mine)).all()
    tasks = [_task(actor, row, now) for row in found]
    tasks.sort(key=lambda task: (ORDER[task.urgency], task.due_at, task.subject_no, str(task.duty_id)))
    counts = {one: getattr(found[0], f"all_{one}") if found else 0 for one in Urgency}
    return Day(now, tuple(tasks), counts)


def starts(connection: Connection, actor: Actor) -> tuple[Start, ...]:
    """The offices within reach whose place is known. One statement."""
    rows = connection.execute(
        select(Office.id, Office.name, OfficePlace.lon, OfficePlace.lat)
        .join(OfficePlace, OfficePlace.office_id == Office.id)
        .where(offices_of(actor))
        .order_by(Office.path)
    )
    return tuple(Start(row.id, row.name, Spot(row.lon, row.lat)) for row in rows)


def stops(tasks: Sequence[Task]) -> tuple[tuple[UUID, Spot], ...]:
    """Homes to go to, each once, in the order of the tasks."""
    places: dict[UUID, Spot] = {}
    for task in tasks:
        if task.goes_there and task.home is not None:
            places.setdefault(task.subject_id, task.home)
    return tuple(places.items())


def way(tasks: Sequence[Task], start: Spot | None) -> Route:
    """In which order to go to them."""
    return shortest(stops(tasks), start)


def _tasks(actor: Actor, now: datetime, mine: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001  (of `day` alone)
    """Two looks by the end of duties: those still to be done, and those missed lately."""
    begun = or_(Duty.state == DutyState.OPEN, and_(Duty.state == DutyState.PLANNED, Duty.opens_at <= now))
    until = week_end(legal_day(now))
    owed = (Duty.obligor == Obligor.OFFICE, Duty.rule_code.not_in(NOT_AT_A_DESK))
    coming = select(Duty.id, Duty.due_at).where(*owed, begun, Duty.due_at > now - MISSED_FOR, Duty.due_at <= until)
    missed = select(Duty.id, Duty.due_at).where(
        *owed, Duty.state == DutyState.MISSED, Duty.due_at > now - MISSED_FOR, Duty.due_at <= now
    )
    mine_only = (Subject.officer_id == actor.id,) if mine else ()
    within = [
        one.join(Subject, Subject.id == Duty.subject_id).where(subjects_of(actor), *mine_only)
        for one in (coming, missed)
    ]
    ids = union_all(*within).cte("ids")
    late, tonight = ids.c.due_at <= now, ids.c.due_at <= end_of_day(legal_day(now))
    urgent = case((late, ORDER[Urgency.OVERDUE]), (tonight, ORDER[Urgency.TODAY]), else_=ORDER[Urgency.WEEK])
    counts = select(
        *(func.count().filter(urgent == place).label(f"all_{one}") for one, place in ORDER.items())
    ).subquery()
    picked = select(ids.c.id).order_by(urgent, ids.c.due_at, ids.c.id).limit(MOST).subquery()
    item, record = aliased(PolicyVersion), aliased(Record)
    rule = func.jsonb_extract_path(item.content, "items", Duty.rule_code)
    promised = case((Duty.kind == DutyKind.FOLLOW_UP, cast(func.substr(Duty.rule_code, len(PREFIX) + 1), Uuid)))
    return (
        select(
            *(Duty.id, Duty.subject_id, Duty.kind, Duty.rule_code, Duty.state, Duty.opens_at, Duty.due_at),
            *(Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id, Subject.phone),
            *(Subject.home_address, func.ST_X(Subject.home).label("lon"), func.ST_Y(Subject.home).label("lat")),
            *(Office.name.label("office_name"), Subject.officer_id, User.name.label("officer_name")),
            func.jsonb_extract_path_text(rule, "title").label("title"),
            func.jsonb_extract_path_text(rule, "place").label("place"),
            record.follow_up,
            *counts.c,
        )
        .join(picked, picked.c.id == Duty.id)
        .join(counts, true())
        .join(Subject, Subject.id == Duty.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .join(item, item.id == Duty.policy_version_id)
        .outerjoin(User, User.id == Subject.officer_id)
        .outerjoin(record, record.id == promised)
    )


def _task(actor: Actor, row: Any, now: datetime) -> Task:
    named = Named(row.name, row.minor_regime, row.office_id)
    sealed = is_sealed(actor, named)
    at_home = row.place in AT_HOME if row.place else row.kind == VISIT
    return Task(
        duty_id=row.id,
        subject_id=row.subject_id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        office_id=row.office_id,
        office_name=row.office_name,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        kind=row.kind,
        rule_code=row.rule_code,
        title=row.title or RULES.get(row.rule_code),
        state=DutyState.OPEN.value if row.state == DutyState.PLANNED else row.state,
        opens_at=row.opens_at,
        due_at=row.due_at,
        urgency=urgency(row.due_at, legal_day(now), now=now) or Urgency.WEEK,
        phone=None if sealed else row.phone,
        neighbourhood=None if sealed else neighbourhood(row.home_address),
        home=None if sealed or row.lon is None else Spot(row.lon, row.lat),
        goes_there=at_home,
        said=None if sealed else row.follow_up,
    )

"""Groups and plans that are owed: who still lacks one, what is lacking, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from app.models.correction import CorrectionPlan, PlanDecision
from app.models.duty import Duty
from app.models.office import Office, User
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.correction import Person, judge_group
from app.rules.facts import Actor, DutyKind, DutyState
from app.store import correction, policies
from app.store.scope import below, subjects_of

WAITING = "waiting"


@dataclass(frozen=True)
class GapView:
    """One thing that is owed about a group or plan. Of a group `lacks` and `not_known` say what keeps it from being
    complete; of a plan `waiting` says that a version waits for a second person.
    """

    duty_id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    office_name: str
    officer_name: str | None
    rule_code: str
    state: str
    due_at: datetime
    lacks: tuple[str, ...]
    not_known: tuple[str, ...]
    waiting: bool


def gaps(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    office_path: str | None = None,
    kind: DutyKind | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[GapView]:
    """What is owed now within reach, the longest due first; of those under `office_path`. At most four statements."""
    kinds = (kind,) if kind else correction.KINDS
    statement = _gaps(actor, now, kinds).order_by(Duty.due_at, Duty.id).limit(limit + 1)
    if office_path:
        statement = statement.where(below(office_path))
    if place := instant_key(after):
        statement = statement.where(tuple_(Duty.due_at, Duty.id) > place)
    rows = connection.execute(statement).all()
    verdicts = _verdicts(connection, [row for row in rows if row.kind == DutyKind.CORRECTION_GROUP], now)
    waiting = _waiting(connection, [row.subject_id for row in rows if row.kind == DutyKind.CORRECTION_PLAN])
    views = [_view(actor, row, verdicts.get(row.subject_id, ((), ())), waiting) for row in rows]
    return page_of(views, limit, lambda row: [row.due_at.isoformat(), str(row.duty_id)])


def _gaps(actor: Actor, now: datetime, kinds: Sequence[DutyKind]) -> Select[*tuple[Any, ...]]:
    begun = or_(
        Duty.state.in_((DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED)),
        (Duty.state == DutyState.PLANNED) & (Duty.opens_at <= now),
    )
    return (
        select(
            *(Duty.id, Duty.subject_id, Duty.kind, Duty.rule_code, Duty.state, Duty.due_at),
            *(Subject.subject_no, Subject.name, Subject.sex, Subject.minor_regime, Subject.birth_date),
            *(Subject.office_id, Office.name.label("office_name"), User.name.label("officer_name")),
        )
        .join(Subject, Subject.id == Duty.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(User, User.id == Subject.officer_id)
        .where(Duty.kind.in_(kinds), begun, Duty.opens_at >= Subject.registered_at, subjects_of(actor))
        .where(Subject.status == "in_correction")
    )


def _verdicts(
    connection: Connection, rows: Sequence[Any], now: datetime
) -> dict[UUID, tuple[tuple[str, ...], tuple[str, ...]]]:
    if not rows:
        return {}
    members = correction.members_of(connection, [row.subject_id for row in rows])
    in_force = policies.in_force(connection, {row.office_id for row in rows}, at=now)
    found = {}
    for row in rows:
        rules = in_force[row.office_id].policy.correction
        person = Person(row.sex, row.minor_regime, row.birth_date)
        guardian = rules is not None and rules.guardian
        verdict = judge_group(person, members.get(row.subject_id, ()), guardian=guardian, at=now)
        lacks, unknown = (tuple(need.value for need in needs) for needs in (verdict.lacks, verdict.unknown))
        found[row.subject_id] = (lacks, unknown)
    return found


def _waiting(connection: Connection, subject_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Whose newest version waits for a decision."""
    if not subject_ids:
        return frozenset()
    newest = (
        select(CorrectionPlan.subject_id, CorrectionPlan.id)
        .where(CorrectionPlan.subject_id.in_(subject_ids))
        .ext(distinct_on(CorrectionPlan.subject_id))
        .order_by(CorrectionPlan.subject_id, CorrectionPlan.version.desc())
        .subquery()
    )
    undecided = select(newest.c.subject_id).where(
        ~select(PlanDecision.plan_id).where(PlanDecision.plan_id == newest.c.id).exists()
    )
    return frozenset(connection.execute(undecided).scalars())


def _view(
    actor: Actor, row: Any, verdict: tuple[tuple[str, ...], tuple[str, ...]], waiting: frozenset[UUID]
) -> GapView:
    state = DutyState.OPEN if row.state == DutyState.PLANNED else DutyState(row.state)
    is_group = row.kind == DutyKind.CORRECTION_GROUP
    return GapView(
        duty_id=row.id,
        subject_id=row.subject_id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        minor=row.minor_regime,
        office_id=row.office_id,
        office_name=row.office_name,
        officer_name=row.officer_name,
        rule_code=row.rule_code,
        state=state.value,
        due_at=row.due_at,
        lacks=verdict[0] if is_group else (),
        not_known=verdict[1] if is_group else (),
        waiting=not is_group and row.subject_id in waiting,
    )

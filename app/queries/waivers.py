"""Requests to let a duty go, with what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from app.models.duty import Duty
from app.models.office import Office, User
from app.models.policy import PolicyVersion
from app.models.subject import Subject
from app.models.waiver import Waiver
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.effects.waivers import WaiverState
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.waivers import CAN_WAIT
from app.rules.wording.duties import TITLES
from app.store.scope import subjects_of

DECIDER = User.__table__.alias("decider")


@dataclass(frozen=True)
class WaiverView:
    """One request. `open` while it waits for somebody and the duty was not done meanwhile. The words of people are
    sealed with the name.
    """

    id: UUID
    duty_id: UUID
    subject_id: UUID
    subject_name: str
    minor: bool
    office_name: str
    duty_title: str
    rule_code: str
    due_at: datetime
    duty_state: str
    kind: str
    state: str
    open: bool
    reason: str | None
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    answer: str | None


def waivers(
    connection: Connection,
    actor: Actor,
    *,
    state: str | None = None,
    duty_id: UUID | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[WaiverView]:
    """Requests about subjects within reach, the last asked first; those that wait only where the duty still does."""
    statement = _views(actor).order_by(Waiver.asked_at.desc(), Waiver.id.desc()).limit(limit + 1)
    if state:
        statement = statement.where(Waiver.state == state)
    if state == WaiverState.WAITING:
        statement = statement.where(Duty.state.in_(CAN_WAIT))
    if duty_id:
        statement = statement.where(Waiver.duty_id == duty_id)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Waiver.asked_at, Waiver.id) < tuple_(*key))
    rows = [_view(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.asked_at.isoformat(), str(row.id)])


def waiver(connection: Connection, actor: Actor, waiver_id: UUID) -> WaiverView:
    """One request; NotFound where its subject is not within reach."""
    row = connection.execute(_views(actor).where(Waiver.id == waiver_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row)


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    item = func.jsonb_extract_path_text(PolicyVersion.content, "items", Duty.rule_code, "title")
    return (
        select(
            Waiver.__table__,
            *(Subject.name, Subject.minor_regime, Subject.office_id, Office.name.label("office_name")),
            *(Duty.kind.label("duty_kind"), Duty.rule_code, Duty.due_at, Duty.state.label("duty_state")),
            *(item.label("title"), User.name.label("asked_by_name"), DECIDER.c.name.label("decided_by_name")),
        )
        .join(Duty, Duty.id == Waiver.duty_id)
        .join(PolicyVersion, PolicyVersion.id == Duty.policy_version_id)
        .join(Subject, Subject.id == Waiver.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .join(User, User.id == Waiver.asked_by)
        .outerjoin(DECIDER, DECIDER.c.id == Waiver.decided_by)
        .where(subjects_of(actor))
    )


def _view(actor: Actor, row: Row[Any]) -> WaiverView:
    named = Named(row.name, row.minor_regime, row.office_id)
    sealed = is_sealed(actor, named)
    return WaiverView(
        id=row.id,
        duty_id=row.duty_id,
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        office_name=row.office_name,
        duty_title=row.title or TITLES[row.duty_kind],
        rule_code=row.rule_code,
        due_at=row.due_at,
        duty_state=row.duty_state,
        kind=row.kind,
        state=row.state,
        open=row.state == WaiverState.WAITING and row.duty_state in CAN_WAIT,
        reason=None if sealed else row.reason,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        answer=None if sealed else row.answer,
    )

"""Alerts in the order in which somebody should look at them, and all that is known of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.models.alert import Alert
from app.models.office import Office, User
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.queries.told import sentence_of
from app.rules.alerts import CONDITION_WEIGHT, HANDLING_WEIGHT, KIND_WEIGHT, STEP_WEIGHT, STRENGTH_WEIGHT
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor, Condition, Handling
from app.rules.wording.alerts import KINDS
from app.store.scope import subjects_of

Acknowledger = aliased(User)
Closer = aliased(User)


@dataclass(frozen=True)
class AlertView:
    """One alert. `why` is a sentence that names the subject; `urgency` orders those that are not closed.

    `phone` is the subject's.
    """

    id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    phone: str | None
    office_id: UUID
    office_name: str
    kind: str
    title: str
    why: str
    about_kind: str
    about_id: UUID
    condition: str
    handling: str
    cause: str
    strength: str
    urgency: int
    opened_at: datetime
    event_at: datetime
    late: bool
    occurrences: int
    step: str | None
    next_step: str | None
    next_step_at: datetime | None
    recovered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_by_name: str | None
    closed_at: datetime | None
    closed_by: UUID | None
    closed_by_name: str | None
    close_reason: str | None
    close_result: str | None
    rule_code: str
    policy_version_id: UUID


def alerts(
    connection: Connection,
    actor: Actor,
    *,
    handling: Handling | None = None,
    condition: Condition | None = None,
    kind: str | None = None,
    subject_id: UUID | None = None,
    today: date | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[AlertView]:
    """Alerts within reach, the most urgent first and the older first among equals; closed ones, the last closed first.

    Without `handling` all that nobody has closed. With `today`, sentences call days near it 今天, 昨天 and 明天.
    """
    closed = handling is Handling.CLOSED
    statement = _alerts(actor).where(Alert.handling == handling if handling else Alert.handling != Handling.CLOSED)
    if condition:
        statement = statement.where(Alert.condition == condition)
    if kind:
        statement = statement.where(Alert.kind == kind)
    if subject_id:
        statement = statement.where(Alert.subject_id == subject_id)
    statement = _last_closed_first(statement, after) if closed else _most_urgent_first(statement, after)
    rows = [_view(actor, row, today) for row in connection.execute(statement.limit(limit + 1))]
    return page_of(rows, limit, _closed_key if closed else _urgent_key)


def alert(connection: Connection, actor: Actor, alert_id: UUID, *, today: date | None = None) -> AlertView:
    """One alert; NotFound where its subject is not within reach."""
    row = connection.execute(_alerts(actor).where(Alert.id == alert_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row, today)


def _alerts(actor: Actor) -> Select[Any]:
    return (
        select(
            Alert.__table__,
            weighed.label("urgency"),
            Subject.subject_no,
            Subject.name.label("subject_name"),
            Subject.minor_regime.label("minor"),
            Subject.phone,
            Subject.office_id.label("assigned_to"),
            Office.name.label("office_name"),
            Acknowledger.name.label("acknowledged_by_name"),
            Closer.name.label("closed_by_name"),
        )
        .join(Subject, Subject.id == Alert.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(Acknowledger, Acknowledger.id == Alert.acknowledged_by)
        .outerjoin(Closer, Closer.id == Alert.closed_by)
        .where(subjects_of(actor))
    )


def _weight(column: Any, weights: Mapping[Any, int]) -> ColumnElement[int]:
    """The weight of a column's value, as `rules.alerts.urgency` counts it."""
    return case({value.value: weight for value, weight in weights.items() if value is not None}, value=column, else_=0)


weighed: ColumnElement[int] = (
    _weight(Alert.kind, KIND_WEIGHT)
    + _weight(Alert.strength, STRENGTH_WEIGHT)
    + _weight(Alert.condition, CONDITION_WEIGHT)
    + _weight(Alert.handling, HANDLING_WEIGHT)
    + _weight(Alert.step, STEP_WEIGHT)
)


def _most_urgent_first(statement: Select[Any], after: Key | None) -> Select[Any]:
    if after is not None:
        urgency, place = _urgent_place(after)
        statement = statement.where(
            or_(weighed < urgency, and_(weighed == urgency, tuple_(Alert.opened_at, Alert.id) > tuple_(*place)))
        )
    return statement.order_by(weighed.desc(), Alert.opened_at, Alert.id)


def _urgent_place(after: Key) -> tuple[int, tuple[datetime, UUID]]:
    """Where the next page begins; Refused `bad_cursor` for a cursor of another list."""
    place = instant_key(after[1:])
    if place is None or not after[0].lstrip("-").isdecimal() or len(after[0]) > len("-99999"):
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"})
    return int(after[0]), place


def _last_closed_first(statement: Select[Any], after: Key | None) -> Select[Any]:
    if (place := instant_key(after)) is not None:
        statement = statement.where(tuple_(Alert.closed_at, Alert.id) < tuple_(*place))
    return statement.order_by(Alert.closed_at.desc(), Alert.id.desc())


def _urgent_key(view: AlertView) -> Key:
    return [str(view.urgency), view.opened_at.isoformat(), str(view.id)]


def _closed_key(view: AlertView) -> Key:
    return [view.closed_at.isoformat() if view.closed_at else "", str(view.id)]


def _view(actor: Actor, row: Row[Any], today: date | None) -> AlertView:
    name = shown_name(actor, Named(row.subject_name, row.minor, row.assigned_to))
    given = row._asdict()
    values = {field: given[field] for field in AlertView.__dataclass_fields__ if field in given}
    values |= {
        "subject_name": name,
        "office_id": row.assigned_to,
        "title": KINDS[row.kind],
        "why": f"{name}:{sentence_of(row.why, today=today) or KINDS[row.kind]}",
    }
    return AlertView(**values)

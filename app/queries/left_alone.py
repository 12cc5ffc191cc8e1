"""Alerts that go on and that nobody has taken on for a day: for supervisors, by office."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.alert import Alert
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.rules.facts import Actor, Condition, Handling
from app.rules.wording.alerts import KINDS
from app.store.scope import subjects_of

LOOKED_AT_WITHIN = timedelta(hours=24)
"""An officer looks at what is open once a day. An assumption: no text says how often."""
MOST = 50


@dataclass(frozen=True)
class LeftAlone:
    """One alert that nobody has taken on; `office_name` is whose it is."""

    alert_id: UUID
    office_id: UUID
    office_name: str
    subject_id: UUID
    subject_name: str
    title: str
    opened_at: datetime


def left_alone(connection: Connection, actor: Actor, *, now: datetime) -> tuple[LeftAlone, ...]:
    """The actor's alerts that go on and were raised more than a day ago, the oldest first. One statement."""
    rows = connection.execute(
        select(
            Alert.id,
            Alert.office_id,
            Office.name.label("office_name"),
            Alert.subject_id,
            Subject.name,
            Subject.minor_regime,
            Subject.office_id.label("assigned_to"),
            Alert.kind,
            Alert.opened_at,
        )
        .join(Subject, Subject.id == Alert.subject_id)
        .join(Office, Office.id == Alert.office_id)
        .where(
            subjects_of(actor),
            Alert.handling == Handling.OPEN,
            Alert.condition == Condition.ACTIVE,
            Alert.opened_at <= now - LOOKED_AT_WITHIN,
        )
        .order_by(Alert.opened_at, Alert.id)
        .limit(MOST)
    )
    return tuple(
        LeftAlone(
            alert_id=row.id,
            office_id=row.office_id,
            office_name=row.office_name,
            subject_id=row.subject_id,
            subject_name=shown_name(actor, Named(row.name, row.minor_regime, row.assigned_to)),
            title=KINDS[row.kind],
            opened_at=row.opened_at,
        )
        for row in rows
    )

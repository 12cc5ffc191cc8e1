"""What happened to one alert: occurrences with their evidence, steps taken, who did what, how far notices got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, case, select

from app.models.alert import Alert, AlertEvent, AlertOccurrence, AlertStep
from app.models.notice import Delivery, Notice
from app.models.office import User
from app.models.place import PlaceEpisode
from app.models.subject import Subject
from app.queries.told import sentence_of
from app.rules.facts import Actor, LadderStep
from app.store.scope import subjects_of


@dataclass(frozen=True)
class OccurrenceView:
    """One occurrence; `evidence` as it stood when it was raised.

    Of one about a place: how many fixes were beyond the bound by now, and when the last of them was measured.
    """

    n: int
    event_at: datetime
    recorded_at: datetime
    recovered_at: datetime | None
    late: bool
    cause: str
    strength: str
    why: str
    evidence: Mapping[str, Any]
    fixes: int | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True)
class StepView:
    """One step of the ladder that was taken, and why."""

    occurrence: int
    step: str
    taken_at: datetime
    why: str


@dataclass(frozen=True)
class EventView:
    """One thing that happened. `actor_name` is empty where the service did it."""

    at: datetime
    what: str
    occurrence: int
    event_at: datetime
    late: bool
    cause: str
    strength: str
    why: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None


@dataclass(frozen=True)
class DeliveryView:
    """How far one notice about the alert got on one way; no address, no error."""

    step: str
    recipient_id: UUID
    recipient_name: str | None
    channel: str
    state: str
    created_at: datetime
    settled_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True)
class AlertHistory:
    """All of it, each in order of time."""

    occurrences: tuple[OccurrenceView, ...]
    steps: tuple[StepView, ...]
    events: tuple[EventView, ...]
    deliveries: tuple[DeliveryView, ...]


def alert_history(connection: Connection, actor: Actor, alert_id: UUID, *, today: date | None = None) -> AlertHistory:
    """What happened to one alert; empty where its subject is not within reach. `today` as in `queries.alerts`."""
    within = (
        select(Alert.id)
        .join(Subject, Subject.id == Alert.subject_id)
        .where(Alert.id == alert_id, subjects_of(actor))
        .scalar_subquery()
    )
    return AlertHistory(
        _occurrences(connection, within, today),
        _steps(connection, within, today),
        _events(connection, within, today),
        _deliveries(connection, within),
    )


def _occurrences(connection: Connection, alert_id: Any, today: date | None) -> tuple[OccurrenceView, ...]:
    columns = [column for column in AlertOccurrence.__table__.c if column.name in OccurrenceView.__dataclass_fields__]
    statement = (
        select(*columns, PlaceEpisode.fixes, PlaceEpisode.last_seen_at)
        .outerjoin(
            PlaceEpisode,
            (AlertOccurrence.source_kind == "place_episode") & (PlaceEpisode.id == AlertOccurrence.source_id),
        )
        .where(AlertOccurrence.alert_id == alert_id)
        .order_by(AlertOccurrence.n)
    )
    rows = connection.execute(statement).mappings()
    return tuple(OccurrenceView(**{**row, "why": sentence_of(row["why"], today=today) or ""}) for row in rows)


def _steps(connection: Connection, alert_id: Any, today: date | None) -> tuple[StepView, ...]:
    height = case({step.value: n for n, step in enumerate(LadderStep)}, value=AlertStep.step)
    statement = (
        select(AlertStep.occurrence, AlertStep.step, AlertStep.taken_at, AlertStep.reason)
        .where(AlertStep.alert_id == alert_id)
        .order_by(AlertStep.taken_at, AlertStep.occurrence, height)
    )
    rows = connection.execute(statement)
    return tuple(
        StepView(row.occurrence, row.step, row.taken_at, sentence_of(row.reason, today=today) or "") for row in rows
    )


def _events(connection: Connection, alert_id: Any, today: date | None) -> tuple[EventView, ...]:
    statement = (
        select(AlertEvent.__table__, User.name.label("actor_name"))
        .outerjoin(User, User.id == AlertEvent.actor_id)
        .where(AlertEvent.alert_id == alert_id)
        .order_by(AlertEvent.id)
    )
    return tuple(
        EventView(
            row.at,
            row.what,
            row.occurrence,
            row.event_at,
            row.late,
            row.cause,
            row.strength,
            sentence_of(row.reason, today=today) or "",
            row.actor_kind,
            row.actor_id,
            row.actor_name,
        )
        for row in connection.execute(statement)
    )


def _deliveries(connection: Connection, alert_id: Any) -> tuple[DeliveryView, ...]:
    statement = (
        select(
            Notice.step,
            Notice.recipient_id,
            User.name.label("recipient_name"),
            Delivery.channel,
            Delivery.state,
            Notice.created_at,
            Delivery.settled_at,
            Notice.read_at,
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(User, User.id == Notice.recipient_id)
        .where(Notice.about_kind == "alert", Notice.about_id == alert_id)
        .order_by(Notice.seq, Delivery.channel, Delivery.id)
    )
    return tuple(DeliveryView(**row) for row in connection.execute(statement).mappings())

"""What people do about alerts, on disk: acknowledged and closed, each with its event."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.alert import Alert, AlertOccurrence
from app.models.subject import Subject, SubjectState
from app.rules.alerts import AlertFacts
from app.rules.effects import AcknowledgeAlert, CloseAlert
from app.rules.errors import NotFound
from app.rules.facts import Actor, AlertKind, Handling
from app.store import states
from app.store.arrays import as_json
from app.store.scope import subjects_of

HANDLE = text(
    """
    WITH moved AS (
        UPDATE alerts SET handling = :handling, next_step = NULL, next_step_at = NULL,
            acknowledged_at = CASE WHEN :handling = 'acknowledged' THEN :at ELSE acknowledged_at END,
            acknowledged_by = CASE WHEN :handling = 'acknowledged' THEN :actor_id ELSE acknowledged_by END,
            closed_at = CASE WHEN :handling = 'closed' THEN CAST(:at AS timestamptz) END,
            closed_by = CASE WHEN :handling = 'closed' THEN CAST(:actor_id AS uuid) END,
            close_reason = :close_reason, close_result = :close_result
        WHERE id = :alert_id
        RETURNING id, occurrences, event_at, late, cause, strength
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength,
                              actor_kind, actor_id, reason)
    SELECT id, :at, :handling, occurrences, event_at, late, cause, strength, :actor_kind, :actor_id,
           CAST(:reason AS jsonb)
    FROM moved
    """
)


TOLD_AS_LEFT = (
    select(AlertOccurrence.alert_id)
    .where(
        AlertOccurrence.source_kind == "alert",
        AlertOccurrence.source_id == Alert.id,
        AlertOccurrence.recovered_at.is_(None),
    )
    .exists()
)


def facts(tx: Connection, actor: Actor, alert_id: UUID) -> AlertFacts:
    """One alert within the actor's reach, under its subject's lock; NotFound for any other."""
    found = (
        select(Alert.subject_id)
        .join(Subject, Subject.id == Alert.subject_id)
        .where(Alert.id == alert_id, subjects_of(actor))
    )
    subject_id = tx.execute(found).scalar_one_or_none()
    if subject_id is None:
        raise NotFound("not_found")
    states.lock(tx, [subject_id])
    row = tx.execute(
        select(
            *(Alert.kind, Alert.handling, Alert.acknowledged_by, SubjectState.silent, SubjectState.heard_again_at),
            TOLD_AS_LEFT.label("told_as_left"),
        )
        .outerjoin(SubjectState, SubjectState.subject_id == Alert.subject_id)
        .where(Alert.id == alert_id)
    ).one()
    return AlertFacts(
        alert_id=alert_id,
        subject_id=subject_id,
        kind=AlertKind(row.kind),
        handling=Handling(row.handling),
        acknowledged_by=row.acknowledged_by,
        silent=bool(row.silent) and row.heard_again_at is None,
        left_since_told=row.told_as_left,
    )


def acknowledge(tx: Connection, effects: Sequence[AcknowledgeAlert]) -> None:
    """A person took these on; their ladders stop."""
    for effect in effects:
        _handle(tx, effect, "acknowledged", None, None, {"code": "acknowledged", "params": {}})


def close(tx: Connection, effects: Sequence[CloseAlert]) -> None:
    """A person closed these with reason and result."""
    for effect in effects:
        reason = {"code": "closed", "params": {"reason": effect.reason.value}}
        _handle(tx, effect, "closed", effect.reason, effect.result, reason)


def _handle(
    tx: Connection,
    effect: AcknowledgeAlert | CloseAlert,
    handling: str,
    close_reason: str | None,
    close_result: str | None,
    reason: dict[str, Any],
) -> None:
    tx.execute(
        HANDLE,
        {
            "alert_id": effect.alert_id,
            "handling": handling,
            "at": effect.at,
            "actor_kind": effect.actor.kind,
            "actor_id": effect.actor.id,
            "close_reason": close_reason,
            "close_result": close_result,
            "reason": as_json([reason])[1:-1],
        },
    )

"""Alerts on disk: raised, counted, recovered, climbed, acknowledged, closed; each with its event."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, text

from app.rules.effects import AcknowledgeAlert, CloseAlert, RaiseAlert, RecoverAlert, TakeStep
from app.store.arrays import as_json

ALERTS = uuid5(NAMESPACE_URL, "zhifang:alert")

OPEN = text(
    """
    INSERT INTO alerts (id, subject_id, office_id, kind, about_kind, about_id, condition, handling, cause, strength,
                        why, rule_code, policy_version_id, opened_at, event_at, late, occurrences)
    SELECT r.id, r.subject_id, r.office_id, r.kind, r.about_kind, r.about_id, 'active', 'open', r.cause, r.strength,
           r.why, r.rule_code, r.policy_version_id, r.at, r.event_at, r.late, 0
    FROM jsonb_to_recordset(CAST(:raised AS jsonb)) AS r(
        id uuid, subject_id uuid, office_id uuid, kind text, about_kind text, about_id uuid, cause text, strength text,
        why jsonb, rule_code text, policy_version_id uuid, at timestamptz, event_at timestamptz, late boolean,
        source_kind text, source_id uuid)
    WHERE NOT EXISTS (SELECT FROM alert_occurrences o
                      WHERE (o.source_kind, o.source_id, o.event_at) = (r.source_kind, r.source_id, r.event_at))
    ON CONFLICT (subject_id, kind, about_kind, about_id) WHERE handling <> 'closed' DO NOTHING
    """
)

COUNT = text(
    """
    WITH raised AS (
        SELECT r.*, a.id AS alert_id, a.occurrences + 1 AS occurrence
        FROM jsonb_to_recordset(CAST(:raised AS jsonb)) AS r(
            subject_id uuid, kind text, about_kind text, about_id uuid, cause text, strength text, why jsonb,
            at timestamptz, event_at timestamptz, late boolean, source_kind text, source_id uuid, evidence jsonb)
        JOIN alerts a ON a.subject_id = r.subject_id AND a.kind = r.kind AND a.about_kind = r.about_kind
                     AND a.about_id = r.about_id AND a.handling <> 'closed'
    ), episode AS (
        INSERT INTO alert_occurrences (alert_id, n, event_at, recorded_at, late, cause, strength, why,
                                       source_kind, source_id, evidence)
        SELECT alert_id, occurrence, event_at, at, late, cause, strength, why, source_kind, source_id, evidence
        FROM raised
        ON CONFLICT (source_kind, source_id, event_at) DO NOTHING
        RETURNING alert_id, n, event_at, recorded_at, late, cause, strength, why
    ), counted AS (
        UPDATE alerts a SET occurrences = e.n, condition = 'active', recovered_at = NULL, event_at = e.event_at,
               late = e.late, cause = e.cause, strength = e.strength, why = e.why,
               next_step = 'office', next_step_at = e.recorded_at
        FROM episode e WHERE a.id = e.alert_id
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT alert_id, recorded_at, CASE WHEN n = 1 THEN 'opened' ELSE 'counted' END, n, event_at, late, cause, strength,
           'job', why
    FROM episode ORDER BY event_at, alert_id
    """
)

RECOVER = text(
    """
    WITH episode AS (
        UPDATE alert_occurrences o SET recovered_at = :recovered_at, cause = coalesce(:cause, o.cause)
        FROM alerts a
        WHERE a.id = o.alert_id AND a.subject_id = :subject_id AND a.kind = :kind AND a.about_kind = :about_kind
          AND a.about_id = :about_id AND a.handling <> 'closed' AND o.recovered_at IS NULL
          AND (CAST(:source_id AS uuid) IS NULL OR o.source_id = :source_id)
        RETURNING o.alert_id, o.n
    ), still AS (
        SELECT e.alert_id, max(e.n) AS n,
               EXISTS (SELECT FROM alert_occurrences o WHERE o.alert_id = e.alert_id AND o.recovered_at IS NULL
                       AND o.n NOT IN (SELECT n FROM episode x WHERE x.alert_id = e.alert_id)) AS active
        FROM episode e GROUP BY e.alert_id
    ), moved AS (
        UPDATE alerts a SET
            condition = CASE WHEN s.active THEN 'active' ELSE 'recovered' END,
            recovered_at = CASE WHEN s.active THEN NULL ELSE CAST(:recovered_at AS timestamptz) END,
            cause = coalesce(:cause, a.cause),
            next_step = CASE WHEN s.active THEN a.next_step END,
            next_step_at = CASE WHEN s.active THEN a.next_step_at END
        FROM still s WHERE a.id = s.alert_id
        RETURNING a.id, a.occurrences, a.event_at, a.late, a.cause, a.strength, a.condition
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT m.id, :at, CASE WHEN m.condition = 'recovered' THEN 'recovered' ELSE 'eased' END, s.n, m.event_at, m.late,
           m.cause, m.strength, 'job', CAST(:reason AS jsonb)
    FROM moved m JOIN still s ON s.alert_id = m.id
    """
)

STEP = text(
    """
    WITH taken AS (
        INSERT INTO alert_steps (alert_id, occurrence, step, taken_at, reason)
        VALUES (:alert_id, :occurrence, :step, :at, CAST(:reason AS jsonb)) ON CONFLICT DO NOTHING RETURNING alert_id
    ), moved AS (
        UPDATE alerts SET step = :step, next_step = :next_step, next_step_at = :next_at WHERE id = :alert_id
        RETURNING id, event_at, late, cause, strength
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT m.id, :at, 'escalated', :occurrence, m.event_at, m.late, m.cause, m.strength, 'job', CAST(:reason AS jsonb)
    FROM moved m JOIN taken t ON t.alert_id = m.id WHERE CAST(:step AS text) <> 'office'
    """
)

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


def raise_(tx: Connection, effects: Sequence[RaiseAlert]) -> None:
    """Open alerts or count a new occurrence; an occurrence whose source is known already changes nothing.

    The ladder's first step falls due at once, in the same row: a notice cannot be lost between two transactions.
    """
    rest = list(effects)
    while rest:
        batch: list[RaiseAlert] = []
        later: list[RaiseAlert] = []
        keys = set()
        for effect in rest:
            key = (effect.subject_id, effect.kind, effect.about)
            (later if key in keys else batch).append(effect)
            keys.add(key)
        raised = as_json([_raised_row(effect) for effect in batch])
        tx.execute(OPEN, {"raised": raised})
        tx.execute(COUNT, {"raised": raised})
        rest = later


def alert_id(effect: RaiseAlert) -> UUID:
    """The id of an alert that this effect would open: the same effect gives the same id."""
    parts = (effect.subject_id, effect.kind, effect.about.id, effect.source.id, effect.event_at.isoformat())
    return uuid5(ALERTS, "|".join(map(str, parts)))


def _raised_row(effect: RaiseAlert) -> dict[str, Any]:
    return {
        "id": alert_id(effect),
        "subject_id": effect.subject_id,
        "office_id": effect.office_id,
        "kind": effect.kind,
        "about_kind": effect.about.kind,
        "about_id": effect.about.id,
        "cause": effect.cause,
        "strength": effect.strength,
        "why": effect.why.as_json(),
        "rule_code": effect.rule_code,
        "policy_version_id": effect.policy_version_id,
        "at": effect.at,
        "event_at": effect.event_at,
        "late": effect.late,
        "source_kind": effect.source.kind,
        "source_id": effect.source.id,
        "evidence": dict(effect.evidence),
    }


def recover(tx: Connection, effects: Sequence[RecoverAlert]) -> None:
    """Note that episodes are over; the alert itself stays until a person closes it, but its ladder stops."""
    for effect in effects:
        tx.execute(
            RECOVER,
            {
                "subject_id": effect.subject_id,
                "kind": effect.kind,
                "about_kind": effect.about.kind,
                "about_id": effect.about.id,
                "source_id": effect.source.id if effect.source else None,
                "recovered_at": effect.recovered_at,
                "at": effect.at,
                "cause": effect.cause,
                "reason": as_json([effect.reason.as_json()])[1:-1],
            },
        )


def take_step(tx: Connection, effects: Sequence[TakeStep]) -> None:
    """Take steps of the ladder; each is taken once for an occurrence."""
    for effect in effects:
        tx.execute(
            STEP,
            {
                "alert_id": effect.alert_id,
                "occurrence": effect.occurrence,
                "step": effect.step,
                "at": effect.at,
                "next_step": effect.next_step,
                "next_at": effect.next_at,
                "reason": as_json([effect.reason.as_json()])[1:-1],
            },
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

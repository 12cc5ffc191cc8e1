"""Alerts on disk: raised, counted, recovered, climbed; each with its event. What people do is in `handling`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, text

from app.rules.effects import MoveLadder, RaiseAlert, RecoverAlert, TakeStep
from app.store.arrays import as_json

ALERTS = uuid5(NAMESPACE_URL, "zhifang:alert")

# Whoever raises holds the subject's lock: between the look at what is known and the insert nothing can come.
RAISE = text(
    """
    WITH raised AS MATERIALIZED (
        SELECT r.* FROM jsonb_to_recordset(CAST(:raised AS jsonb)) AS r(
            id uuid, subject_id uuid, office_id uuid, kind text, about_kind text, about_id uuid, cause text,
            strength text, why jsonb, rule_code text, policy_version_id uuid, at timestamptz, event_at timestamptz,
            late boolean, source_kind text, source_id uuid, evidence jsonb)
        WHERE NOT EXISTS (SELECT FROM alert_occurrences o
                          WHERE (o.source_kind, o.source_id, o.event_at) = (r.source_kind, r.source_id, r.event_at))
    ), counted AS (
        INSERT INTO alerts AS a (id, subject_id, office_id, kind, about_kind, about_id, condition, handling, cause,
                                 strength, why, rule_code, policy_version_id, opened_at, event_at, late, occurrences,
                                 next_step, next_step_at)
        SELECT id, subject_id, office_id, kind, about_kind, about_id, 'active', 'open', cause,
               strength, why, rule_code, policy_version_id, at, event_at, late, 1, 'office', at
        FROM raised
        ON CONFLICT (subject_id, kind, about_kind, about_id) WHERE handling <> 'closed' DO UPDATE SET
            occurrences = a.occurrences + 1, condition = 'active', recovered_at = NULL, event_at = excluded.event_at,
            late = excluded.late, cause = excluded.cause, strength = excluded.strength, why = excluded.why,
            next_step = excluded.next_step, next_step_at = excluded.next_step_at
        RETURNING a.id, a.subject_id, a.kind, a.about_kind, a.about_id, a.occurrences
    ), episode AS MATERIALIZED (
        SELECT c.id AS alert_id, c.occurrences AS n, r.*
        FROM raised r JOIN counted c USING (subject_id, kind, about_kind, about_id)
    ), kept AS (
        INSERT INTO alert_occurrences (alert_id, n, event_at, recorded_at, late, cause, strength, why,
                                       source_kind, source_id, evidence)
        SELECT alert_id, n, event_at, at, late, cause, strength, why, source_kind, source_id, evidence FROM episode
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT alert_id, at, CASE WHEN n = 1 THEN 'opened' ELSE 'counted' END, n, event_at, late, cause, strength,
           'job', why
    FROM episode ORDER BY event_at, alert_id
    """
)

RECOVER = text(
    """
    WITH found AS (
        SELECT o.alert_id, o.n, o.event_at, o.late, o.strength, o.recovered_at IS NOT NULL AS was_over
        FROM alert_occurrences o JOIN alerts a ON a.id = o.alert_id
        WHERE a.subject_id = :subject_id AND a.kind = :kind AND a.about_kind = :about_kind AND a.about_id = :about_id
          AND CASE WHEN CAST(:source_id AS uuid) IS NULL THEN o.recovered_at IS NULL AND o.event_at <= :recovered_at
              ELSE o.source_id = :source_id
                   AND (o.recovered_at IS NULL OR o.recovered_at > :recovered_at OR o.cause <> :cause) END
    ), episode AS (
        UPDATE alert_occurrences o SET recovered_at = least(o.recovered_at, :recovered_at),
               cause = coalesce(:cause, o.cause)
        FROM found f WHERE o.alert_id = f.alert_id AND o.n = f.n
        RETURNING o.alert_id, o.n, o.recovered_at, o.cause, f.event_at, f.late, f.strength, f.was_over
    ), last AS (
        SELECT DISTINCT ON (alert_id) *, bool_and(was_over) OVER (PARTITION BY alert_id) AS all_were_over
        FROM episode ORDER BY alert_id, n DESC
    ), every AS (
        SELECT o.alert_id, bool_or(e.n IS NULL AND o.recovered_at IS NULL) AS active,
               max(CASE WHEN e.n IS NULL THEN o.recovered_at ELSE e.recovered_at END) AS recovered_at,
               (array_agg(coalesce(e.cause, o.cause) ORDER BY o.n DESC))[1] AS cause
        FROM last l JOIN alert_occurrences o ON o.alert_id = l.alert_id
        LEFT JOIN episode e ON e.alert_id = o.alert_id AND e.n = o.n
        GROUP BY o.alert_id
    ), moved AS (
        UPDATE alerts a SET
            condition = CASE WHEN s.active THEN 'active' ELSE 'recovered' END,
            recovered_at = CASE WHEN s.active THEN NULL ELSE s.recovered_at END,
            cause = s.cause,
            next_step = CASE WHEN s.active OR a.next_step = 'office' AND a.next_step_at <= :at
                        THEN a.next_step END,
            next_step_at = CASE WHEN s.active OR a.next_step = 'office' AND a.next_step_at <= :at
                           THEN a.next_step_at END
        FROM every s WHERE a.id = s.alert_id
        RETURNING a.id, a.condition
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT m.id, :at,
           CASE WHEN l.all_were_over THEN 'corrected' WHEN m.condition = 'recovered' THEN 'recovered' ELSE 'eased' END,
           l.n, l.event_at, l.late, l.cause, l.strength, 'job', CAST(:reason AS jsonb)
    FROM moved m JOIN last l ON l.alert_id = m.id
    """
)

STEP = text(
    """
    WITH step AS (
        SELECT * FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS s(
            n integer, alert_id uuid, occurrence integer, step text, at timestamptz, reason jsonb,
            next_step text, next_at timestamptz)
    ), taken AS (
        INSERT INTO alert_steps (alert_id, occurrence, step, taken_at, reason)
        SELECT alert_id, occurrence, step, at, reason FROM step ON CONFLICT DO NOTHING
        RETURNING alert_id, occurrence, step
    ), last AS (
        SELECT DISTINCT ON (alert_id) * FROM step ORDER BY alert_id, n DESC
    ), moved AS (
        UPDATE alerts a SET step = l.step, next_step = l.next_step, next_step_at = l.next_at
        FROM last l WHERE a.id = l.alert_id
        RETURNING a.id, a.event_at, a.late, a.cause, a.strength
    )
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT m.id, s.at, 'escalated', s.occurrence, m.event_at, m.late, m.cause, m.strength, 'job', s.reason
    FROM step s JOIN taken USING (alert_id, occurrence, step) JOIN moved m ON m.id = s.alert_id
    WHERE s.step <> 'office'
    ORDER BY s.n
    """
)

MOVE = text(
    """
    UPDATE alerts a SET next_step = m.next_step, next_step_at = m.next_at
    FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS m(alert_id uuid, next_step text, next_at timestamptz)
    WHERE a.id = m.alert_id
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
        tx.execute(RAISE, {"raised": as_json([_raised_row(effect) for effect in batch])})
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
        "evidence": {name: _kept(value) for name, value in effect.evidence.items()},
    }


def _kept(value: object) -> object:
    """Times within the evidence are kept as Python writes them, `+00:00` and not `Z`."""
    return value.isoformat() if isinstance(value, datetime) else value


def recover(tx: Connection, effects: Sequence[RecoverAlert]) -> None:
    """Note that episodes are over; the alert itself stays until a person closes it, but its ladder stops.

    Without a source all episodes that began by then are over. Evidence about one source also corrects, by an event of
    its own, the end and the cause of an episode that was over already: what arrives first is chance. The office is
    told of an episode once, even if it was over before anybody could be told. A closed alert is noted to be over as
    well, and stays closed.
    """
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
    """Take steps of the ladder, any number in one statement; each is taken once for an occurrence."""
    tx.execute(STEP, {"steps": as_json([_step_row(n, effect) for n, effect in enumerate(effects)])})


def _step_row(n: int, effect: TakeStep) -> dict[str, Any]:
    return {
        "n": n,
        "alert_id": effect.alert_id,
        "occurrence": effect.occurrence,
        "step": effect.step,
        "at": effect.at,
        "reason": effect.reason.as_json(),
        "next_step": effect.next_step,
        "next_at": effect.next_at,
    }


def move_ladder(tx: Connection, effects: Sequence[MoveLadder]) -> None:
    """Set which step comes next and when, or that none does."""
    moves = [{"alert_id": e.alert_id, "next_step": e.next_step, "next_at": e.next_at} for e in effects]
    tx.execute(MOVE, {"moves": as_json(moves)})

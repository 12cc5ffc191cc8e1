"""Duties on disk: planned, cancelled, changed, postponed, reminded; each change with its event."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, delete, insert, select, text, update

from app.models.duty import Duty, DutyEvent
from app.models.leave import LeaveRequest
from app.models.position import CollectionPower
from app.models.subject import Subject
from app.rules.duties import WaiveFacts
from app.rules.effects import CancelPlanned, ChangeDuty, MarkReminded, MovePlan, PlanDuty, PostponeJudgment
from app.rules.errors import NotFound
from app.rules.facts import About, Actor, DutyKind, DutyState, Reason
from app.store import states
from app.store.arrays import as_json
from app.store.scope import subjects_of

NOBODY = UUID(int=0)


PLAN = text(
    """
    WITH plan AS (
        SELECT * FROM jsonb_to_recordset(CAST(:planned AS jsonb)) AS p(
            n integer, id uuid, subject_id uuid, kind text, obligor text, rule_code text, slot_start timestamptz,
            opens_at timestamptz, due_at timestamptz, grace_until timestamptz, judge_at timestamptz,
            remind_at timestamptz, random boolean, office_id uuid, policy_version_id uuid, at timestamptz,
            covered_until timestamptz, why jsonb, occasion_id uuid)
    ), fallen AS (
        SELECT d.id, p.n, p.at FROM plan p
        JOIN duties d USING (subject_id, rule_code, slot_start) WHERE d.state = 'cancelled'
    ), written AS (
        INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until,
                            judge_at, remind_at, random, state, office_id, policy_version_id, created_at, why,
                            occasion_id)
        SELECT id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until,
               judge_at, remind_at, random, 'planned', office_id, policy_version_id, at, why, occasion_id
        FROM plan ORDER BY n
        ON CONFLICT (subject_id, rule_code, slot_start) DO UPDATE SET
            obligor = excluded.obligor, opens_at = excluded.opens_at, due_at = excluded.due_at,
            grace_until = excluded.grace_until, judge_at = excluded.judge_at, remind_at = excluded.remind_at,
            reminded_at = NULL, random = excluded.random, office_id = excluded.office_id,
            policy_version_id = excluded.policy_version_id, state = excluded.state, created_at = excluded.created_at,
            why = excluded.why, occasion_id = excluded.occasion_id
        WHERE duties.state = 'cancelled'
        RETURNING id
    ), told AS (
        INSERT INTO duty_events (duty_id, at, from_state, to_state, reason, actor_kind)
        SELECT id, at, 'cancelled', 'planned', CAST(:again AS jsonb), 'job' FROM fallen ORDER BY n
    )
    INSERT INTO collection_powers (id, subject_id, kind, covers, phone)
    SELECT p.id, p.subject_id, 'check', tstzrange(p.opens_at, p.covered_until, '[)'), true
    FROM plan p JOIN written w ON w.id = p.id
    WHERE p.covered_until IS NOT NULL ORDER BY p.n
    ON CONFLICT (id) DO UPDATE SET covers = excluded.covers
    """
)


def _moved(table: str, key: str, column: str) -> TextClause:
    """The statement that sets one column of time in any number of rows."""
    return text(
        f"UPDATE {table} t SET {column} = r.at"  # noqa: S608  (constants of this file)
        f" FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, at timestamptz) WHERE t.{key} = r.id"
    )


MOVE_PLAN = _moved("subject_states", "subject_id", "planned_until")
POSTPONE = _moved("duties", "id", "judge_at")
REMINDED = _moved("duties", "id", "reminded_at")


def _move(tx: Connection, statement: TextClause, at: Mapping[UUID, datetime | None]) -> None:
    tx.execute(statement, {"rows": as_json([{"id": key, "at": moment} for key, moment in at.items()])})


def plan(tx: Connection, effects: Sequence[PlanDuty]) -> None:
    """Write planned duties and the powers to collect in their windows: one statement for any number.

    What is planned already stays as it is. A slot that was cancelled and is planned again comes back, by an event of
    its own and as the new plan has it: whatever was planned before, and when, says nothing of it any more.
    """
    planned = as_json([_planned_row(n, effect) for n, effect in enumerate(effects)])
    tx.execute(PLAN, {"planned": planned, "again": json.dumps(Reason("planned_again").as_json())})


def _planned_row(n: int, effect: PlanDuty) -> dict[str, Any]:
    return {
        "n": n,
        "id": effect.id,
        "subject_id": effect.subject_id,
        "kind": effect.kind,
        "obligor": effect.obligor,
        "rule_code": effect.rule_code,
        "slot_start": effect.slot_start,
        "opens_at": effect.opens_at,
        "due_at": effect.due_at,
        "grace_until": effect.grace_until,
        "judge_at": effect.judge_at,
        "remind_at": effect.remind_at,
        "random": effect.random,
        "office_id": effect.office_id,
        "policy_version_id": effect.policy_version_id,
        "at": effect.at,
        "covered_until": effect.covered_until,
        "why": effect.why.as_json() if effect.why else None,
        "occasion_id": effect.occasion_id,
    }


def move_plan(tx: Connection, effects: Sequence[MovePlan]) -> None:
    """Remember up to when each subject's duties are planned; None takes the subject out of planning."""
    _move(tx, MOVE_PLAN, {effect.subject_id: effect.planned_until for effect in effects})


def cancel_planned(tx: Connection, effects: Sequence[CancelPlanned]) -> None:
    """Planned duties fall away, and with them the powers that they would have carried.

    Subjects for whom the same is cancelled for the same reason are written together: a new policy touches a county.
    """
    alike: dict[CancelPlanned, list[UUID]] = defaultdict(list)
    for effect in effects:
        alike[replace(effect, subject_id=NOBODY)].append(effect.subject_id)
    for effect, subject_ids in alike.items():
        cancelled = sorted(
            tx.execute(
                update(Duty)
                .where(
                    Duty.subject_id.in_(subject_ids),
                    Duty.state == DutyState.PLANNED,
                    Duty.opens_at >= effect.since,
                    Duty.kind.in_(effect.kinds),
                    *([Duty.occasion_id.is_(None)] if effect.keep_occasions else []),
                )
                .values(state=DutyState.CANCELLED)
                .returning(Duty.id)
            ).scalars()
        )
        if cancelled:
            tx.execute(delete(CollectionPower).where(CollectionPower.id.in_(cancelled)))
            tx.execute(insert(DutyEvent), [_cancel_event(effect, duty_id) for duty_id in cancelled])


def _cancel_event(effect: CancelPlanned, duty_id: UUID) -> dict[str, Any]:
    return {
        "duty_id": duty_id,
        "at": effect.at,
        "from_state": DutyState.PLANNED,
        "to_state": DutyState.CANCELLED,
        "reason": effect.reason.as_json(),
        "actor_kind": effect.actor.kind,
        "actor_id": effect.actor.id,
    }


CHANGE = text(
    """
    WITH change AS (
        SELECT * FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS c(
            n integer, duty_id uuid, state text, at timestamptz, effective_at timestamptz, reason jsonb,
            actor_kind text, actor_id uuid, evidence_kind text, evidence_id uuid, note text,
            office_id uuid, policy_version_id uuid)
    ), old AS (
        SELECT d.id, d.state FROM duties d JOIN change c ON c.duty_id = d.id WHERE d.state <> c.state
    ), moved AS (
        UPDATE duties d SET
            state = c.state,
            fulfilled_at = CASE WHEN c.state IN ('fulfilled', 'late')
                           THEN coalesce(c.effective_at, c.at) ELSE d.fulfilled_at END,
            missed_at = CASE WHEN c.state = 'missed' THEN coalesce(d.missed_at, c.at) ELSE d.missed_at END,
            waived_by = CASE WHEN c.state = 'waived' THEN c.actor_id ELSE d.waived_by END,
            waive_reason = CASE WHEN c.state = 'waived' THEN c.note ELSE d.waive_reason END,
            evidence_kind = coalesce(c.evidence_kind, d.evidence_kind),
            evidence_id = coalesce(c.evidence_id, d.evidence_id),
            office_id = coalesce(c.office_id, d.office_id),
            policy_version_id = coalesce(c.policy_version_id, d.policy_version_id)
        FROM change c JOIN old ON old.id = c.duty_id
        WHERE d.id = c.duty_id
    )
    INSERT INTO duty_events (duty_id, at, from_state, to_state, reason, actor_kind, actor_id,
                             evidence_kind, evidence_id)
    SELECT c.duty_id, c.at, old.state, c.state,
           CASE WHEN c.note IS NULL THEN c.reason ELSE c.reason || jsonb_build_object('note', c.note) END,
           c.actor_kind, c.actor_id, c.evidence_kind, c.evidence_id
    FROM change c JOIN old ON old.id = c.duty_id ORDER BY c.n
    """
)


def change(tx: Connection, effects: Sequence[ChangeDuty]) -> None:
    """Move duties to their new state and write an event for each that did move; `missed_at` is never cleared.

    One statement for any number of duties; the same duty twice is applied as two statements, in order.
    """
    rest = list(effects)
    while rest:
        batch: list[ChangeDuty] = []
        later: list[ChangeDuty] = []
        seen = set()
        for effect in rest:
            (later if effect.duty_id in seen else batch).append(effect)
            seen.add(effect.duty_id)
        tx.execute(CHANGE, {"changes": as_json([_change_row(n, effect) for n, effect in enumerate(batch)])})
        _end_powers(tx, [effect for effect in batch if effect.state in ENDS_POWER])
        rest = later


ENDS_POWER = frozenset({DutyState.WAIVED, DutyState.CANCELLED})
"""States after which nothing may be asked of the phone for the duty: the power to collect ends with them."""

END_POWERS = text(
    """
    WITH ended AS (
        SELECT * FROM jsonb_to_recordset(CAST(:ended AS jsonb)) AS e(id uuid, at timestamptz)
    ), shortened AS (
        UPDATE collection_powers p SET covers = tstzrange(lower(p.covers), e.at, '[)')
        FROM ended e WHERE p.id = e.id AND e.at > lower(p.covers) AND e.at < upper(p.covers)
    )
    DELETE FROM collection_powers p USING ended e WHERE p.id = e.id AND e.at <= lower(p.covers)
    """
)


def _end_powers(tx: Connection, effects: Sequence[ChangeDuty]) -> None:
    if effects:
        tx.execute(END_POWERS, {"ended": as_json([{"id": effect.duty_id, "at": effect.at} for effect in effects])})


def _change_row(n: int, effect: ChangeDuty) -> dict[str, Any]:
    return {
        "n": n,
        "duty_id": effect.duty_id,
        "state": effect.state,
        "at": effect.at,
        "effective_at": effect.effective_at,
        "reason": effect.reason.as_json(),
        "actor_kind": effect.actor.kind,
        "actor_id": effect.actor.id,
        "evidence_kind": effect.evidence.kind if effect.evidence else None,
        "evidence_id": effect.evidence.id if effect.evidence else None,
        "note": effect.note,
        "office_id": effect.office_id,
        "policy_version_id": effect.policy_version_id,
    }


def postpone(tx: Connection, effects: Sequence[PostponeJudgment]) -> None:
    """Judge these duties later."""
    _move(tx, POSTPONE, {effect.duty_id: effect.judge_at for effect in effects})


def mark_reminded(tx: Connection, effects: Sequence[MarkReminded]) -> None:
    """These duties need no further reminder."""
    _move(tx, REMINDED, {effect.duty_id: effect.at for effect in effects})


def waive_facts(tx: Connection, actor: Actor, duty_id: UUID) -> WaiveFacts:
    """A duty within the actor's reach as it stands, under its subject's lock; NotFound for any other."""
    reached = select(Duty.subject_id).join(Subject, Subject.id == Duty.subject_id)
    subject_id = tx.execute(reached.where(Duty.id == duty_id, subjects_of(actor))).scalar_one_or_none()
    if subject_id is None:
        raise NotFound("not_found")
    states.lock(tx, [subject_id])
    row = tx.execute(
        select(Duty.kind, Duty.state, Duty.rule_code, Duty.waived_by, Duty.waive_reason).where(Duty.id == duty_id)
    ).one()
    kind, leave_id = DutyKind(row.kind), None
    if kind is DutyKind.LEAVE_RETURN:
        leave_id = tx.execute(select(LeaveRequest.id).where(LeaveRequest.duty_id == duty_id)).scalar_one_or_none()
    about = About("leave", leave_id) if leave_id else None
    return WaiveFacts(
        duty_id, subject_id, kind, DutyState(row.state), row.waived_by, row.waive_reason, about, row.rule_code
    )

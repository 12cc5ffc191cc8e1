"""Occasions on disk: what gave rise to visits and talks, and what was taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from app.models.duty import Duty
from app.models.occasion import Occasion
from app.rules.calendar import legal_day
from app.rules.effects import ChangeDuty
from app.rules.effects.occasions import NoteOccasion, WithdrawOccasion
from app.rules.errors import Conflict
from app.rules.facts import Actor, DutyState, Reason
from app.rules.occasions import REPORT, WRITTEN_BY_PEOPLE
from app.store import duties
from app.store.attempts import RECEIPT_NO


def note(tx: Connection, effects: Sequence[NoteOccasion]) -> None:
    """Add occasions; one that the same source told of before stays as it is."""
    of_people = [effect for effect in effects if effect.source.kind in WRITTEN_BY_PEOPLE]
    rows = [_row(effect) for effect in effects if effect.source.kind not in WRITTEN_BY_PEOPLE]
    if rows:
        tx.execute(upsert(Occasion).on_conflict_do_nothing(), rows)
    for effect in of_people:
        _write(tx, effect)


def _write(tx: Connection, effect: NoteOccasion) -> None:
    """What a person sent, a report with its receipt. Conflict `id_reused` where somebody uses the id this moment."""
    statement: Any = insert(Occasion)
    values = _row(effect)
    if effect.source.kind == REPORT:
        statement = statement.values(receipt_no=RECEIPT_NO)
        values["receipt_year"] = str(legal_day(effect.at).year)
    try:
        with tx.begin_nested():
            tx.execute(statement, values)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("id_reused") from error


def _row(effect: NoteOccasion) -> dict[str, Any]:
    return {
        "id": effect.id,
        "subject_id": effect.subject_id,
        "kind": effect.kind,
        "happened_at": effect.happened_at,
        "known_at": effect.at,
        "source_kind": effect.source.kind,
        "source_id": effect.source.id,
        "actor_kind": effect.actor.kind,
        "actor_id": effect.actor.id,
        "note": effect.note,
        "event_on": effect.event_on,
        "body_hash": effect.body_hash,
    }


def withdraw(tx: Connection, effects: Sequence[WithdrawOccasion]) -> None:
    """Take occasions back, and with them the duties that follow from them and are not settled yet."""
    for effect in effects:
        ids = tx.execute(
            update(Occasion)
            .where(
                Occasion.subject_id == effect.subject_id,
                Occasion.kind == effect.kind,
                Occasion.source_kind == effect.source.kind,
                Occasion.source_id == effect.source.id,
                Occasion.withdrawn_at.is_(None),
            )
            .values(
                withdrawn_at=effect.at,
                withdrawn_by=effect.actor.id if effect.actor.kind == "user" else None,
                withdraw_reason=effect.reason,
            )
            .returning(Occasion.id)
        ).scalars()
        cancel_duties(tx, list(ids), effect.actor, now=effect.at)


def cancel_duties(tx: Connection, occasion_ids: Sequence[UUID], actor: Actor, *, now: datetime) -> None:
    """What follows from these occasions and is planned or open falls away; what was missed stays on record."""
    if not occasion_ids:
        return
    owed = tx.execute(
        select(Duty.id)
        .where(Duty.occasion_id.in_(occasion_ids), Duty.state.in_((DutyState.PLANNED, DutyState.OPEN)))
        .order_by(Duty.id)
    ).scalars()
    why = Reason("occasion_withdrawn")
    changes = [ChangeDuty(duty_id, DutyState.CANCELLED, now, why, actor) for duty_id in owed]
    if changes:
        duties.change(tx, changes)

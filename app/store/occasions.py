"""Occasions on disk: what gave rise to visits and talks, and what was taken back."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from app.models.duty import Duty
from app.models.occasion import Occasion
from app.rules.effects import ChangeDuty
from app.rules.effects.occasions import NoteOccasion, WithdrawOccasion
from app.rules.facts import DutyState, Reason
from app.store import duties


def note(tx: Connection, effects: Sequence[NoteOccasion]) -> None:
    """Add occasions; one that the same source told of before stays as it is."""
    rows = [
        {
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
        }
        for effect in effects
    ]
    tx.execute(insert(Occasion).on_conflict_do_nothing(), rows)


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
        _cancel_duties(tx, list(ids), effect)


def _cancel_duties(tx: Connection, occasion_ids: Sequence[object], effect: WithdrawOccasion) -> None:
    if not occasion_ids:
        return
    owed = tx.execute(
        select(Duty.id)
        .where(Duty.occasion_id.in_(occasion_ids), Duty.state.in_((DutyState.PLANNED, DutyState.OPEN)))
        .order_by(Duty.id)
    ).scalars()
    why = Reason("occasion_withdrawn")
    changes = [ChangeDuty(duty_id, DutyState.CANCELLED, effect.at, why, effect.actor) for duty_id in owed]
    if changes:
        duties.change(tx, changes)

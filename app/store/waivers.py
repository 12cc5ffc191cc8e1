"""Waivers on disk: the request with its answer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from app.models.waiver import Waiver
from app.rules.effects.waivers import AnswerWaiver, WriteWaiver
from app.rules.errors import NotFound


def duty_of(tx: Connection, waiver_id: UUID) -> UUID:
    """Which duty the waiver is about; NotFound where there is no such waiver."""
    duty_id = tx.execute(select(Waiver.duty_id).where(Waiver.id == waiver_id)).scalar_one_or_none()
    if duty_id is None:
        raise NotFound("not_found")
    return duty_id


def answered(tx: Connection, waiver_id: UUID) -> tuple[str, UUID | None, str | None]:
    """State, by whom and with which answer: what a repeated answer is compared with."""
    columns = (Waiver.state, Waiver.decided_by, Waiver.answer)
    row = tx.execute(select(*columns).where(Waiver.id == waiver_id)).one()
    return row.state, row.decided_by, row.answer


def write(tx: Connection, effects: Sequence[WriteWaiver]) -> None:
    """Write waivers as they were asked or made."""
    rows = [
        {
            "id": effect.id,
            "duty_id": effect.duty_id,
            "subject_id": effect.subject_id,
            "kind": effect.kind,
            "state": effect.state,
            "reason": effect.reason,
            "asked_by": effect.asked_by,
            "asked_at": effect.at,
        }
        for effect in effects
    ]
    tx.execute(insert(Waiver), rows)


def answer(tx: Connection, effects: Sequence[AnswerWaiver]) -> None:
    """Write the second person's answers."""
    for effect in effects:
        values = {
            "state": effect.state,
            "decided_by": effect.actor.id,
            "decided_at": effect.at,
            "answer": effect.answer,
        }
        tx.execute(update(Waiver).where(Waiver.id == effect.id).values(values))

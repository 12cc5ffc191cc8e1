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
from app.models.subject import Subject, SubjectState
from app.rules.calendar import legal_day
from app.rules.effects import ChangeDuty
from app.rules.effects.occasions import NoteOccasion, WithdrawOccasion
from app.rules.errors import Conflict
from app.rules.facts import About, Actor, DutyState, OccasionKind, Reason, Role, SubjectStatus, SupervisionClass
from app.rules.occasions import REPORT, WRITTEN_BY_PEOPLE, OccasionFacts, WrittenOccasion
from app.store import duties, ladder
from app.store.attempts import RECEIPT_NO
from app.store.scope import subjects_of


def facts(tx: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> OccasionFacts | None:
    """The person, under the lock, and who at the office is on duty; None where the actor may not know them."""
    row = tx.execute(
        select(Subject.status, Subject.class_.label("class_name"), Subject.registered_at, Subject.office_id)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    return OccasionFacts(
        subject_id=subject_id,
        status=SubjectStatus(row.status),
        class_=SupervisionClass(row.class_name) if row.class_name else None,
        registered_at=row.registered_at,
        tell=_officers(tx, row.office_id, now) if actor.kind == "subject" else (),
    )


def _officers(tx: Connection, office_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """The officers of the office who are on duty, or all of them where nobody is."""
    rows = tx.execute(ladder.MEMBERS, {"office_ids": [office_id], "now": now}).all()
    found = [row for row in rows if row.role == Role.OFFICER and row.step == "office"]
    present = [row for row in found if row.on_duty]
    return tuple(dict.fromkeys(row.user_id for row in present or found))


def known(tx: Connection, actor: Actor, subject_id: UUID, written_id: UUID) -> tuple[UUID, bytes | None] | None:
    """Whose occasion a request wrote before, with the fingerprint of its body; None where it is new.

    What a phone sends is looked for among that person's alone: whether somebody else used the id is nobody's business.
    """
    same = Occasion.id == written_id
    if actor.kind == "subject":
        same = (Occasion.source_kind == REPORT) & (Occasion.source_id == written_id)
        same &= Occasion.subject_id == subject_id
    row = tx.execute(select(Occasion.subject_id, Occasion.body_hash).where(same)).one_or_none()
    return (row.subject_id, row.body_hash) if row else None


def subject_of(tx: Connection, occasion_id: UUID) -> UUID | None:
    """Whose occasion it is; None where there is none."""
    return tx.execute(select(Occasion.subject_id).where(Occasion.id == occasion_id)).scalar_one_or_none()


def written(tx: Connection, occasion_id: UUID) -> WrittenOccasion:
    """An occasion as it stands; the caller holds the subject's lock."""
    row = tx.execute(select(Occasion.__table__).where(Occasion.id == occasion_id)).one()
    return WrittenOccasion(
        subject_id=row.subject_id,
        kind=OccasionKind(row.kind),
        source=About(row.source_kind, row.source_id),
        actor_id=row.actor_id,
        withdrawn_by=row.withdrawn_by,
        withdraw_reason=row.withdraw_reason,
    )


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

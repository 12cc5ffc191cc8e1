"""What decides on an occasion that somebody writes down or takes back: the person, and whether it is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.duty import Duty
from app.models.occasion import Occasion
from app.models.subject import Subject, SubjectState
from app.rules.facts import About, Actor, DutyState, OccasionKind, Role, SubjectStatus, SupervisionClass
from app.rules.occasions import REPORT, OccasionFacts, WrittenOccasion
from app.store import ladder
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
    owed = (Duty.occasion_id == occasion_id, Duty.state.in_((DutyState.PLANNED, DutyState.OPEN)))
    opened_strict = select(Duty.id).where(*owed, Duty.class_ == SupervisionClass.STRICT).exists()
    row = tx.execute(select(Occasion.__table__, opened_strict.label("strict")).where(Occasion.id == occasion_id)).one()
    return WrittenOccasion(
        subject_id=row.subject_id,
        kind=OccasionKind(row.kind),
        source=About(row.source_kind, row.source_id),
        actor_id=row.actor_id,
        withdrawn_by=row.withdrawn_by,
        withdraw_reason=row.withdraw_reason,
        strict=row.strict,
    )

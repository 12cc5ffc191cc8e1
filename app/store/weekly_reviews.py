"""Weekly reviews on disk."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.models.subject import Subject
from app.models.weekly_review import ReviewedPerson, WeeklyReview
from app.rules.errors import Conflict
from app.rules.facts import Actor
from app.rules.weekly_reviews import NewReview
from app.store.scope import subjects_of


def body_hash_of(tx: Connection, review_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this one; None where there is none."""
    return tx.execute(select(WeeklyReview.body_hash).where(WeeklyReview.id == review_id)).scalar_one_or_none()


def within_reach(tx: Connection, actor: Actor, subject_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these people whom the actor may know."""
    return set(tx.execute(select(Subject.id).where(Subject.id.in_(subject_ids), subjects_of(actor))).scalars())


def add(tx: Connection, new: NewReview, written_by: UUID, *, now: datetime) -> None:
    """Write the meeting and everybody who was talked about; Conflict `id_reused` at the very same moment."""
    names = ("id", "office_id", "week", "held_on", "attended", "summary", "body_hash")
    row = {**{name: getattr(new, name) for name in names}, "written_by": written_by, "written_at": now}
    added = tx.execute(pg_insert(WeeklyReview).values(row).on_conflict_do_nothing().returning(WeeklyReview.id))
    if added.one_or_none() is None:
        raise Conflict("id_reused")
    tx.execute(
        insert(ReviewedPerson),
        [
            {
                "review_id": new.id,
                "subject_id": one.subject_id,
                "n": n,
                "reasons": list(one.reasons),
                "decision": one.decision,
                "follow_up_on": one.follow_up_on,
            }
            for n, one in enumerate(new.people, start=1)
        ],
    )

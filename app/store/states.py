"""The narrow state row of a subject: its lock, and when its silence is looked at."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select, update

from app.models.subject import SubjectState
from app.rules.effects import MoveSilenceCheck


def lock(tx: Connection, subject_ids: Sequence[UUID]) -> None:
    """Take the subjects' locks in one order for everybody, so that two changes cannot wait for each other."""
    tx.execute(
        select(SubjectState.subject_id)
        .where(SubjectState.subject_id.in_(subject_ids))
        .order_by(SubjectState.subject_id)
        .with_for_update()
    )


def move_silence_check(tx: Connection, effects: Sequence[MoveSilenceCheck]) -> None:
    """Set when each subject's silence is looked at next, and whether it is known to be silent now."""
    tx.execute(
        update(SubjectState)
        .where(SubjectState.subject_id == bindparam("key"))
        .values(
            silence_check_at=bindparam("check_at"),
            silent=bindparam("is_silent"),
            heard_again_at=None,
            silence_counts_from=func.coalesce(bindparam("since"), SubjectState.silence_counts_from),
        ),
        [{"key": e.subject_id, "check_at": e.check_at, "is_silent": e.silent, "since": e.since} for e in effects],
    )

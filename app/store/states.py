"""The narrow state row of a subject: its lock, and when its silence is looked at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.effects import MoveSilenceCheck
from app.rules.effects.causes import MoveCauseCheck
from app.store.arrays import as_json

MOVE_SILENCE_CHECK = text(
    """
    UPDATE subject_states t SET silence_check_at = r.check_at, silent = r.silent, heard_again_at = NULL,
           silence_counts_from = coalesce(r.since, t.silence_counts_from)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        id uuid, check_at timestamptz, silent boolean, since timestamptz)
    WHERE t.subject_id = r.id
    """
)


MOVE_CAUSE_CHECK = text(
    """
    UPDATE subject_states t SET cause_check_at = r.check_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, check_at timestamptz) WHERE t.subject_id = r.id
    """
)

LOCK = text("SELECT FROM subject_states WHERE subject_id = ANY(:subject_ids) ORDER BY subject_id FOR UPDATE")


def lock(tx: Connection, subject_ids: Sequence[UUID]) -> None:
    """Take the subjects' locks in one order for everybody, so that two changes cannot wait for each other."""
    tx.execute(LOCK, {"subject_ids": list(subject_ids)})


FORGET_HEARD = text(
    "UPDATE subject_states SET heard_again_at = NULL WHERE subject_id = :subject_id AND heard_again_at = :at"
)


def forget_heard_again(tx: Connection, subject_id: UUID, at: datetime) -> None:
    """Something of `at` was looked at anew: whoever fell silent since was not heard again by that."""
    tx.execute(FORGET_HEARD, {"subject_id": subject_id, "at": at})


def move_silence_check(tx: Connection, effects: Sequence[MoveSilenceCheck]) -> None:
    """Set when each subject's silence is looked at next, and whether it is known to be silent now."""
    rows = {
        e.subject_id: {"id": e.subject_id, "check_at": e.check_at, "silent": e.silent, "since": e.since}
        for e in effects
    }
    tx.execute(MOVE_SILENCE_CHECK, {"rows": as_json(list(rows.values()))})


def move_cause_check(tx: Connection, effects: Sequence[MoveCauseCheck]) -> None:
    """Set when the cause of each subject's silence is weighed anew."""
    rows = {e.subject_id: {"id": e.subject_id, "check_at": e.check_at} for e in effects}
    tx.execute(MOVE_CAUSE_CHECK, {"rows": as_json(list(rows.values()))})

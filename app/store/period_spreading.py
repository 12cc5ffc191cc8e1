"""The occasions of announced periods: written for everybody below the office, and taken back, in chunks, by a job."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, text, update

from app.models.announced_period import AnnouncedPeriod
from app.rules.facts import JOB
from app.store import occasions, states
from app.store.scope import UPWARD

CHUNK = 1000

NOTED = """
    INSERT INTO occasions (id, subject_id, kind, happened_at, known_at, source_kind, source_id, actor_kind, actor_id)
    SELECT CAST(md5('period|' || p.id || '|' || s.id) AS uuid), s.id, 'period_announced', p.from_at,
           CAST(:now AS timestamptz), 'period', p.id, 'user', p.announced_by
"""

NEXT = text(
    f"""
    WITH people AS (
        SELECT s.id FROM announced_periods p
        JOIN offices scope ON scope.id = p.office_id
        JOIN offices o ON o.path = scope.path OR o.path LIKE scope.path || '.%'
        JOIN subjects s ON s.office_id = o.id AND s.status = 'in_correction'
        WHERE p.id = :id AND (p.spread_after IS NULL OR s.id > p.spread_after)
        ORDER BY s.id LIMIT :limit
    ), noted AS (
        {NOTED} FROM announced_periods p, people s WHERE p.id = :id ON CONFLICT DO NOTHING
    )
    SELECT count(*), (array_agg(id ORDER BY id DESC))[1] FROM people
    """  # noqa: S608  (put together from a constant)
)

OF_NEWCOMERS = text(
    f"""
    {NOTED}
    FROM subjects s JOIN offices o ON o.id = s.office_id
    JOIN offices scope ON scope.path = {UPWARD}
    JOIN announced_periods p ON p.office_id = scope.id AND p.until > :now AND p.withdrawn_at IS NULL
    WHERE s.id = ANY(:subject_ids)
    ON CONFLICT DO NOTHING
    """
)

TAKE_BACK = text(
    """
    UPDATE occasions o SET withdrawn_at = :now, withdrawn_by = p.withdrawn_by, withdraw_reason = p.withdraw_reason
    FROM announced_periods p
    WHERE p.id = :id AND o.source_kind = 'period' AND o.source_id = p.id AND o.subject_id = ANY(:subject_ids)
      AND o.withdrawn_at IS NULL
    RETURNING o.id
    """
)

HOLDERS = text(
    """
    SELECT subject_id FROM occasions
    WHERE source_kind = 'period' AND source_id = :id AND withdrawn_at IS NULL ORDER BY subject_id LIMIT :limit
    """
)


def unspread(tx: Connection) -> list[UUID]:
    """Periods that not everybody's file tells of yet, the oldest first."""
    wanted = select(AnnouncedPeriod.id).where(AnnouncedPeriod.spread_at.is_(None))
    return list(tx.execute(wanted.order_by(AnnouncedPeriod.announced_at, AnnouncedPeriod.id)).scalars())


def spread(tx: Connection, period_id: UUID, *, now: datetime, limit: int = CHUNK) -> int:
    """Tell the files of the next people, or take back what they tell; how many. 0 once all are done, or where somebody
    else is at it.
    """
    locked = select(AnnouncedPeriod.withdrawn_at).where(
        AnnouncedPeriod.id == period_id, AnnouncedPeriod.spread_at.is_(None)
    )
    row = tx.execute(locked.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return 0
    done = _note(tx, period_id, now, limit) if row.withdrawn_at is None else _take_back(tx, period_id, now, limit)
    if done < limit:
        tx.execute(update(AnnouncedPeriod).where(AnnouncedPeriod.id == period_id).values(spread_at=now))
    return done


def _note(tx: Connection, period_id: UUID, now: datetime, limit: int) -> int:
    found, last = tx.execute(NEXT, {"id": period_id, "now": now, "limit": limit}).one()
    if last is not None:
        tx.execute(update(AnnouncedPeriod).where(AnnouncedPeriod.id == period_id).values(spread_after=last))
    return int(found)


def _take_back(tx: Connection, period_id: UUID, now: datetime, limit: int) -> int:
    """Under the locks of those whom it is about: their duties fall away with it."""
    subject_ids = list(tx.execute(HOLDERS, {"id": period_id, "limit": limit}).scalars())
    if subject_ids:
        states.lock(tx, subject_ids)
        values = {"id": period_id, "now": now, "subject_ids": subject_ids}
        occasions.cancel_duties(tx, list(tx.execute(TAKE_BACK, values).scalars()), JOB, now=now)
    return len(subject_ids)


def note_newcomers(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> None:
    """Whoever comes while a period is announced or runs has it on file at once."""
    tx.execute(OF_NEWCOMERS, {"subject_ids": list(subject_ids), "now": now})

"""Trials of drafts on disk: who asked for one, what was lived in that time, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update

from app.models.policy_draft import PolicyTrial
from app.rules.calendar import end_of_day
from app.rules.facts import Channel, OccasionKind, SupervisionClass
from app.rules.planning.facts import ClassPeriod
from app.rules.planning.occasions import OccasionFacts
from app.rules.planning.trying import NOBODY, Lived
from app.rules.policy_drafts import TrialState

NEXT = text(
    """
    UPDATE policy_trials SET state = 'running', started_at = :now
    WHERE id = (SELECT id FROM policy_trials WHERE state IN ('waiting', 'running') ORDER BY asked_at, id
                LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, draft_id, content, days, asked_at
    """
)
PEOPLE = text(
    """
    SELECT s.id
    FROM policy_drafts d
    JOIN offices scope ON scope.id = d.office_id
    JOIN offices o ON o.path = scope.path OR o.path LIKE scope.path || '.%'
    JOIN subjects s ON s.office_id = o.id
    WHERE d.id = :draft_id AND NOT EXISTS (
            SELECT FROM offices own JOIN policy_versions v ON v.office_id = own.id AND upper_inf(v.in_force)
            WHERE own.path LIKE scope.path || '.%' AND (o.path = own.path OR o.path LIKE own.path || '.%'))
      AND s.registered_at < :until AND (s.ended_at IS NULL OR s.ended_at > :since)
    ORDER BY md5(CAST(s.id AS text) || CAST(:trial_id AS text))
    """
)
LIVES = text(
    """
    SELECT s.id, s.channel, s.registered_at, s.ended_at, s.term_to,
           coalesce((SELECT jsonb_agg(jsonb_build_array(p.class, lower(p.period), upper(p.period))
                                      ORDER BY lower(p.period))
                     FROM class_periods p WHERE p.subject_id = s.id AND NOT isempty(p.period)), '[]') AS classes,
           coalesce((SELECT jsonb_agg(jsonb_build_array(x.kind, x.happened_at, x.known_at) ORDER BY x.known_at, x.id)
                     FROM occasions x WHERE x.subject_id = s.id AND x.withdrawn_at IS NULL
                      AND x.known_at >= CAST(:since AS timestamptz) - interval '1 year'
                      AND x.known_at < :until), '[]') AS occasions,
           coalesce((SELECT jsonb_agg(jsonb_build_array(i.item, r.happened_at) ORDER BY r.happened_at, r.id)
                     FROM records r JOIN record_items i ON i.record_id = r.id
                     WHERE r.subject_id = s.id AND r.corrects_id IS NULL
                      AND r.happened_at >= CAST(:since AS timestamptz) - interval '1 year'
                      AND r.happened_at < :until), '[]') AS records
    FROM subjects s WHERE s.id = ANY(:ids)
    """
)


@dataclass(frozen=True)
class Trial:
    """A trial that is to be made."""

    id: UUID
    draft_id: UUID
    content: Mapping[str, Any]
    days: int
    asked_at: datetime


def is_open(tx: Connection, draft_id: UUID) -> bool:
    """Whether a trial of this draft waits or runs."""
    states = (TrialState.WAITING, TrialState.RUNNING)
    found = select(PolicyTrial.id).where(PolicyTrial.draft_id == draft_id, PolicyTrial.state.in_(states))
    return tx.execute(found.limit(1)).one_or_none() is not None


def find(tx: Connection, trial_id: UUID) -> UUID | None:
    """Of which draft a trial is; None where there is none of that id."""
    return tx.execute(select(PolicyTrial.draft_id).where(PolicyTrial.id == trial_id)).scalar_one_or_none()


def ask(tx: Connection, trial: Trial, content_hash: str, asked_by: UUID) -> None:
    """Write down that a trial is wanted."""
    row = {**vars(trial), "content_hash": content_hash, "asked_by": asked_by, "state": TrialState.WAITING}
    tx.execute(insert(PolicyTrial), row)


def take_next(tx: Connection, *, now: datetime) -> Trial | None:
    """The next to be made, or one whose maker ended before it was; the caller alone makes trials."""
    row = tx.execute(NEXT, {"now": now}).one_or_none()
    return Trial(row.id, row.draft_id, row.content, row.days, row.asked_at) if row else None


def people(tx: Connection, trial: Trial, since: datetime, until: datetime) -> list[UUID]:
    """Those under correction in that time under the draft's office, in an order that the trial's id draws.

    Not of offices further down that have a version of their own: for them the draft would change nothing.
    """
    bound = {"draft_id": trial.draft_id, "trial_id": trial.id, "since": since, "until": until}
    return list(tx.execute(PEOPLE, bound).scalars())


def lives(tx: Connection, ids: Sequence[UUID], since: datetime, until: datetime) -> list[Lived]:
    """What decides over their duties, and nothing else of them: no name, no place, no text."""
    rows = tx.execute(LIVES, {"ids": list(ids), "since": since, "until": until})
    return [_lived(row) for row in rows]


def _lived(row: Any) -> Lived:
    ends = [row.ended_at, end_of_day(row.term_to) if row.term_to else None]
    classes = tuple(
        ClassPeriod(datetime.fromisoformat(begins), datetime.fromisoformat(ends_) if ends_ else None,
                    SupervisionClass(class_))
        for class_, begins, ends_ in row.classes
    )  # fmt: skip
    return Lived(
        channel=Channel(row.channel),
        registered_at=row.registered_at,
        supervised_until=min((end for end in ends if end is not None), default=None),
        classes=classes,
        occasions=tuple(
            OccasionFacts(NOBODY, NOBODY, OccasionKind(kind), *map(datetime.fromisoformat, times))
            for kind, *times in row.occasions
        ),
        records=tuple((item, datetime.fromisoformat(at)) for item, at in row.records),
    )


def finish(tx: Connection, trial_id: UUID, result: Mapping[str, Any], *, now: datetime) -> None:
    """It was made, and this came of it."""
    values = {"state": TrialState.DONE, "finished_at": now, "result": result}
    tx.execute(update(PolicyTrial).where(PolicyTrial.id == trial_id).values(**values))


def fail(tx: Connection, trial_id: UUID, fault: str, *, now: datetime) -> None:
    """It could not be made."""
    values = {"state": TrialState.FAILED, "finished_at": now, "fault": fault}
    tx.execute(update(PolicyTrial).where(PolicyTrial.id == trial_id).values(**values))

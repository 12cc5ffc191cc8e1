"""Samples of records on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.models.office import Office
from app.models.sample import Sample, SampledRecord, SampleEntry
from app.models.subject import Subject
from app.models.visit import Record
from app.rules.calendar import end_of_day, start_of_day
from app.rules.errors import Conflict
from app.rules.facts import Actor
from app.rules.sampling import EntryKind, NewEntry, NewSample
from app.store import states
from app.store.scope import offices_of, subjects_of

POPULATION = text(
    """
    SELECT r.id FROM offices scope
    JOIN offices o ON o.path = scope.path OR o.path LIKE scope.path || '.%'
    JOIN records r ON r.office_id = o.id AND r.happened_at >= :since AND r.happened_at < :until
    WHERE scope.id = :office_id AND r.corrects_id IS NULL AND r.written_at <= :now
      AND (CAST(:officer_id AS uuid) IS NULL OR r.officer_id = :officer_id)
      AND (CAST(:item AS text) IS NULL
           OR EXISTS (SELECT FROM record_items i WHERE i.record_id = r.id AND i.item = :item))
    """
)


@dataclass(frozen=True)
class Sampled:
    """A drawn record with what was done about it so far, in order of time."""

    sample_id: UUID
    record_id: UUID
    subject_id: UUID
    officer_id: UUID
    drawn_by: UUID
    kinds: tuple[EntryKind, ...]
    asked_by: UUID | None


def body_hash_of(tx: Connection, sample_id: UUID) -> bytes | None:
    """The fingerprint of the request that drew this one; None where there is none."""
    return tx.execute(select(Sample.body_hash).where(Sample.id == sample_id)).scalar_one_or_none()


def entry_of(tx: Connection, entry_id: UUID) -> tuple[UUID, UUID, UUID, bytes] | None:
    """Of which sample and record this entry is, whose, and the fingerprint of its request; None where there is none."""
    entry = SampleEntry
    statement = select(entry.sample_id, entry.record_id, entry.actor_id, entry.body_hash).where(entry.id == entry_id)
    row = tx.execute(statement).one_or_none()
    return None if row is None else (row.sample_id, row.record_id, row.actor_id, row.body_hash)


def population(tx: Connection, new: NewSample, *, now: datetime) -> list[UUID]:
    """The records of those days under the office, corrections left out: they belong to what they correct."""
    bound = {
        "office_id": new.office_id,
        "since": start_of_day(new.span.from_day),
        "until": end_of_day(new.span.to_day),
        "officer_id": new.officer_id,
        "item": new.item,
        "now": now,
    }
    return list(tx.execute(POPULATION, bound).scalars())


def add(
    tx: Connection, new: NewSample, seed: str, found: int, record_ids: Sequence[UUID], drawn_by: UUID, *, now: datetime
) -> None:
    """Write a sample, drawn from so many that were `found`, with its records in the order in which they were drawn."""
    row = {
        "id": new.id,
        "seed": seed,
        "office_id": new.office_id,
        "officer_id": new.officer_id,
        "item": new.item,
        "from_day": new.span.from_day,
        "to_day": new.span.to_day,
        "size": new.size,
        "population": found,
        "why": new.why,
        "drawn_by": drawn_by,
        "drawn_at": now,
        "body_hash": new.body_hash,
    }
    added = tx.execute(pg_insert(Sample).values(row).on_conflict_do_nothing().returning(Sample.id))
    if added.one_or_none() is None:
        raise Conflict("id_reused")
    rows = [{"sample_id": new.id, "record_id": one, "n": n} for n, one in enumerate(record_ids, start=1)]
    if rows:
        tx.execute(insert(SampledRecord), rows)


def sampled(
    tx: Connection, overseer: Actor, answerer: Actor | None, sample_id: UUID, record_id: UUID
) -> Sampled | None:
    """A drawn record, its subject locked; None out of reach.

    A supervisor reaches samples of their offices; whoever answers reaches records about subjects of theirs.
    """
    statement = (
        select(SampledRecord.record_id, Record.subject_id, Record.officer_id, Sample.drawn_by)
        .join(Sample, Sample.id == SampledRecord.sample_id)
        .join(Office, Office.id == Sample.office_id)
        .join(Record, Record.id == SampledRecord.record_id)
        .join(Subject, Subject.id == Record.subject_id)
        .where(SampledRecord.sample_id == sample_id, SampledRecord.record_id == record_id)
        .where(subjects_of(answerer) if answerer else offices_of(overseer))
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        return None
    states.lock(tx, [row.subject_id])
    entries = tx.execute(
        select(SampleEntry.kind, SampleEntry.actor_id)
        .where(SampleEntry.sample_id == sample_id, SampleEntry.record_id == record_id)
        .order_by(SampleEntry.n)
    ).all()
    asked = [entry.actor_id for entry in entries if entry.kind == EntryKind.QUESTION]
    return Sampled(
        sample_id=sample_id,
        record_id=record_id,
        subject_id=row.subject_id,
        officer_id=row.officer_id,
        drawn_by=row.drawn_by,
        kinds=tuple(EntryKind(entry.kind) for entry in entries),
        asked_by=asked[-1] if asked else None,
    )


def has_looked(tx: Connection, sampled_: Sampled, user_id: UUID) -> bool:
    """Whether this user's look is noted already: one line for each who looked, the audit has every time."""
    found = select(SampleEntry.id).where(
        SampleEntry.sample_id == sampled_.sample_id,
        SampleEntry.record_id == sampled_.record_id,
        SampleEntry.actor_id == user_id,
        SampleEntry.kind == EntryKind.LOOKED,
    )
    return tx.execute(found.limit(1)).one_or_none() is not None


def add_entry(tx: Connection, sampled_: Sampled, new: NewEntry, actor_id: UUID, *, now: datetime) -> None:
    """Add one line."""
    number = len(sampled_.kinds) + 1
    row = {**vars(new), "sample_id": sampled_.sample_id, "record_id": sampled_.record_id, "n": number}
    tx.execute(insert(SampleEntry), {**row, "actor_id": actor_id, "at": now})

"""Draw a sample of records, look at what was drawn, ask, answer and close."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.rules.calendar import legal_day
from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import About, Actor, Reason
from app.rules.sampling import EntryKind, NewEntry, NewSample, check_entry, check_span, drawn, seed_of, state_of
from app.store import effects, offices, samples
from app.store.samples import Sampled


def draw_sample(tx: Connection, actor: Actor, new: NewSample, key: bytes, *, now: datetime) -> bool:
    """Draw it by a lot under `key`; False where the same request had drawn it before.

    NotFound for an office out of reach; Refused `days_unfit`, and `sample_empty` where there is nothing to draw from.
    """
    by = _person(actor)
    offices.within_reach(tx, actor, new.office_id)
    known = samples.body_hash_of(tx, new.id)
    if known is not None:
        if known != new.body_hash:
            raise Conflict("id_reused")
        return False
    check_span(new.span, legal_day(now))
    found = samples.population(tx, new, now=now)
    if not found:
        raise Refused("sample_empty")
    seed = seed_of(new.id, key)
    samples.add(tx, new, seed, len(found), drawn(found, seed, new.size), by, now=now)
    details = {"size": new.size, "population": len(found)}
    act = WriteAudit(now, actor, "samples.draw", None, About("sample", new.id), new.why, details)
    effects.apply(tx, [Decision((act,))])
    return True


def look_at_sampled(
    tx: Connection, actor: Actor, sample_id: UUID, record_id: UUID, *, noted: bool, now: datetime
) -> None:
    """Put on record that this person looks at a drawn record; `noted` in the sample too, for those who work on it."""
    found = _sampled(tx, actor, None, sample_id, record_id)
    by = _person(actor)
    if noted and not samples.has_looked(tx, found, by):
        look_id = uuid5(sample_id, f"looked|{record_id}|{by}")
        samples.add_entry(tx, found, NewEntry(look_id, EntryKind.LOOKED, None, b""), by, now=now)
    act = WriteAudit(now, actor, "samples.look", found.subject_id, About("record", record_id))
    effects.apply(tx, [Decision((act,))])


def add_to_sampled(
    tx: Connection, actor: Actor, sample_id: UUID, record_id: UUID, new: NewEntry, *, now: datetime
) -> bool:
    """A supervisor's note, question or closing word; False where the same request had added it before.

    Whoever wrote the record hears of a question. Conflict as the rule says.
    """
    return _add(tx, actor, _sampled(tx, actor, None, sample_id, record_id), new, now)


def answer_sampled(
    tx: Connection, actor: Actor, sample_id: UUID, record_id: UUID, new: NewEntry, *, now: datetime
) -> bool:
    """The office's answer to a question; whoever asked hears of it."""
    return _add(tx, actor, _sampled(tx, actor, actor, sample_id, record_id), new, now)


def _add(tx: Connection, actor: Actor, found: Sampled, new: NewEntry, now: datetime) -> bool:
    by = _person(actor)
    known = samples.entry_of(tx, new.id)
    if known is not None:
        if known != (found.sample_id, found.record_id, by, new.body_hash):
            raise Conflict("id_reused")
        return False
    check_entry(state_of(found.kinds), new.kind, actor, written_by=found.officer_id, asked_by=found.asked_by)
    samples.add_entry(tx, found, new, by, now=now)
    act = WriteAudit(now, actor, f"samples.{new.kind}", found.subject_id, About("record", found.record_id), new.note)
    effects.apply(tx, [Decision((act, *_told(found, new, now)))])
    return True


def _told(found: Sampled, new: NewEntry, now: datetime) -> tuple[Notify, ...]:
    about, step = About("sample", found.sample_id), f"{new.kind}.{new.id}"
    if new.kind is EntryKind.QUESTION:
        return (Notify("user", found.officer_id, about, step, Reason("sample_question"), now, now),)
    if new.kind is EntryKind.ANSWER and found.asked_by is not None:
        return (Notify("user", found.asked_by, about, step, Reason("sample_answer"), now, now),)
    return ()


def _sampled(tx: Connection, overseer: Actor, answerer: Actor | None, sample_id: UUID, record_id: UUID) -> Sampled:
    found = samples.sampled(tx, overseer, answerer, sample_id, record_id)
    if found is None:
        raise NotFound("not_found")
    return found


def _person(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id

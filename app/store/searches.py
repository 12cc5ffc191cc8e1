"""Searches on disk: what decides on each, what is written of them, and what they owe."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.models.duty import Duty
from app.models.photo import Photo
from app.models.search import Search, SearchDuty, SearchEntry
from app.models.subject import Subject, SubjectState
from app.models.visit import Record
from app.rules.effects.orders_searches import (
    EndSearch,
    EntryKind,
    OpenSearch,
    SearchKind,
    SearchOutcome,
    SearchStep,
    WriteSearchEntry,
)
from app.rules.errors import Conflict
from app.rules.facts import Actor, DutyState, SubjectStatus
from app.rules.searches import OPEN_RULE, OpenAlert, SearchFacts, SearchFile, StepDuty
from app.store import policies
from app.store.scope import subjects_of

# The last sign of life by any means: the phone, a check-in face to face, a talk.
FACTS = text(
    """
    SELECT s.id AS subject_id, s.office_id, s.status,
           greatest(t.last_heard_at, s.registered_at, s.created_at,
                    (SELECT max(a.effective_at) FROM attempts a
                     WHERE a.subject_id = s.id AND a.officer_id IS NOT NULL AND a.outcome = 'accepted'),
                    (SELECT max(r.happened_at) FROM records r
                     WHERE r.subject_id = s.id AND r.kind = 'talk')) AS last_contact_at,
           (SELECT id FROM searches WHERE subject_id = s.id AND ended_at IS NULL) AS open_search_id,
           j.id AS judgment_id, d.due_at AS intake_due_at,
           (SELECT o.id FROM duties o WHERE o.subject_id = s.id AND o.rule_code = :open_rule
              AND o.state IN ('planned', 'open') ORDER BY o.opens_at LIMIT 1) AS opening_id,
           al.id AS alert_id, al.condition = 'active' AS alert_active
    FROM subjects s
    JOIN subject_states t ON t.subject_id = s.id
    LEFT JOIN LATERAL (
        SELECT id, duty_id FROM judgments WHERE subject_id = s.id ORDER BY created_at DESC, id LIMIT 1) AS j ON true
    LEFT JOIN duties d ON d.id = j.duty_id
    LEFT JOIN LATERAL (
        SELECT id, condition FROM alerts
        WHERE subject_id = s.id AND handling <> 'closed'
          AND kind = CASE WHEN s.status = 'noticed' THEN 'missed_intake' ELSE 'lost_contact' END
        ORDER BY condition, opened_at DESC LIMIT 1) AS al ON true
    WHERE s.id = ANY(:ids) ORDER BY s.id
    """
)


def within_reach(tx: Connection, actor: Actor, subject_id: UUID) -> bool:
    """Whether the actor may know the subject, who is then locked."""
    return (
        tx.execute(
            select(Subject.id)
            .join(SubjectState, SubjectState.subject_id == Subject.id)
            .where(Subject.id == subject_id, subjects_of(actor))
            .with_for_update(of=SubjectState)
        ).scalar_one_or_none()
        is not None
    )


def facts(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, SearchFacts]:
    """What decides on opening a search, by subject. The caller has locked them. Two queries for any number."""
    rows = tx.execute(FACTS, {"ids": list(subject_ids), "open_rule": OPEN_RULE}).all()
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now) if rows else {}
    return {
        row.subject_id: SearchFacts(
            subject_id=row.subject_id,
            office_id=row.office_id,
            status=SubjectStatus(row.status),
            last_contact_at=row.last_contact_at,
            open_search_id=row.open_search_id,
            alert=OpenAlert(row.alert_id, active=row.alert_active) if row.alert_id else None,
            judgment_id=row.judgment_id,
            intake_due_at=row.intake_due_at,
            opening_id=row.opening_id,
            policy_version_id=in_force[row.office_id].version_id,
            policy=in_force[row.office_id].policy,
        )
        for row in rows
    }


def file_of(tx: Connection, actor: Actor, search_id: UUID) -> SearchFile | None:
    """One search as it stands, under its subject's lock; None out of the actor's reach."""
    row = tx.execute(
        select(Search)
        .join(Subject, Subject.id == Search.subject_id)
        .join(SubjectState, SubjectState.subject_id == Search.subject_id)
        .where(Search.id == search_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    return _files(tx, [row])[search_id] if row is not None else None


def open_of(tx: Connection, subject_id: UUID) -> SearchFile | None:
    """The subject's open search, if there is one. The caller holds the subject's lock."""
    row = tx.execute(select(Search).where(Search.subject_id == subject_id, Search.ended_at.is_(None))).one_or_none()
    return _files(tx, [row])[row.id] if row is not None else None


def behind(tx: Connection, duty_ids: Sequence[UUID]) -> Mapping[UUID, tuple[SearchFile, bool]]:
    """The search behind each duty, and whether contact has come back by itself since. Four queries for any number."""
    rows = tx.execute(
        select(Search, SearchDuty.duty_id.label("step_duty"))
        .join(SearchDuty, SearchDuty.search_id == Search.id)
        .where(SearchDuty.duty_id.in_(duty_ids))
    ).all()
    files = _files(tx, rows)
    back = _contact_back(tx, [row.alert_id for row in rows if row.alert_id])
    return {row.step_duty: (files[row.id], row.alert_id in back) for row in rows}


def _contact_back(tx: Connection, alert_ids: Sequence[UUID]) -> set[UUID]:
    if not alert_ids:
        return set()
    found = text("SELECT id FROM alerts WHERE id = ANY(:ids) AND condition = 'recovered'")
    return set(tx.execute(found, {"ids": list(alert_ids)}).scalars())


def _files(tx: Connection, rows: Sequence[Any]) -> dict[UUID, SearchFile]:
    ids = [row.id for row in rows]
    steps: dict[UUID, dict[SearchStep, StepDuty]] = {search_id: {} for search_id in ids}
    owed = select(SearchDuty.search_id, SearchDuty.step, Duty.id, Duty.state, Duty.due_at).join(
        Duty, Duty.id == SearchDuty.duty_id
    )
    for duty in tx.execute(owed.where(SearchDuty.search_id.in_(ids))):
        steps[duty.search_id][SearchStep(duty.step)] = StepDuty(duty.id, DutyState(duty.state), duty.due_at)
    done: dict[UUID, set[EntryKind]] = {search_id: set() for search_id in ids}
    entries = select(SearchEntry.search_id, SearchEntry.kind).where(SearchEntry.search_id.in_(ids)).distinct()
    for entry in tx.execute(entries):
        done[entry.search_id].add(EntryKind(entry.kind))
    return {
        row.id: SearchFile(
            id=row.id,
            subject_id=row.subject_id,
            kind=SearchKind(row.kind),
            absent_since=row.absent_since,
            opened_at=row.opened_at,
            outcome=SearchOutcome(row.outcome) if row.outcome else None,
            ended_by=row.ended_by,
            done=frozenset(done[row.id]),
            steps=steps[row.id],
        )
        for row in rows
    }


def body_hash_of(tx: Connection, search_id: UUID) -> bytes | None:
    """The fingerprint of the request that opened this search; None where there is none."""
    return tx.execute(select(Search.body_hash).where(Search.id == search_id)).scalar_one_or_none()


def entry_hash_of(tx: Connection, entry_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this entry; None where there is none."""
    return tx.execute(select(SearchEntry.body_hash).where(SearchEntry.id == entry_id)).scalar_one_or_none()


def kind_of(tx: Connection, entry_id: UUID, search_id: UUID) -> EntryKind | None:
    """What kind of entry of this search that is; None where it is none of its."""
    known = select(SearchEntry.kind).where(SearchEntry.id == entry_id, SearchEntry.search_id == search_id)
    found = tx.execute(known).scalar_one_or_none()
    return EntryKind(found) if found else None


def is_evidence(tx: Connection, subject_id: UUID, photo_id: UUID | None, visit_id: UUID | None) -> bool:
    """Whether photo and visit, where they are named, are this subject's."""
    photo = select(Photo.row_id).where(Photo.subject_id == subject_id, Photo.id == photo_id)
    visit = select(Record.id).where(Record.subject_id == subject_id, Record.id == visit_id)
    has_photo = photo_id is None or tx.execute(photo).scalar_one_or_none() is not None
    return has_photo and (visit_id is None or tx.execute(visit).scalar_one_or_none() is not None)


def write_openings(tx: Connection, effects: Sequence[OpenSearch]) -> None:
    """Write searches with the duties of their steps, which are planned by now.

    Conflict `id_reused`, or `search_open` where at this very moment somebody opened one for the same person.
    """
    for effect in effects:
        row = {
            name: getattr(effect, name)
            for name in ("id", "subject_id", "office_id", "kind", "absent_since", "why", "policy_version_id")
        }
        row |= {"opened_at": effect.at, "opened_by": effect.actor.id, "body_hash": effect.body_hash}
        _add(tx, Search, row | {"alert_id": effect.alert_id, "judgment_id": effect.judgment_id})
        steps = [{"search_id": effect.id, "step": step, "duty_id": duty_id} for step, duty_id in effect.steps.items()]
        tx.execute(insert(SearchDuty), steps)


def write_entries(tx: Connection, effects: Sequence[WriteSearchEntry]) -> None:
    """Write entries; Conflict `id_reused` where at this very moment somebody used the id for another search."""
    names = ("id", "search_id", "subject_id", "kind", "happened_at", "with_whom", "found", "photo_id", "visit_id")
    for effect in effects:
        row = {name: getattr(effect, name) for name in (*names, "document_no", "corrects_id", "body_hash")}
        _add(tx, SearchEntry, row | {"written_at": effect.at, "written_by": effect.actor.id})


def _add(tx: Connection, table: type[Search] | type[SearchEntry], row: Mapping[str, Any]) -> None:
    try:
        with tx.begin_nested():
            tx.execute(insert(table), row)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        code = "search_open" if error.orig.diag.constraint_name == "ix_searches_open" else "id_reused"
        raise Conflict(code) from error


def write_ends(tx: Connection, effects: Sequence[EndSearch]) -> None:
    """Write how searches ended."""
    for effect in effects:
        tx.execute(
            update(Search)
            .where(Search.id == effect.search_id, Search.ended_at.is_(None))
            .values(
                outcome=effect.outcome,
                found_at=effect.found_at,
                ended_at=effect.at,
                ended_by=effect.actor.id,
                end_note=effect.note,
            )
        )

"""What happened to one subject, the newest first: classes, duties, alerts, check-ins, visits, facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.subject import Subject
from app.queries.page import Key, Page, page_of
from app.queries.told import sentence_of
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor
from app.store.scope import subjects_of


class Section(StrEnum):
    """A kind of entry; each is shown to those who may read it elsewhere too."""

    FILE = "file"
    DUTY = "duty"
    ALERT = "alert"
    CHECK_IN = "check_in"
    RECORD = "record"
    JUDGMENT = "judgment"
    FACT = "fact"


OPENED_BY: Mapping[Section, str] = {
    Section.FILE: "subjects.read",
    Section.DUTY: "duties.read",
    Section.ALERT: "alerts.read",
    Section.CHECK_IN: "check_ins.read",
    Section.RECORD: "visits.read",
    Section.JUDGMENT: "judgments.read",
    Section.FACT: "facts.read",
}
"""By which action each section of the timeline is open."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `what` is its kind (of duty, alert, ...), `state` what it came to.

    `about_id` is the id of the thing; `sentence` tells why, `note` is in a person's own words.
    """

    at: datetime
    section: str
    what: str
    state: str
    about_id: UUID
    sentence: str | None
    note: str | None
    actor_kind: str | None
    actor_name: str | None
    place: str


# A window that opened, and one that a new plan took the place of, is no news: what became of it is.
TIMELINE = text(
    """
    WITH entry (at, section, what, state, about_id, reason, note, actor_kind, actor_id, place) AS (
        SELECT lower(period), 'file', 'registered', category, subject_id, CAST(NULL AS jsonb), CAST(NULL AS text),
               CAST(NULL AS text), CAST(NULL AS uuid), 'file|1|' || id
        FROM supervision_periods WHERE subject_id = :subject_id
        UNION ALL
        SELECT upper(period), 'file', 'ended', category, subject_id, NULL, NULL, NULL, NULL, 'file|9|' || id
        FROM supervision_periods WHERE subject_id = :subject_id AND NOT upper_inf(period)
        UNION ALL
        SELECT lower(period), 'file', 'class', class, id, NULL, NULLIF(reason, 'registered'), 'user', set_by,
               'file|2|' || id
        FROM class_periods WHERE subject_id = :subject_id
        UNION ALL
        SELECT e.at, 'duty', d.kind, e.to_state, d.id, e.reason, e.reason ->> 'note', e.actor_kind, e.actor_id,
               'duty|' || lpad(CAST(e.id AS text), 20, '0')
        FROM duty_events e JOIN duties d ON d.id = e.duty_id
        WHERE d.subject_id = :subject_id AND e.to_state <> 'open'
          AND (e.from_state, e.to_state) NOT IN (('planned', 'cancelled'), ('cancelled', 'planned'))
        UNION ALL
        SELECT e.at, 'alert', a.kind, e.what, a.id, e.reason, NULL, e.actor_kind, e.actor_id,
               'alert|' || lpad(CAST(e.id AS text), 20, '0')
        FROM alert_events e JOIN alerts a ON a.id = e.alert_id
        WHERE a.subject_id = :subject_id
        UNION ALL
        SELECT received_at, 'check_in', 'check_in', outcome, id, reasons -> 0, note,
               CASE WHEN officer_id IS NULL THEN 'subject' ELSE 'user' END, officer_id, 'check_in|' || id
        FROM attempts WHERE subject_id = :subject_id
        UNION ALL
        SELECT written_at, 'record', kind, 'written', id, NULL, note, 'user', officer_id, 'record|' || id
        FROM records WHERE subject_id = :subject_id
        UNION ALL
        SELECT created_at, 'judgment', 'judgment', category, id, NULL, decided_by, 'user', created_by, 'judgment|' || id
        FROM judgments WHERE subject_id = :subject_id
        UNION ALL
        SELECT at, 'judgment', 'missed_intake', 'confirmed', judgment_id, NULL, reason, 'user', officer_id,
               'judgment|' || id
        FROM confirmations WHERE subject_id = :subject_id
        UNION ALL
        SELECT max(written_at), 'fact', string_agg(DISTINCT item, '、' ORDER BY item),
               CASE WHEN bool_or(settles) THEN 'settled' WHEN bool_or(verified_by IS NOT NULL) THEN 'verified'
                    ELSE 'told' END,
               check_id, NULL, NULL, written_by_kind, written_by, 'fact|' || check_id
        FROM known_facts WHERE subject_id = :subject_id GROUP BY check_id, written_by_kind, written_by
    )
    SELECT entry.*, u.name AS actor_name
    FROM entry LEFT JOIN users u ON u.id = entry.actor_id AND entry.actor_kind = 'user'
    WHERE section = ANY(:sections)
      AND (CAST(:before_at AS timestamptz) IS NULL
           OR (at, place COLLATE "C") < (CAST(:before_at AS timestamptz), CAST(:before_place AS text) COLLATE "C"))
    ORDER BY at DESC, place COLLATE "C" DESC LIMIT :limit
    """
)


def timeline(
    connection: Connection,
    actor: Actor,
    readers: Mapping[Section, Actor],
    subject_id: UUID,
    *,
    after: Key | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """A page of what happened. `readers` are the actor as far as each section is open to them.

    NotFound where the subject is not within the actor's reach.
    """
    sections = _open_sections(connection, actor, readers, subject_id)
    before_at, before_place = _place(after)
    rows = connection.execute(
        TIMELINE,
        {
            "subject_id": subject_id,
            "sections": sections,
            "before_at": before_at,
            "before_place": before_place,
            "limit": limit + 1,
        },
    )
    return page_of([_entry(row) for row in rows], limit, lambda entry: [entry.at.isoformat(), entry.place])


def _open_sections(
    connection: Connection, actor: Actor, readers: Mapping[Section, Actor], subject_id: UUID
) -> Sequence[Section]:
    """The sections whose reader reaches this subject: one role may reach it and open less than another elsewhere."""
    row = connection.execute(
        select(
            subjects_of(actor).label("reached"),
            *(subjects_of(reader).label(section.value) for section, reader in readers.items()),
        ).where(Subject.id == subject_id)
    ).one_or_none()
    if row is None or not row.reached:
        raise NotFound("not_found")
    return [section for section in readers if getattr(row, section.value)]


def _place(after: Key | None) -> tuple[datetime | None, str | None]:
    """A cursor that holds an instant and a place; Refused `bad_cursor` where it came from another list."""
    if after is None:
        return None, None
    try:
        at, place = after
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("naive")
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error
    return instant, place


def _entry(row: Any) -> Entry:
    return Entry(
        at=row.at,
        section=row.section,
        what=row.what,
        state=row.state,
        about_id=row.about_id,
        sentence=sentence_of(row.reason) if row.reason else None,
        note=row.note,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        place=row.place,
    )

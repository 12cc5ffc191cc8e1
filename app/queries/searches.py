"""Searches, as offices, supervisors and procurators see them: who did what, what is still owed and by when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, select, tuple_
from sqlalchemy.orm import aliased

from app.models.alert import Alert
from app.models.duty import Duty
from app.models.office import Office, User
from app.models.search import Search, SearchDuty, SearchEntry
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor, Category
from app.rules.searches import absence_days, band_of
from app.rules.wording.searches import band_words
from app.store.scope import subjects_of


@dataclass(frozen=True)
class SearchView:
    """One search. `opened_by_name` is None where a rule opened it.

    `days` are counted from the last contact to `counted_until`: when the person was found, the search ended, contact
    came back, or now. `contact_back`: the phone was heard again by itself; somebody should find out and end the search.
    """

    id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_name: str
    kind: str
    alert_id: UUID | None
    judgment_id: UUID | None
    absent_since: datetime
    opened_at: datetime
    opened_by_name: str | None
    outcome: str | None
    found_at: datetime | None
    ended_at: datetime | None
    ended_by_name: str | None
    days: int
    contact_back: bool
    contact_back_at: datetime | None
    counted_until: datetime
    sealed: bool
    category: str


@dataclass(frozen=True)
class StepView:
    """One step that the search owes, and how it stands."""

    step: str
    duty_id: UUID
    due_at: datetime
    state: str
    done_at: datetime | None


@dataclass(frozen=True)
class EntryView:
    """One thing that was done. Free text is None where the law seals it; `corrected` by a later entry."""

    id: UUID
    kind: str
    happened_at: datetime
    written_at: datetime
    written_by: UUID
    written_by_name: str
    with_whom: str | None
    found: str | None
    photo_id: UUID | None
    visit_id: UUID | None
    document_no: str | None
    corrects_id: UUID | None
    corrected: bool


@dataclass(frozen=True)
class SearchDetail:
    """A search with what it owes and its record, in the order in which it happened.

    Of a minor's the texts are `closed` to those above the assigned office until they say why they look [Law 54].
    `band` names in words, with its article, what the law provides for an absence of that length, for a person to
    investigate and the county agency to decide.
    """

    search: SearchView
    closed: bool
    why: str | None
    end_note: str | None
    band: str
    steps: tuple[StepView, ...]
    entries: tuple[EntryView, ...]


def searches(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    subject_id: UUID | None = None,
    only_open: bool = False,
    after: Key | None = None,
    limit: int = 50,
) -> Page[SearchView]:
    """Searches within reach, the last opened first."""
    statement = _views(actor).order_by(Search.opened_at.desc(), Search.id.desc()).limit(limit + 1)
    if subject_id is not None:
        statement = statement.where(Search.subject_id == subject_id)
    if only_open:
        statement = statement.where(Search.ended_at.is_(None))
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Search.opened_at, Search.id) < tuple_(*key))
    rows = [_view(actor, row, now) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.opened_at.isoformat(), str(row.id)])


def search(
    connection: Connection, actor: Actor, search_id: UUID, *, now: datetime, reason: str | None = None
) -> SearchDetail:
    """One search with its record; NotFound out of reach. The caller records the `reason` given. Three queries."""
    row = connection.execute(_views(actor).where(Search.id == search_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    view = _view(actor, row, now)
    closed = view.sealed and not reason
    band = band_of(view.absent_since, view.counted_until, Category(row["category"]))
    return SearchDetail(
        search=view,
        closed=closed,
        why=None if closed else row["why"],
        end_note=None if closed else row["end_note"],
        band=band_words(band, view.days, view.kind),
        steps=_steps(connection, search_id),
        entries=_entries(connection, search_id, sealed=closed),
    )


def open_search_of(connection: Connection, actor: Actor, subject_id: UUID) -> UUID | None:
    """The subject's open search; None where there is none, or the subject is out of reach."""
    return connection.execute(
        select(Search.id)
        .join(Subject, Subject.id == Search.subject_id)
        .where(Search.subject_id == subject_id, Search.ended_at.is_(None), subjects_of(actor))
    ).scalar_one_or_none()


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    opener, ender = aliased(User), aliased(User)
    return (
        select(
            *(Search.id, Search.subject_id, Search.kind, Search.alert_id, Search.judgment_id, Search.absent_since),
            *(Search.opened_at, Search.outcome, Search.found_at, Search.ended_at, Search.why, Search.end_note),
            *(Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id, Subject.category),
            Office.name.label("office_name"),
            opener.name.label("opened_by_name"),
            ender.name.label("ended_by_name"),
            *(Alert.condition.label("alert_condition"), Alert.recovered_at),
        )
        .join(Subject, Subject.id == Search.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(opener, opener.id == Search.opened_by)
        .outerjoin(ender, ender.id == Search.ended_by)
        .outerjoin(Alert, Alert.id == Search.alert_id)
        .where(subjects_of(actor))
    )


def _view(actor: Actor, row: RowMapping, now: datetime) -> SearchView:
    named = Named(row["name"], row["minor_regime"], row["office_id"])
    back = row["ended_at"] is None and row["alert_condition"] == "recovered"
    back_at = row["recovered_at"] if back else None
    until = row["found_at"] or row["ended_at"] or back_at or now
    names = ("id", "subject_id", "subject_no", "office_name", "kind", "alert_id", "judgment_id", "absent_since")
    more = ("opened_at", "opened_by_name", "outcome", "found_at", "ended_at", "ended_by_name", "category")
    return SearchView(
        **{name: row[name] for name in (*names, *more)},
        subject_name=shown_name(actor, named),
        minor=row["minor_regime"],
        days=absence_days(row["absent_since"], until),
        contact_back=back,
        contact_back_at=back_at,
        counted_until=until,
        sealed=is_sealed(actor, named),
    )


def _steps(connection: Connection, search_id: UUID) -> tuple[StepView, ...]:
    rows = connection.execute(
        select(SearchDuty.step, Duty.id.label("duty_id"), Duty.due_at, Duty.state, Duty.fulfilled_at.label("done_at"))
        .join(Duty, Duty.id == SearchDuty.duty_id)
        .where(SearchDuty.search_id == search_id)
        .order_by(Duty.due_at, SearchDuty.step)
    ).mappings()
    return tuple(StepView(**row) for row in rows)


def _entries(connection: Connection, search_id: UUID, *, sealed: bool) -> tuple[EntryView, ...]:
    entry = SearchEntry
    rows = (
        connection.execute(
            select(
                *(entry.id, entry.kind, entry.happened_at, entry.written_at, entry.written_by, entry.with_whom),
                *(entry.found, entry.photo_id, entry.visit_id, entry.document_no, entry.corrects_id),
                User.name.label("written_by_name"),
            )
            .join(User, User.id == entry.written_by)
            .where(entry.search_id == search_id)
            .order_by(entry.happened_at, entry.written_at, entry.id)
        )
        .mappings()
        .all()
    )
    corrected = {row["corrects_id"] for row in rows}
    hidden = {"with_whom": None, "found": None} if sealed else {}
    return tuple(EntryView(**{**row, **hidden}, corrected=row["id"] in corrected) for row in rows)

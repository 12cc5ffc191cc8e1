"""Leave as it is shown: to officers in lists and one by one, to the person on the phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.leave import LeaveReport, LeaveRequest
from app.models.office import Office, User
from app.models.photo import Photo
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyState, SubjectStatus
from app.rules.leave import LeaveKind, LeaveLevel, LeaveState
from app.rules.leave.authority import may_decide
from app.rules.wording import sentence
from app.store.scope import subjects_of

MUST_DECIDE = {
    LeaveLevel.OFFICE: "leave_must_decide_office",
    LeaveLevel.COUNTY: "leave_must_decide_county",
    LeaveLevel.CITY: "leave_must_decide_city",
}
RUNNING = (LeaveState.APPROVED, LeaveState.EXTENDED)
RETURN_OWED = (DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED, DutyState.MISSED)
"""A return of somebody who was called back, as long as it is not settled."""
DECIDERS, ENTERERS = aliased(User), aliased(User)


@dataclass(frozen=True)
class ReportView:
    """One thing told on the way. `entered_by_name` is None where the phone told it."""

    id: UUID
    kind: str
    happened_at: datetime
    received_at: datetime
    destination: str | None
    until: datetime | None
    note: str | None
    entered_by_name: str | None
    confirmed_at: datetime | None
    confirmed_by_name: str | None


@dataclass(frozen=True)
class LeaveView:
    """One request as it stands. Texts are None in lists where the law seals them; reports come with a single one.

    `away` follows the time alone, `departed` what was reported; `overdue` counts from the end of the leave. Whoever was
    called back is away, or overdue, by when they are to be back. `begun_undecided`: the time asked for has come, and
    nobody has decided. `run_out`: a permit whose time is over.
    """

    id: UUID
    root_id: UUID
    extends_id: UUID | None
    subject_id: UUID
    subject_name: str
    minor: bool
    office_id: UUID
    office_name: str
    kind: str
    state: str
    ground: str
    reason: str | None
    destinations: tuple[str, ...]
    destination_names: tuple[str, ...]
    place: str | None
    from_at: datetime
    until: datetime
    travel: str | None
    contact: str | None
    frequency: str | None
    proof: str | None
    photo_ids: tuple[UUID, ...]
    asked_late: bool
    late_note: str | None
    entered_by_name: str | None
    requested_at: datetime
    days: int
    total_days: int
    decider: str
    must_decide: str
    may_decide: bool
    decided_at: datetime | None
    decided_by_name: str | None
    decided_level: str | None
    decision_reason: str | None
    conditions: str | None
    report_arrival: bool
    counts_from: datetime | None
    filed_at: datetime | None
    tell_procuratorate: bool
    told_procuratorate_at: datetime | None
    told_procuratorate_note: str | None
    ended_at: datetime | None
    end_note: str | None
    duty_id: UUID | None
    duty_state: str | None
    return_due_at: datetime | None
    return_grace_until: datetime | None
    away: bool
    overdue: bool
    begun_undecided: bool
    run_out: bool
    departed_at: datetime | None
    arrived_at: datetime | None
    return_waiting_at: datetime | None
    reports: tuple[ReportView, ...] = ()

    def place_named(self, code: str) -> str:
        """What a destination of this request is called; its code where it is none of them."""
        return dict(zip(self.destinations, self.destination_names, strict=True)).get(code, code)

    @property
    def how_to_object(self) -> str | None:
        """Where one may complain, for what was refused or revoked [Law 34]."""
        told = self.state in {LeaveState.REFUSED, LeaveState.REVOKED}
        return sentence("leave_object") if told else None


def leaves(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    subject_id: UUID | None = None,
    state: str | None = None,
    kind: str | None = None,
    also: ColumnElement[bool] | None = None,
    span: tuple[datetime | None, datetime | None] = (None, None),
    after: Key | None = None,
    limit: int = 50,
) -> Page[LeaveView]:
    """Requests of subjects within reach, the last asked first; `span` keeps those that touch it, `also` is a condition
    more (a part of the calendar: `leave_calendar.showing`).
    """
    conditions = _filters(subject_id, state, kind, span)
    if also is not None:
        conditions.append(also)
    statement = views(actor).where(*conditions)
    statement = statement.order_by(LeaveRequest.requested_at.desc(), LeaveRequest.id.desc()).limit(limit + 1)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(LeaveRequest.requested_at, LeaveRequest.id) < tuple_(*key))
    rows = shown_rows(connection, actor, statement, now)
    return page_of(rows, limit, lambda row: [row.requested_at.isoformat(), str(row.id)])


def _filters(
    subject_id: UUID | None, state: str | None, kind: str | None, span: tuple[datetime | None, datetime | None]
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if subject_id:
        wanted.append(LeaveRequest.subject_id == subject_id)
    if state:
        wanted.append(LeaveRequest.state == state)
    if kind:
        wanted.append(LeaveRequest.kind == kind)
    if span[0]:
        wanted.append(LeaveRequest.until > span[0])
    if span[1]:
        wanted.append(LeaveRequest.from_at < span[1])
    return wanted


def leave(connection: Connection, actor: Actor, leave_id: UUID, *, now: datetime) -> LeaveView:
    """One request with all that was told on the way; NotFound out of reach."""
    row = connection.execute(views(actor).where(LeaveRequest.id == leave_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(
        actor, row, now, sealed=False, photos=_photos(connection, [leave_id]), reports=_reports(connection, leave_id)
    )


def own_leaves(
    connection: Connection, actor: Actor, *, now: datetime, after: Key | None = None, limit: int = 50
) -> Page[LeaveView]:
    """The person's own requests, the last asked first."""
    return leaves(connection, actor, now=now, subject_id=actor.id, after=after, limit=limit)


def shown_rows(
    connection: Connection, actor: Actor, statement: Select[*tuple[Any, ...]], now: datetime
) -> list[LeaveView]:
    """The rows of such a statement as they are shown in a list."""
    rows = connection.execute(statement).all()
    photos = _photos(connection, [row.id for row in rows])
    return [_view(actor, row, now, sealed=_is_sealed(actor, row), photos=photos) for row in rows]


def _is_sealed(actor: Actor, row: Row[Any]) -> bool:
    return actor.kind != "subject" and is_sealed(actor, Named(row.name, row.minor_regime, row.office_id))


def _photos(connection: Connection, leave_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {leave_id: [] for leave_id in leave_ids}
    columns = select(Photo.leave_id, Photo.id).where(Photo.leave_id.in_(leave_ids), Photo.deleted_at.is_(None))
    rows = connection.execute(columns.order_by(Photo.received_at, Photo.id)) if leave_ids else ()
    for row in rows:
        found[row.leave_id].append(row.id)
    return found


def _reports(connection: Connection, leave_id: UUID) -> tuple[ReportView, ...]:
    by, confirmed_by = aliased(User), aliased(User)
    rows = connection.execute(
        select(
            *(LeaveReport.id, LeaveReport.kind, LeaveReport.happened_at, LeaveReport.received_at),
            *(LeaveReport.destination, LeaveReport.until, LeaveReport.note, LeaveReport.confirmed_at),
            by.name.label("entered_by_name"),
            confirmed_by.name.label("confirmed_by_name"),
        )
        .outerjoin(by, by.id == LeaveReport.entered_by)
        .outerjoin(confirmed_by, confirmed_by.id == LeaveReport.confirmed_by)
        .where(LeaveReport.leave_id == leave_id)
        .order_by(LeaveReport.received_at, LeaveReport.id)
    )
    return tuple(ReportView(**row) for row in rows.mappings())


def _told_at(kind: str) -> Any:
    """When something was last told of a leave."""
    told = select(func.max(LeaveReport.happened_at)).where(LeaveReport.leave_id == LeaveRequest.id)
    return told.where(LeaveReport.kind == kind).scalar_subquery()


def views(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Requests of subjects within reach, with all that a view of one needs."""
    waiting = select(func.max(LeaveReport.happened_at)).where(
        LeaveReport.leave_id == LeaveRequest.id,
        LeaveReport.kind == "return",
        LeaveReport.confirmed_at.is_(None),
        LeaveReport.entered_by.is_(None),
        (LeaveRequest.state == LeaveState.APPROVED)
        | (LeaveRequest.state == LeaveState.REVOKED) & Duty.state.in_(RETURN_OWED),
    )
    return (
        select(
            *LeaveRequest.__table__.columns,
            *(Subject.name, Subject.minor_regime, Subject.office_id, Subject.status, Office.name.label("office_name")),
            DECIDERS.name.label("decided_by_name"),
            ENTERERS.name.label("entered_by_name"),
            *(Duty.state.label("duty_state"), Duty.due_at.label("return_due_at")),
            Duty.grace_until.label("return_grace_until"),
            _told_at("departure").label("departed_at"),
            _told_at("arrival").label("arrived_at"),
            waiting.scalar_subquery().label("return_waiting_at"),
        )
        .join(Subject, Subject.id == LeaveRequest.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(DECIDERS, DECIDERS.id == LeaveRequest.decided_by)
        .outerjoin(ENTERERS, ENTERERS.id == LeaveRequest.entered_by)
        .outerjoin(Duty, Duty.id == LeaveRequest.duty_id)
        .where(subjects_of(actor))
    )


SEALED = (
    *("reason", "place", "travel", "contact", "frequency", "proof", "decision_reason", "conditions"),
    *("told_procuratorate_note", "end_note"),
)
"""Free texts, closed in lists where the law seals them."""


def _view(
    actor: Actor,
    row: Row[Any],
    now: datetime,
    *,
    sealed: bool,
    photos: Mapping[UUID, list[UUID]],
    reports: tuple[ReportView, ...] = (),
) -> LeaveView:
    found = row._mapping  # noqa: SLF001  (SQLAlchemy's own name for it)
    shown: dict[str, Any] = {field.name: found[field.name] for field in fields(LeaveView) if field.name in found}
    named = Named(row.name, row.minor_regime, row.office_id)
    running = row.state in RUNNING and row.ended_at is None and row.kind == LeaveKind.LEAVE
    granted = row.counts_from is not None
    owed = row.state == LeaveState.APPROVED and row.duty_state != DutyState.WAIVED
    recalled = row.state == LeaveState.REVOKED and row.duty_state in RETURN_OWED and row.status != SubjectStatus.ENDED
    back_by = row.return_due_at if recalled else row.until
    decider = LeaveLevel(row.decider)
    shown |= {
        **(dict.fromkeys(SEALED) if sealed else {}),
        "subject_name": row.name if actor.kind == "subject" else shown_name(actor, named),
        "minor": row.minor_regime,
        "destinations": tuple(row.destinations),
        "destination_names": tuple(row.destination_names),
        "photo_ids": () if sealed else tuple(photos.get(row.id, ())),
        "late_note": sentence("leave_asked_late") if row.asked_late else None,
        "must_decide": sentence(MUST_DECIDE[decider]),
        "may_decide": row.state == LeaveState.PENDING and may_decide(decider, actor) is not None,
        "tell_procuratorate": row.decided_level == LeaveLevel.CITY and granted and not row.told_procuratorate_at,
        "away": (running or recalled) and granted and row.counts_from <= now < back_by,
        "overdue": ((running and owed) or recalled) and back_by <= now,
        "begun_undecided": row.state == LeaveState.PENDING and row.from_at <= now,
        "run_out": row.kind == LeaveKind.PERMIT and row.state == LeaveState.APPROVED and row.until <= now,
        "reports": reports,
    }
    return LeaveView(**shown)

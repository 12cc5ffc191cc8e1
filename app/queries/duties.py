"""Duties as officers see them, and what a subject's phone shows as due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select, text, tuple_

from app.models.duty import Duty, DutyEvent
from app.models.office import Office, User
from app.models.policy import PolicyVersion
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.calendar import end_of_day, legal_day, start_of_day
from app.rules.duties import OwedFacts, how_to
from app.rules.errors import NotFound
from app.rules.facts import Actor, Channel, DutyKind, DutyState, Reason
from app.rules.visits import roles_reaching
from app.rules.wording.duties import TITLES
from app.store import policies
from app.store.scope import subjects_of

MOST_ON_PHONE = 100


@dataclass(frozen=True)
class DutyView:
    """One duty. A planned one whose time has come shows as open, whether the job that opens it has run or not.

    `waive_reason` is in a person's own words, and sealed with the name. `why` is what it comes from, where its planning
    told that; `occasion_id` the occasion, where there was one.
    """

    id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    kind: str
    title: str
    rule_code: str
    policy_version_id: UUID
    obligor: str
    state: str
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    fulfilled_at: datetime | None
    missed_at: datetime | None
    waived_by: UUID | None
    waive_reason: str | None
    office_name: str = ""
    why: Reason | None = None
    occasion_id: UUID | None = None


@dataclass(frozen=True)
class DutyChange:
    """One change that a duty went through; `note` is in the words of the user who made it, whose name is given."""

    at: datetime
    from_state: str
    to_state: str
    reason: Reason
    note: str | None
    actor_kind: str
    actor_id: UUID | None
    actor_name: str | None


@dataclass(frozen=True)
class OwedView:
    """What the subject's phone shows of one duty. `how` says what to do, or what became of it."""

    id: UUID
    kind: str
    title: str
    opens_at: datetime
    due_at: datetime
    state: str
    how: Reason
    asks: "Asks | None" = None


@dataclass(frozen=True)
class Asks:
    """What a check-in should hold beside the place."""

    photo: bool
    question: str | None


def duties(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    state: str | None = None,
    kind: str | None = None,
    subject_id: UUID | None = None,
    due_before: datetime | None = None,
    due_after: datetime | None = None,
    channel: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[DutyView]:
    """Duties about subjects within reach, by due time; those that fell away only where `state` asks for them."""
    statement = _duties(actor, now).order_by(Duty.due_at, Duty.id).limit(limit + 1)
    statement = statement.where(_shown_as(state, now) if state else Duty.state != DutyState.CANCELLED)
    if kind:
        statement = statement.where(Duty.kind == kind)
    if subject_id:
        statement = statement.where(Duty.subject_id == subject_id)
    if due_before:
        statement = statement.where(Duty.due_at < due_before)
    if due_after:
        statement = statement.where(Duty.due_at >= due_after)
    if channel:
        statement = statement.where(Subject.channel == channel)
    if place := instant_key(after):
        statement = statement.where(tuple_(Duty.due_at, Duty.id) > place)
    rows = [_view(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.due_at.isoformat(), str(row.id)])


def duty(connection: Connection, actor: Actor, duty_id: UUID, *, now: datetime) -> DutyView:
    """One duty; NotFound where its subject is not within reach."""
    row = connection.execute(_duties(actor, now).where(Duty.id == duty_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row)


def may_fulfil(connection: Connection, actor: Actor, duty_id: UUID, *, now: datetime) -> bool:
    """Whether the local rule lets one of the actor's roles write down the visit or talk that fulfils a duty.

    False where the subject is not within reach. What is owed by an item that the policy has no more goes by its own.
    """
    row = connection.execute(
        select(Duty.rule_code, Duty.policy_version_id, Subject.office_id, Office.path)
        .join(Subject, Subject.id == Duty.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .where(Duty.id == duty_id, subjects_of(actor))
    ).one_or_none()
    if row is None:
        return False
    policy = policies.of_office(connection, row.office_id, at=now).policy
    former = policies.former_items(connection, [(row.rule_code, row.policy_version_id)], policy)
    item = policy.item(row.rule_code) or former.get(row.rule_code)
    return item is not None and not roles_reaching(actor.grants, row.path).isdisjoint(item.by)


def duty_history(connection: Connection, actor: Actor, duty_id: UUID) -> tuple[DutyChange, ...]:
    """What one duty went through, the oldest first; nothing where its subject is not within reach."""
    statement = (
        select(
            DutyEvent.__table__, Subject.name, Subject.minor_regime, Subject.office_id, User.name.label("actor_name")
        )
        .join(Duty, Duty.id == DutyEvent.duty_id)
        .join(Subject, Subject.id == Duty.subject_id)
        .outerjoin(User, (DutyEvent.actor_kind == "user") & (User.id == DutyEvent.actor_id))
        .where(DutyEvent.duty_id == duty_id, subjects_of(actor))
        .order_by(DutyEvent.id)
    )
    return tuple(_change(actor, row) for row in connection.execute(statement))


def _duties(actor: Actor, now: datetime) -> Select[Any]:
    item = func.jsonb_extract_path_text(PolicyVersion.content, "items", Duty.rule_code, "title")
    return (
        select(
            Duty.id,
            Duty.subject_id,
            Subject.subject_no,
            Subject.name.label("subject_name"),
            Subject.minor_regime.label("minor"),
            Subject.office_id.label("assigned_office_id"),
            Duty.office_id,
            Duty.kind,
            item.label("title"),
            Duty.rule_code,
            Duty.policy_version_id,
            Duty.obligor,
            _state(now).label("state"),
            Duty.opens_at,
            Duty.due_at,
            Duty.grace_until,
            Duty.fulfilled_at,
            Duty.missed_at,
            Duty.waived_by,
            Duty.waive_reason,
            Office.name.label("office_name"),
            Duty.why,
            Duty.occasion_id,
        )
        .join(Subject, Subject.id == Duty.subject_id)
        .join(Office, Office.id == Duty.office_id)
        .join(PolicyVersion, PolicyVersion.id == Duty.policy_version_id)
        .where(subjects_of(actor))
    )


def _state(now: datetime) -> Any:
    planned_is_open = (Duty.state == DutyState.PLANNED) & (Duty.opens_at <= now)
    return case((planned_is_open, DutyState.OPEN.value), else_=Duty.state)


def _shown_as(state: str, now: datetime) -> ColumnElement[bool]:
    """Duties that `_state` calls so, said of the columns themselves: an index knows nothing of what it calls them."""
    if state == DutyState.OPEN:
        return Duty.state.in_((DutyState.OPEN, DutyState.PLANNED)) & (
            (Duty.state == DutyState.OPEN) | (Duty.opens_at <= now)
        )
    if state == DutyState.PLANNED:
        return (Duty.state == DutyState.PLANNED) & (Duty.opens_at > now)
    return Duty.state == state


def _view(actor: Actor, row: Row[Any]) -> DutyView:
    values = dict(row._mapping)  # noqa: SLF001  (the row's own way to be a mapping)
    named = Named(values["subject_name"], values["minor"], values.pop("assigned_office_id"))
    return DutyView(
        **{
            **values,
            "title": values["title"] or TITLES[values["kind"]],
            "subject_name": shown_name(actor, named),
            "waive_reason": None if is_sealed(actor, named) else values["waive_reason"],
            "why": Reason(values["why"]["code"], tuple(values["why"]["params"].items())) if values["why"] else None,
        }
    )


def _change(actor: Actor, row: Row[Any]) -> DutyChange:
    stored = row.reason
    sealed = is_sealed(actor, Named(row.name, row.minor_regime, row.office_id))
    return DutyChange(
        at=row.at,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=Reason(stored["code"], tuple(stored["params"].items())),
        note=None if sealed else stored.get("note"),
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
    )


# A window or its grace may run over midnight, never over two. What could still be done today is of today. A return from
# leave is owed for as long as the leave lasts, and is shown until it is settled.
OWED = text(
    """
    WITH own AS (
        SELECT d.id, d.kind, d.opens_at, d.due_at, d.grace_until, d.random, s.channel, c.ground, c.question,
               d.kind IN ('check_in', 'spot_check') AND (
                   coalesce(c.photo, false) OR coalesce(v.content #>> '{photos,check_ins}' = 'wanted', false)) AS photo,
               CASE WHEN d.state = 'planned' AND d.opens_at <= :now THEN 'open' ELSE d.state END AS state
        FROM (
            SELECT id FROM duties
            WHERE subject_id = :subject_id AND opens_at > CAST(:day_starts AS timestamptz) - interval '2 days'
            UNION
            SELECT duty_id FROM leave_requests
            WHERE subject_id = :subject_id AND until > CAST(:day_starts AS timestamptz) - interval '60 days'
        ) x
        JOIN duties d ON d.id = x.id
        JOIN subjects s ON s.id = d.subject_id
        JOIN policy_versions v ON v.id = d.policy_version_id
        LEFT JOIN spot_checks c ON c.duty_id = d.id
        WHERE d.obligor = 'subject' AND d.kind IN ('check_in', 'location_check', 'spot_check', 'leave_return')
          AND d.state <> 'cancelled'
    )
    SELECT * FROM own
    WHERE (state = 'open' AND grace_until > :now)
       OR (state NOT IN ('planned', 'open') AND grace_until > :day_starts AND opens_at < :day_ends
           AND (opens_at <= :now OR NOT random))
       OR (kind = 'leave_return' AND state = 'missed')
       OR id = (SELECT id FROM own WHERE state = 'planned' AND kind = 'check_in' AND NOT random
                ORDER BY opens_at, id LIMIT 1)
    ORDER BY opens_at DESC, id LIMIT :most
    """
)


def owed_by(connection: Connection, actor: Actor, *, now: datetime) -> Sequence[OwedView]:
    """What the subject can do now, what became of today's duties, and the next window at a fixed time, by opening time.

    A window at a random time is nowhere in it before it opens.
    """
    today = legal_day(now)
    rows = connection.execute(
        OWED,
        {
            "subject_id": actor.id,
            "now": now,
            "day_starts": start_of_day(today),
            "day_ends": end_of_day(today),
            "most": MOST_ON_PHONE,
        },
    ).all()
    return [_owed(row, now) for row in reversed(rows)]


def _owed(row: Row[Any], now: datetime) -> OwedView:
    owed = OwedFacts(
        DutyKind(row.kind),
        DutyState(row.state),
        Channel(row.channel),
        row.opens_at,
        row.due_at,
        row.grace_until,
        row.ground,
    )
    how = how_to(owed, now=now)
    asks = Asks(row.photo, row.question) if row.photo or row.question else None
    return OwedView(row.id, row.kind, TITLES[row.kind], row.opens_at, row.due_at, row.state, how, asks)

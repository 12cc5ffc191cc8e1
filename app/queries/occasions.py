"""Occasions for visits and talks, with the duties that followed from each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from app.models.duty import Duty
from app.models.occasion import Occasion
from app.models.office import User
from app.models.policy import PolicyVersion
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor, OccasionKind
from app.rules.occasions import WRITTEN_BY_PEOPLE
from app.rules.wording.duties import TITLES
from app.store.scope import subjects_of


@dataclass(frozen=True)
class FollowedDuty:
    """A duty that followed from an occasion."""

    id: UUID
    rule_code: str
    title: str
    kind: str
    state: str
    due_at: datetime


@dataclass(frozen=True)
class OccasionView:
    """One occasion. `happened_at` is what the time of its duties counts from; `written` by a person, so that it may be
    withdrawn. `note` and `withdraw_reason` are in people's own words, and sealed with the name.
    """

    id: UUID
    subject_id: UUID
    subject_name: str
    minor: bool
    kind: str
    happened_at: datetime
    event_on: date | None
    known_at: datetime
    source_kind: str
    actor_kind: str
    actor_name: str | None
    note: str | None
    receipt_no: str | None
    planned_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdraw_reason: str | None
    duties: tuple[FollowedDuty, ...] = ()

    @property
    def written(self) -> bool:
        """Whether a person wrote it down."""
        return self.source_kind in WRITTEN_BY_PEOPLE


WITHDRAWER = User.__table__.alias("withdrawer")


def occasions(
    connection: Connection, actor: Actor, subject_id: UUID, *, after: Key | None = None, limit: int = 50
) -> Page[OccasionView]:
    """All occasions of one subject within reach, the newest first; NotFound beyond it."""
    name_of(connection, actor, subject_id)
    statement = _views(actor).where(Occasion.subject_id == subject_id)
    statement = statement.order_by(Occasion.happened_at.desc(), Occasion.id.desc()).limit(limit + 1)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Occasion.happened_at, Occasion.id) < tuple_(*key))
    rows = connection.execute(statement).all()
    followed = _followed(connection, [row.id for row in rows])
    views = [_view(actor, row, followed) for row in rows]
    return page_of(views, limit, lambda row: [row.happened_at.isoformat(), str(row.id)])


def name_of(connection: Connection, actor: Actor, subject_id: UUID) -> str:
    """What a subject within reach is called; NotFound beyond it."""
    columns = (Subject.name, Subject.minor_regime, Subject.office_id)
    row = connection.execute(select(*columns).where(Subject.id == subject_id, subjects_of(actor))).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return shown_name(actor, Named(row.name, row.minor_regime, row.office_id))


def occasion(connection: Connection, actor: Actor, occasion_id: UUID) -> OccasionView:
    """One occasion; NotFound where its subject is not within reach."""
    row = connection.execute(_views(actor).where(Occasion.id == occasion_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return _view(actor, row, _followed(connection, [row.id]))


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    by = (Occasion.actor_kind == "user") & (User.id == Occasion.actor_id)
    return (
        select(
            Occasion.__table__,
            Subject.name,
            Subject.minor_regime,
            Subject.office_id,
            User.name.label("actor_name"),
            WITHDRAWER.c.name.label("withdrawn_by_name"),
        )
        .join(Subject, Subject.id == Occasion.subject_id)
        .outerjoin(User, by)
        .outerjoin(WITHDRAWER, WITHDRAWER.c.id == Occasion.withdrawn_by)
        .where(subjects_of(actor))
    )


def _followed(connection: Connection, occasion_ids: Sequence[UUID]) -> Mapping[UUID, list[FollowedDuty]]:
    item = func.jsonb_extract_path_text(PolicyVersion.content, "items", Duty.rule_code, "title")
    statement = (
        select(Duty.id, Duty.occasion_id, Duty.rule_code, Duty.kind, Duty.state, Duty.due_at, item.label("title"))
        .join(PolicyVersion, PolicyVersion.id == Duty.policy_version_id)
        .where(Duty.occasion_id.in_(occasion_ids))
        .order_by(Duty.due_at, Duty.id)
    )
    found: dict[UUID, list[FollowedDuty]] = defaultdict(list)
    for row in connection.execute(statement) if occasion_ids else ():
        title = row.title or TITLES[row.kind]
        found[row.occasion_id].append(FollowedDuty(row.id, row.rule_code, title, row.kind, row.state, row.due_at))
    return found


def _view(actor: Actor, row: Row[Any], followed: Mapping[UUID, list[FollowedDuty]]) -> OccasionView:
    named = Named(row.name, row.minor_regime, row.office_id)
    sealed = is_sealed(actor, named)
    return OccasionView(
        id=row.id,
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        kind=OccasionKind(row.kind).value,
        happened_at=row.happened_at,
        event_on=row.event_on,
        known_at=row.known_at,
        source_kind=row.source_kind,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        note=None if sealed else row.note,
        receipt_no=row.receipt_no,
        planned_at=row.planned_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by_name=row.withdrawn_by_name,
        withdraw_reason=None if sealed else row.withdraw_reason,
        duties=tuple(followed.get(row.id, ())),
    )

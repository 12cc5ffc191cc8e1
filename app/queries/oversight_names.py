"""How offices, officers and items are called that the audit counts by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Text, column, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from app.models.office import Office, User, UserRole
from app.models.policy import PolicyVersion
from app.queries.oversight import Asked, By, offices_asked
from app.rules.facts import Actor, OfficeLevel
from app.rules.oversight import AUDITED, NOBODY
from app.rules.wording import oversight as words
from app.store.scope import offices_of


@dataclass(frozen=True)
class NamedOffice:
    """One office, and the one above it."""

    id: UUID
    name: str
    county: str | None
    level: str


@dataclass(frozen=True)
class NamedItem:
    """One item of the work rule that is in force for some office within reach."""

    code: str
    title: str
    kind: str


def offices(
    connection: Connection, actor: Actor, asked: Asked | None = None, *, also: Iterable[UUID] = ()
) -> dict[UUID, NamedOffice]:
    """Every 司法所 within reach, also those that owed nothing, and those of `also`, in the order of the tree."""
    above, conditions = aliased(Office), offices_asked(actor, asked) if asked else [offices_of(actor)]
    wanted = [*also, *([asked.office_id] if asked and asked.alone and asked.office_id else [])]
    statement = (
        select(Office.id, Office.name, above.name.label("county"), Office.level)
        .join(above, above.id == Office.parent_id, isouter=True)
        .where(*conditions)
        .where(or_(Office.level == OfficeLevel.JUSTICE_OFFICE, Office.id.in_(wanted)))
        .order_by(Office.path.collate("C"))
    )
    return {row.id: NamedOffice(**row) for row in connection.execute(statement).mappings()}


def officers(connection: Connection, actor: Actor, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these officers, as far as they have or had a post in an office within reach."""
    posts = select(UserRole.user_id).join(Office, Office.id == UserRole.office_id).where(offices_of(actor))
    rows = connection.execute(
        select(User.id, User.name).where(User.id.in_(list(user_ids)), User.id.in_(posts)).order_by(User.name)
    )
    return {row.id: row.name for row in rows}


def items(connection: Connection, actor: Actor, *, now: datetime) -> Mapping[str, NamedItem]:
    """The items of the policies in force at, above or below the actor's offices: visits first, each by its code.

    Where two counties call a code by different names, the one of the smaller id counts: a code is one county's own.
    """
    each = func.jsonb_each(PolicyVersion.content["items"])
    item = each.table_valued(column("key", Text), column("value", JSONB)).lateral("item")
    own, scope = aliased(Office), aliased(Office)
    above = select(scope.id).join(
        own, or_(own.path == scope.path, own.path.like(scope.path + ".%"), scope.path.like(own.path + ".%"))
    )
    grants = [grant.office_id for grant in actor.grants]
    statement = (
        select(item.c.key, item.c.value["title"].astext.label("title"), item.c.value["kind"].astext.label("kind"))
        .select_from(PolicyVersion)
        .join(item, onclause=func.jsonb_typeof(item.c.value) == "object")
        .where(PolicyVersion.in_force.contains(now), PolicyVersion.office_id.in_(above.where(own.id.in_(grants))))
        .order_by(PolicyVersion.id.desc())
    )
    found = {row.key: NamedItem(row.key, row.title, row.kind) for row in connection.execute(statement)}
    order = {kind.value: n for n, kind in enumerate(AUDITED)}
    return dict(sorted(found.items(), key=lambda one: (order.get(one[1].kind, len(order)), one[0])))


@dataclass(frozen=True)
class Named:
    """What things are called that are counted."""

    offices: Mapping[UUID, NamedOffice]
    officers: Mapping[UUID, str]
    items: Mapping[str, NamedItem]

    def of(self, by: By, key: Any, unit: str = "") -> str:
        """The name of one line."""
        match by:
            case By.OFFICE:
                return self.offices[key].name if key in self.offices else words.NO_OFFICE
            case By.OFFICER:
                return words.NOBODY_NAMED if key == NOBODY else self.officers.get(key, words.NOT_OURS)
            case By.ITEM:
                return f"{key} {self.items[key].title}" if key in self.items else words.KINDS.get(key, str(key))
            case By.CLASS:
                return words.CLASSES[key]
            case By.PERIOD:
                return words.bucket_words(key.from_day, key.to_day, unit)

    @property
    def head(self) -> str:
        """The office that is above all of these: the one county of theirs, or the one office that they are."""
        if len(self.offices) == 1:
            return next(iter(self.offices.values())).name
        ground = OfficeLevel.JUSTICE_OFFICE
        counties = {one.county if one.level == ground else one.name for one in self.offices.values()}
        return (counties.pop() or words.SEVERAL) if len(counties) == 1 else words.SEVERAL

    def conditions(self, asked: Asked) -> tuple[tuple[By, str], ...]:
        """The further conditions in words: offices with those below them are called by what is the head of them."""
        given = ((By.OFFICER, asked.officer_id), (By.ITEM, asked.item), (By.CLASS, asked.class_))
        office = [(By.OFFICE, self._office(asked))] if asked.office_id else []
        return (*office, *((by, self.of(by, key)) for by, key in given if key is not None))

    def _office(self, asked: Asked) -> str:
        known = self.offices.get(asked.office_id) if asked.office_id and asked.alone else None
        if known is None:
            return self.head
        return known.name if known.level == OfficeLevel.JUSTICE_OFFICE else words.ALONE.format(name=known.name)


def names(
    connection: Connection,
    actor: Actor,
    asked: Asked,
    officer_ids: Iterable[UUID],
    *,
    now: datetime,
    also: Iterable[UUID] = (),
) -> Named:
    """Of the offices within reach, of these officers, and of the items of the policies."""
    return Named(
        offices(connection, actor, asked, also=also),
        officers(connection, actor, officer_ids),
        items(connection, actor, now=now),
    )


def in_reach(connection: Connection, actor: Actor, office_id: UUID) -> NamedOffice | None:
    """One office by its id, if it is within reach."""
    above = aliased(Office)
    row = connection.execute(
        select(Office.id, Office.name, above.name.label("county"), Office.level)
        .join(above, above.id == Office.parent_id, isouter=True)
        .where(Office.id == office_id, offices_of(actor))
    ).one_or_none()
    return NamedOffice(row.id, row.name, row.county, row.level) if row else None

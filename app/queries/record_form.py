"""What the form of a record has to know about one person: which items may be written, and what each would fulfil."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyKind, DutyState
from app.rules.planning import CHAINED
from app.rules.policy import Item
from app.rules.visits import Owed, roles_reaching, served_by
from app.store import policies
from app.store.scope import subjects_of

RECORDED = (DutyKind.VISIT, DutyKind.TALK, DutyKind.VERIFICATION, DutyKind.REVIEW)
"""What is done about a person and written down, in the order in which a form offers it."""

MOST_TAKEN = 40
FORGOTTEN = timedelta(days=92)
"""What fell due longer ago is looked for in the list of duties."""

WAITING = text(
    """
    SELECT subject_id, id, kind, rule_code, state, opens_at, due_at, policy_version_id,
           occasion_id IS NULL AND (why IS NULL OR why->>'code' = ANY(:chained)) AS chained
    FROM duties
    WHERE subject_id = ANY(:subject_ids) AND opens_at <= :now AND obligor = 'office'
      AND kind IN ('visit', 'talk', 'verification', 'review') AND state IN ('planned', 'open', 'missed')
    ORDER BY subject_id, rule_code, opens_at, due_at, id
    """
)
PROMISED = text(
    """
    SELECT d.subject_id, d.id, r.follow_up, d.due_at FROM duties d
    JOIN records r ON r.id = CAST(substr(d.rule_code, length('follow_up.') + 1) AS uuid)
    WHERE d.subject_id = ANY(:subject_ids) AND d.opens_at <= :now
      AND d.kind = 'follow_up' AND d.state IN ('planned', 'open', 'missed')
    ORDER BY d.due_at, d.id
    """
)
DUE = text(
    """
    SELECT d.subject_id FROM duties d
    WHERE d.office_id = ANY(:office_ids) AND d.opens_at <= :now AND d.due_at > :since AND d.due_at < :until
      AND d.obligor = 'office'
      AND d.kind IN ('visit', 'talk', 'verification', 'review', 'follow_up')
      AND d.state IN ('planned', 'open', 'missed')
    GROUP BY d.subject_id ORDER BY min(d.due_at), d.subject_id LIMIT :limit
    """
)


@dataclass(frozen=True)
class Waiting:
    """A duty that waits for a record of the item."""

    id: UUID
    due_at: datetime
    missed: bool


@dataclass(frozen=True)
class FormItem:
    """An item that this user may write down, and what its record must bring. `served` are the duties that one record
    would fulfil now, the oldest first; `owed` are all that wait, by id.
    """

    code: str
    title: str
    kind: DutyKind
    evidence: tuple[str, ...]
    served: tuple[Waiting, ...] = ()
    owed: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Promised:
    """A follow-up that waits: its duty, what was promised, in the words of the record, and until when."""

    id: UUID
    text: str
    due_at: datetime


@dataclass(frozen=True)
class RecordForm:
    """Whom a record is about, by the name that lists show, and its items."""

    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_name: str
    items: tuple[FormItem, ...]
    promised: tuple[Promised, ...] = ()

    @property
    def kinds(self) -> tuple[DutyKind, ...]:
        """The kinds of records that the items allow."""
        offered = {item.kind for item in self.items}
        return tuple(kind for kind in RECORDED if kind in offered)


def record_form(
    connection: Connection, actor: Actor, talker: Actor | None, subject_id: UUID, *, now: datetime
) -> RecordForm:
    """For one person within the actor's reach, NotFound else. `talker` is who may hold talks, None for nobody."""
    found = forms(connection, actor, talker, [subject_id], now=now)
    if not found:
        raise NotFound("not_found")
    return found[0]


def forms(
    connection: Connection, actor: Actor, talker: Actor | None, subject_ids: Iterable[UUID], *, now: datetime
) -> list[RecordForm]:
    """For several, in the order that was given; who is out of reach is left out. As many statements as for one."""
    wanted = list(subject_ids)
    rows = {row.id: row for row in connection.execute(_subjects(actor, wanted))}
    in_force = policies.in_force(connection, {row.office_id for row in rows.values()}, at=now) if rows else {}
    given = {"subject_ids": list(rows), "now": now, "chained": list(CHAINED)}
    waiting = connection.execute(WAITING, given).all() if rows else []
    duties: dict[UUID, dict[str, list[Owed]]] = {}
    for duty in waiting:
        duties.setdefault(duty.subject_id, {}).setdefault(duty.rule_code, []).append(_owed(duty))
    items = {one: in_force[row.office_id].policy.items for one, row in rows.items()}
    former = _former(connection, [duty for duty in waiting if duty.rule_code not in items[duty.subject_id]])
    promised = _promised(connection, list(rows), now)
    return [
        replace(
            _form(
                *(actor, talker, rows[one]),
                [*items[one].values(), *former.get(one, {}).values()],
                {code: _served(owed, now) for code, owed in duties.get(one, {}).items()},
            ),
            promised=tuple(promised.get(one, ())),
        )
        for one in wanted
        if one in rows
    ]


def due_soon(connection: Connection, actor: Actor, *, now: datetime, until: datetime) -> list[UUID]:
    """People of the actor's own offices about whom something is owed before `until`, by the end of its time."""
    offices = [grant.office_id for grant in actor.grants]
    span = {"since": now - FORGOTTEN, "until": until}
    rows = connection.execute(DUE, {"office_ids": offices, "now": now, "limit": MOST_TAKEN, **span})
    return list(rows.scalars())


def _former(connection: Connection, gone: Sequence[Row[Any]]) -> dict[UUID, dict[str, Item]]:
    """Items that the policy has no more, of each person about whom something is still owed by them."""
    versions = policies.by_id(connection, {duty.policy_version_id for duty in gone}) if gone else {}
    found: dict[UUID, dict[str, Item]] = {}
    for duty in gone:
        item = versions[duty.policy_version_id].item(duty.rule_code)
        if item is not None:
            found.setdefault(duty.subject_id, {})[duty.rule_code] = item
    return found


def _promised(connection: Connection, subject_ids: list[UUID], now: datetime) -> dict[UUID, list[Promised]]:
    found: dict[UUID, list[Promised]] = {}
    for row in connection.execute(PROMISED, {"subject_ids": subject_ids, "now": now}):
        found.setdefault(row.subject_id, []).append(Promised(row.id, row.follow_up, row.due_at))
    return found


def _subjects(actor: Actor, subject_ids: list[UUID]) -> Any:
    return (
        select(Subject.id, Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id)
        .add_columns(Office.name.label("office_name"), Office.path)
        .join(Office, Office.id == Subject.office_id)
        .where(Subject.id.in_(subject_ids), subjects_of(actor))
    )


def _owed(row: Row[Any]) -> Owed:
    kind, state = DutyKind(row.kind), DutyState(row.state)
    return Owed(row.id, kind, row.rule_code, state, row.opens_at, row.due_at, row.chained)


Served = tuple[tuple[Waiting, ...], frozenset[UUID]]


def _served(owed: Sequence[Owed], now: datetime) -> Served:
    served = served_by(owed, now)
    told = tuple(Waiting(duty.id, duty.due_at, duty.state is DutyState.MISSED) for duty in served)
    return told, frozenset(duty.id for duty in owed)


def _form(
    actor: Actor, talker: Actor | None, row: Row[Any], items: Iterable[Item], waiting: dict[str, Served]
) -> RecordForm:
    may = {kind: talker if kind is DutyKind.TALK else actor for kind in RECORDED}
    offered = [
        FormItem(
            *(item.code, item.title, item.kind, tuple(word.value for word in item.evidence)),
            *waiting.get(item.code, ((), frozenset())),
        )
        for item in items
        if (writer := may.get(item.kind)) and not roles_reaching(writer.grants, row.path).isdisjoint(item.by)
    ]
    return RecordForm(
        subject_id=row.id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        minor=row.minor_regime,
        office_name=row.office_name,
        items=tuple(sorted(offered, key=lambda item: RECORDED.index(item.kind))),
    )

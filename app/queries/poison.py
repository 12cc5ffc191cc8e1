"""What lies set aside, by client and reason: numbers and ages, never a body and never whose it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.models.position import Poison
from app.models.subject import Subject
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class PoisonCount:
    """How much of one sort there is; `waiting` is what no replay has made use of, `oldest_at` the oldest of that."""

    client: str
    form: str
    reason: str
    waiting: int
    replayed: int
    oldest_at: datetime | None
    newest_at: datetime


def poison_counts(connection: Connection, actor: Actor) -> tuple[PoisonCount, ...]:
    """Of subjects within the actor's reach, the sort of which most is waiting first."""
    subjects = select(Subject.id).where(subjects_of(actor))
    return _counted(connection, Poison.subject_id.in_(subjects))


def all_poison_counts(connection: Connection) -> tuple[PoisonCount, ...]:
    """Of everybody, for whoever runs the service."""
    return _counted(connection)


def _counted(connection: Connection, *within: object) -> tuple[PoisonCount, ...]:
    waits = Poison.replayed_at.is_(None)
    waiting = func.count().filter(waits)
    rows = connection.execute(
        select(
            Poison.client,
            Poison.form,
            Poison.reason,
            waiting.label("waiting"),
            func.count().filter(~waits).label("replayed"),
            func.min(Poison.received_at).filter(waits).label("oldest_at"),
            func.max(Poison.received_at).label("newest_at"),
        )
        .where(*within)  # type: ignore[arg-type]  # conditions
        .group_by(Poison.client, Poison.form, Poison.reason)
        .order_by(waiting.desc(), Poison.client, Poison.reason)
    ).mappings()
    return tuple(PoisonCount(**row) for row in rows)

"""Offices join the tree, and change their name or phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict
from app.rules.facts import About, Actor, OfficeLevel
from app.rules.offices import path_under
from app.store import effects, offices


@dataclass(frozen=True)
class AddOffice:
    """An office to be added below one of the actor's."""

    id: UUID
    parent_id: UUID
    level: OfficeLevel
    code: str
    name: str
    phone: str | None


def add_office(tx: Connection, actor: Actor, command: AddOffice, *, now: datetime) -> bool:
    """Add an office; False where the same request was served before.

    NotFound for a parent that is not within reach, Refused where code or level do not fit it, Conflict where the code
    is taken.
    """
    parent = offices.within_reach(tx, actor, command.parent_id)
    known = offices.find(tx, command.id)
    if known:
        _refuse_other(known, command)
        return False
    path = path_under(parent, command.level, command.code)
    offices.add(
        tx,
        offices.NewOffice(
            command.id, command.code, command.level, command.name, command.parent_id, path, command.phone, now
        ),
    )
    _audit(tx, actor, "office.add", command.id, now)
    return True


def change_office(
    tx: Connection, actor: Actor, office_id: UUID, values: Mapping[str, str | None], *, now: datetime
) -> None:
    """Give an office another `name` or `phone`; NotFound for one that is not within reach."""
    offices.within_reach(tx, actor, office_id)
    if values:
        offices.change(tx, office_id, values)
        _audit(tx, actor, "office.change", office_id, now)


def _refuse_other(known: offices.NewOffice, command: AddOffice) -> None:
    for field in ("parent_id", "level", "code", "name", "phone"):
        if getattr(known, field) != getattr(command, field):
            raise Conflict("id_reused")


def _audit(tx: Connection, actor: Actor, action: str, office_id: UUID, now: datetime) -> None:
    effects.apply(tx, [Decision((WriteAudit(now, actor, action, object=About("office", office_id)),))])

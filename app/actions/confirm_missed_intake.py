"""A named officer confirms 漏管: the clock ran out, and nobody came. Software never does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor
from app.rules.intake import refuse_confirmation
from app.rules.searches import confirmed_by_judgment
from app.store import effects, intake, searches, subjects


@dataclass(frozen=True)
class Receipt:
    """What a confirmation is answered, the same at every repeat."""

    id: UUID
    judgment_id: UUID
    officer_id: UUID
    at: datetime
    reason: str


def confirm_missed_intake(
    tx: Connection, actor: Actor, confirmation_id: UUID, judgment_id: UUID, reason: str, *, now: datetime
) -> tuple[Receipt, bool]:
    """Write the confirmation, with which a search for the person ends; False where the same request was served before.

    NotFound for a judgment out of reach; Conflict unless the intake is overdue and not confirmed yet; NotAllowed for
    anybody but a user.
    """
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("not_allowed")
    subjects.claim(tx, confirmation_id)
    noticed = intake.within_reach(tx, actor, judgment_id)
    if known := intake.confirmed(tx, confirmation_id):
        if (known.judgment_id, known.reason) != (judgment_id, reason):
            raise Conflict("id_reused")
        return Receipt(confirmation_id, judgment_id, known.officer_id, known.at, reason), False
    refuse_confirmation(noticed.duty, now=now)
    if intake.is_confirmed(tx, judgment_id):
        raise Conflict("already_confirmed")
    intake.confirm(tx, confirmation_id, noticed.judgment, actor.id, reason, now=now)
    about = About("judgment", judgment_id)
    act = WriteAudit(now, actor, "intake.confirm", noticed.judgment.subject_id, about, reason)
    search = searches.open_of(tx, noticed.judgment.subject_id)
    over = confirmed_by_judgment(search, reason, actor, now=now) if search else Decision()
    effects.apply(tx, [Decision((act,)), over])
    return Receipt(confirmation_id, judgment_id, actor.id, now, reason), True

"""Users say beforehand when they are not on duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.absences import Away, refuse_for_others, refuse_unfit_time
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor
from app.rules.staffing import foresee
from app.store import absences, effects, staffing


def note_absence(tx: Connection, actor: Actor, absence: Away, *, now: datetime) -> bool:
    """Note an absence of oneself, or of a user of one's offices; False where the same request was served before.

    Where an office is left without anybody on duty within the next days, its county is told at once.
    """
    absences.refuse_out_of_reach(tx, actor, absence.user_id, now=now)
    refuse_for_others(actor, absence.user_id)
    known = absences.find(tx, absence.id)
    if known:
        if known != absence:
            raise Conflict("id_reused")
        return False
    refuse_unfit_time(absence.from_at, absence.to_at, now=now)
    absences.add(tx, absence, created_by=actor.id, now=now)
    concerned = staffing.offices_of_user(tx, absence.user_id, now=now)
    effects.apply(tx, [foresee(office, now=now) for office in staffing.facts(tx, now=now, office_ids=concerned)])
    return True


def withdraw_absence(tx: Connection, actor: Actor, absence_id: UUID, *, now: datetime) -> None:
    """Withdraw an absence; withdrawn twice is withdrawn."""
    absence = absences.find(tx, absence_id)
    if absence is None:
        raise NotFound("not_found")
    absences.refuse_out_of_reach(tx, actor, absence.user_id, now=now)
    refuse_for_others(actor, absence.user_id)
    absences.withdraw(tx, absence_id, now=now)

"""Say where a workplace, a community or a police station is, and that it is there no more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import About, Actor
from app.rules.subjects import refuse_unsupervised
from app.rules.visit_points import NewPoint, check_point
from app.store import effects, offices, subjects, visit_points


def set_visit_point(tx: Connection, actor: Actor, new: NewPoint, *, now: datetime) -> bool:
    """Keep it; False where the same request had set it before. It counts for what others write there.

    NotFound for an office or a person out of reach; Conflict `not_in_correction` for a person whose points would never
    end; Refused `point_unfit`, and `points_full` at the most there may be.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    check_point(new)
    standing = subjects.within_reach(tx, actor, new.subject_id) if new.subject_id else None
    office_id = standing.office_id if standing else _office(tx, actor, new.office_id)
    known = visit_points.known(tx, new.id)
    if known is not None:
        if known != (actor.id, new.body_hash):
            raise Conflict("id_reused")
        return False
    if standing:
        refuse_unsupervised(standing)
    if visit_points.is_full(tx, office_id, new.subject_id):
        raise Refused("points_full")
    if not visit_points.add(tx, new, office_id, set_by=actor.id, now=now):
        raise Conflict("id_reused")
    act = WriteAudit(now, actor, "visit_points.set", new.subject_id, About("visit_point", new.id))
    effects.apply(tx, [Decision((act,))])
    return True


def end_visit_point(tx: Connection, actor: Actor, point_id: UUID, *, now: datetime) -> None:
    """It counts no more for what happens from now on; ending it again changes nothing. NotFound out of reach."""
    found = visit_points.within_reach(tx, actor, point_id)
    if found is None or actor.id is None:
        raise NotFound("not_found")
    subject_id, ended = found
    if ended:
        return
    visit_points.end(tx, point_id, by=actor.id, now=now)
    act = WriteAudit(now, actor, "visit_points.end", subject_id, About("visit_point", point_id))
    effects.apply(tx, [Decision((act,))])


def _office(tx: Connection, actor: Actor, office_id: UUID | None) -> UUID:
    if office_id is None:
        raise NotFound("not_found")
    offices.within_reach(tx, actor, office_id)
    return office_id

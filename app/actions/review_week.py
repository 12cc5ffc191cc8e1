"""Write down a weekly meeting (周例会): who was talked about, and what was decided about each."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.calendar import legal_day
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor
from app.rules.weekly_reviews import NewReview, check_review
from app.store import effects, offices, weekly_reviews


def review_week(tx: Connection, actor: Actor, new: NewReview, *, now: datetime) -> bool:
    """Keep it; False where the same request had kept it before. One act for each person is on record.

    NotFound for an office out of reach; Refused `review_nobody`, `review_week_unfit`, `review_unknown_person`.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    offices.within_reach(tx, actor, new.office_id)
    known = weekly_reviews.body_hash_of(tx, new.id)
    if known is not None:
        if known != new.body_hash:
            raise Conflict("id_reused")
        return False
    ids = [one.subject_id for one in new.people]
    check_review(new, weekly_reviews.within_reach(tx, actor, ids), legal_day(now))
    weekly_reviews.add(tx, new, actor.id, now=now)
    about = About("weekly_review", new.id)
    acts = [WriteAudit(now, actor, "weekly_reviews.write", subject_id, about) for subject_id in ids]
    effects.apply(tx, [Decision(tuple(acts))])
    return True

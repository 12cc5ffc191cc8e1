"""Note that the legal papers of a judgment came."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor
from app.rules.intake import refuse_ahead
from app.store import effects, intake


def receive_papers(tx: Connection, actor: Actor, judgment_id: UUID, papers_on: date, *, now: datetime) -> None:
    """Write the day on which the papers came; a correction of it is recorded with the day before.

    NotFound for a judgment out of reach, Refused `date_ahead` for a day that has not begun.
    """
    refuse_ahead("papers_on", papers_on, now=now)
    judgment = intake.within_reach(tx, actor, judgment_id).judgment
    if judgment.papers_on == papers_on:
        return
    intake.set_papers(tx, judgment_id, papers_on)
    days = {"papers_on": papers_on.isoformat()}
    if judgment.papers_on is not None:
        days["before"] = judgment.papers_on.isoformat()
    about = About("judgment", judgment_id)
    act = WriteAudit(now, actor, "judgment.papers", judgment.subject_id, about, details=days)
    effects.apply(tx, [Decision((act,))])

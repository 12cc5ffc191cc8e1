"""Somebody tries a policy on the last days of real people: on record before anything is read."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed
from app.rules.facts import About, Actor
from app.rules.policy import Policy
from app.store import effects, policies


def note_trial(tx: Connection, actor: Actor, since: datetime, *, now: datetime) -> Policy:
    """Note the reading, and give the policy in force for the actor's own office, with which the trial is compared."""
    if not actor.grants:
        raise NotAllowed("not_allowed")
    office_id = actor.grants[0].office_id
    details = {"from": since.isoformat(), "to": now.isoformat(), "pseudonymous": True}
    act = WriteAudit(now, actor, "policies.try", None, About("office", office_id), None, details)
    effects.apply(tx, [Decision((act,))])
    return policies.of_office(tx, office_id, at=now).policy

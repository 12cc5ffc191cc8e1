"""Change one's own password, as a user or as a subject. Whoever calls has confirmed the old one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed
from app.rules.facts import About, Actor
from app.store import accounts, effects, endpoints, sessions


def own_login(tx: Connection, actor: Actor) -> str:
    """What one logs in with."""
    login = accounts.login_of(tx, actor.kind, _own_id(actor))
    if login is None:
        raise NotAllowed("not_allowed")
    return login


def change_own_password(tx: Connection, actor: Actor, password_hash: str, *, now: datetime) -> None:
    """Give oneself a new password; every log-in of one's own ends."""
    user_id = _own_id(actor)
    accounts.set_password(tx, user_id, password_hash)
    sessions.end_of_owner(tx, "user", user_id, "password_set", now=now)
    endpoints.retire_of_owner(tx, "user", user_id, "password_set", now=now)
    act = WriteAudit(now, actor, "password.change", object=About("user", user_id))
    effects.apply(tx, [Decision((act,))])


def change_subject_password(tx: Connection, actor: Actor, password_hash: str, *, now: datetime) -> None:
    """Give oneself, a subject on the own phone, a new password. The phone stays bound, and logs in anew."""
    subject_id = _own_id(actor)
    accounts.set_subject_password(tx, subject_id, password_hash)
    sessions.end_of_owner(tx, "subject", subject_id, "password_set", now=now)
    endpoints.retire_of_owner(tx, "subject", subject_id, "password_set", now=now)
    act = WriteAudit(now, actor, "password.change", subject_id, About("subject", subject_id))
    effects.apply(tx, [Decision((act,))])


def _own_id(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id

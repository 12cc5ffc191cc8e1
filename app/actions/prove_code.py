"""Prove the second factor: a code of the authenticator, or a recovery code; either counts once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed
from app.rules.facts import About, Actor
from app.rules.sessions import Caller
from app.store import effects, one_time_codes, second_factor, throttling
from app.store.sealing import sealing_keys
from app.store.throttling import Try


def asks_for_code(tx: Connection, user_id: UUID) -> bool:
    """Whether this user's log-in takes a code."""
    return second_factor.counting(tx, user_id) is not None


def begin_proof(tx: Connection, user_id: UUID, caller: Caller, *, now: datetime) -> Try:
    """Count a try at a code; TooOften where it comes too soon. The caller lets this transaction commit."""
    tried = throttling.a_try("code", user_id.hex, caller.address, caller.known_as(user_id))
    throttling.take(tx, tried, now=now)
    return tried


def use_code(tx: Connection, user_id: UUID, code: str, settings: Settings, *, now: datetime) -> None:
    """Take a code, once; NotAllowed `totp_wrong` where it is wrong or was taken before.

    A recovery code that is taken is audited: its owner's phone may be lost, or its paper found.
    """
    if one_time_codes.is_recovery_code(code):
        _use_recovery_code(tx, user_id, code, now)
        return
    secret = second_factor.counting(tx, user_id)
    if secret is None:
        return
    plain = secret.opened(sealing_keys(settings))
    step = one_time_codes.step_of(plain, code.replace(" ", ""), now=now)
    if step is None or not second_factor.use_step(tx, secret.id, step):
        raise NotAllowed("totp_wrong")


def note_right_code(tx: Connection, tried: Try) -> None:
    """The try was right: the way is clear for the next ones."""
    throttling.settle(tx, tried)


def _use_recovery_code(tx: Connection, user_id: UUID, code: str, now: datetime) -> None:
    if not second_factor.use_recovery_code(tx, user_id, one_time_codes.recovery_hash(code), now=now):
        raise NotAllowed("totp_wrong")
    act = WriteAudit(now, Actor("user", user_id), "totp.recovery", object=About("user", user_id))
    effects.apply(tx, [Decision((act,))])

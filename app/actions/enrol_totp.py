"""Officers' second factor: offered, confirmed by a first code, with recovery codes; and taken away by an admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor
from app.rules.users import refuse_oneself, refuse_someone_above
from app.store import accounts, effects, endpoints, one_time_codes, second_factor, sessions
from app.store.sealing import sealing_keys


@dataclass(frozen=True)
class Offer:
    """A secret that is shown once: as text, and as the address that an app reads from a picture."""

    secret: str
    address: str


def offer_totp(tx: Connection, actor: Actor, login: str, settings: Settings, *, now: datetime) -> Offer:
    """Make a secret for oneself; it counts only once a code of it was shown. Whoever calls has confirmed who asks."""
    secret = one_time_codes.new_secret()
    second_factor.offer(tx, _own_id(actor), secret, sealing_keys(settings), now=now)
    return Offer(secret, one_time_codes.address_of(secret, login))


def offered_totp(tx: Connection, actor: Actor, login: str, settings: Settings) -> Offer:
    """What was offered and waits for its first code; Conflict `totp_not_offered` where nothing does."""
    secret = second_factor.offered(tx, _own_id(actor))
    if secret is None:
        raise Conflict("totp_not_offered")
    plain = secret.opened(sealing_keys(settings))
    return Offer(plain, one_time_codes.address_of(plain, login))


def confirm_totp(tx: Connection, actor: Actor, code: str, settings: Settings, *, now: datetime) -> Sequence[str]:
    """Let the offered secret count from now on, and give the recovery codes; one's other log-ins end.

    Conflict `totp_not_offered` where none waits, NotAllowed `totp_wrong` where the code is not its.
    """
    user_id = _own_id(actor)
    secret = second_factor.offered(tx, user_id)
    if secret is None:
        raise Conflict("totp_not_offered")
    plain = secret.opened(sealing_keys(settings))
    step = one_time_codes.step_of(plain, code.replace(" ", ""), now=now)
    if step is None:
        raise NotAllowed("totp_wrong")
    second_factor.confirm(tx, user_id, secret.id, step, now=now)
    if actor.session_id:
        sessions.end_others(tx, "user", user_id, actor.session_id, "second_factor", now=now)
    _audit(tx, actor, "totp.enrol", user_id, now)
    return _new_codes(tx, user_id, now)


def reset_totp(tx: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Take the second factor from a user within reach, whose phone is lost; every log-in of theirs ends.

    NotAllowed `own_account` for oneself: one's own is changed with a code of it. Conflict `totp_off` without one.
    """
    refuse_oneself(actor, user_id)
    refuse_someone_above(actor, accounts.within_reach(tx, actor, user_id, now=now))
    if not second_factor.end(tx, user_id, now=now):
        raise Conflict("totp_off")
    sessions.end_of_owner(tx, "user", user_id, "totp_reset", now=now)
    endpoints.retire_of_owner(tx, "user", user_id, "totp_reset", now=now)
    _audit(tx, actor, "totp.reset", user_id, now)


def _new_codes(tx: Connection, user_id: UUID, now: datetime) -> Sequence[str]:
    codes = one_time_codes.new_recovery_codes()
    second_factor.replace_recovery_codes(tx, user_id, list(map(one_time_codes.recovery_hash, codes)), now=now)
    return codes


def _own_id(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id


def _audit(tx: Connection, actor: Actor, action: str, user_id: UUID, now: datetime) -> None:
    effects.apply(tx, [Decision((WriteAudit(now, actor, action, object=About("user", user_id)),))])

"""What somebody who is logged in proves again before the account is changed: the password, and the second factor."""

from collections.abc import Sequence

import segno

from app.access.log_in import confirm_password, prove_code
from app.actions.change_own_password import change_own_password, change_subject_password, own_login
from app.actions.change_users import hashed
from app.actions.enrol_totp import Offer, confirm_totp, offer_totp, offered_totp
from app.deps import Deps
from app.rules.errors import NotAllowed, Refused
from app.rules.facts import Actor
from app.rules.sessions import Caller, KnownDevice


def change_password(deps: Deps, actor: Actor, password: str, new_password: str, address: str) -> None:
    """Another password for oneself; every log-in of one's own ends.

    Refused `wrong_password` for the one until now, and where the new one is weak; TooOften after many.
    """
    login = _confirm(deps, actor, password, address)
    subject = actor.kind == "subject"
    password_hash = hashed(login, new_password, deps.settings, field="new_password", subject=subject)
    change = change_subject_password if subject else change_own_password
    with deps.transaction() as tx:
        change(tx, actor, password_hash, now=deps.now())


def offer_second_factor(deps: Deps, actor: Actor, password: str, code: str | None, address: str) -> Offer:
    """A secret for one's authenticator, after the password and, where there is a second factor already, a code of it.

    Refused `wrong_password`, `totp_needed` or `totp_wrong`.
    """
    login = _confirm(deps, actor, password, address)
    _prove(deps, actor, code, address)
    with deps.transaction() as tx:
        return offer_totp(tx, actor, login, deps.settings, now=deps.now())


def confirm_second_factor(deps: Deps, actor: Actor, code: str) -> Sequence[str]:
    """Let the offered secret count, and give recovery codes; Refused `totp_wrong`, Conflict `totp_not_offered`."""
    try:
        with deps.transaction() as tx:
            return confirm_totp(tx, actor, code, deps.settings, now=deps.now())
    except NotAllowed as error:
        raise Refused(error.code, fields={"totp": error.code}) from error


def offered_second_factor(deps: Deps, actor: Actor) -> Offer:
    """The secret that waits for its first code, to be shown once more; Conflict `totp_not_offered` where none does."""
    with deps.autocommit() as tx:
        return offered_totp(tx, actor, own_login(tx, actor), deps.settings)


def picture_of(offer: Offer) -> str:
    """The square code that an authenticator scans, as SVG to stand in a page."""
    drawn: str = segno.make(offer.address, error="m").svg_inline(scale=5, light="white", omitsize=False)
    return drawn


def _confirm(deps: Deps, actor: Actor, password: str, address: str) -> str:
    """The log-in of whoever is logged in. A wrong password here is a wrong input."""
    with deps.autocommit() as tx:
        login = own_login(tx, actor)
    try:
        confirm_password(deps, actor.kind, login, password, _own_caller(actor, address))
    except NotAllowed as error:
        raise Refused("wrong_password", fields={"password": "wrong_password"}) from error
    return login


def _prove(deps: Deps, actor: Actor, code: str | None, address: str) -> None:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    try:
        prove_code(deps, actor.id, code, _own_caller(actor, address))
    except NotAllowed as error:
        raise Refused(error.code, fields={"totp": error.code}) from error


def _own_caller(actor: Actor, address: str) -> Caller:
    """Whoever is logged in is delayed by nobody else's failures: the session has a lane to itself."""
    if actor.session_id is None or actor.id is None:
        return Caller(address)
    return Caller(address, KnownDevice(f"session:{actor.session_id.hex}", (actor.id,)))

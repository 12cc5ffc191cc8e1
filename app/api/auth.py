"""Who may call a route. Every view says so with one of these decorators; a view without one is closed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

from app.access.procurators import note_opened
from app.access.second_factor import admit
from app.access.table import ACTIONS
from app.access.tokens import BadToken, Token, read_token
from app.actions.authenticate import authenticate_phone, authenticate_user
from app.api.context import current_actor, deps
from app.api.errors import NotLoggedIn
from app.api.refusals import refusals
from app.rules.errors import NotAllowed
from app.rules.facts import Actor

View = TypeVar("View", bound=Callable[..., Any])
Found = TypeVar("Found")

LARGEST_OF_STRANGERS = 16 * 1024
"""Bytes of a body that are read from whoever is not known yet: a log-in takes less."""

REFUSED_BY_GUARDS = {"office": (401, 403), "mobile": (401,), "public": ()}


def office(action: str) -> Callable[[View], View]:
    """Open a view to users whose role permits `action`; row scope follows the same grants."""
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action}")
    return _guard(f"office:{action}", lambda: _admitted(action), shown=lambda: _shown(action))


def phone(view: View) -> View:
    """Open a view to subjects on their bound phone; the request counts as having been heard."""
    return _guard("mobile", lambda: _phone(heard=True), again=lambda: _phone(heard=False))(view)


def phone_unlooked(view: View) -> View:
    """Like `phone`, for the one view whose own statement looks the session up and notes that the phone was heard."""
    return _guard("mobile", _phone_by_token)(view)


def public(view: View) -> View:
    """Open a view to everybody: log-in, refresh, health."""
    return _guard("public", _anybody)(view)


def _guard(
    access: str,
    identify: Callable[[], Actor],
    *,
    again: Callable[[], Actor] | None = None,
    shown: Callable[[], None] | None = None,
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.actor = identify()
            g.identify_again = again or identify
            answer = view(*args, **kwargs)
            if shown is not None and request.method == "GET":
                shown()
            return answer

        guarded.__dict__["access"] = access
        return refusals(*REFUSED_BY_GUARDS[access.partition(":")[0]])(guarded)  # type: ignore[return-value]

    return decorate


def _admitted(action: str) -> Actor:
    return admit(_user(), action, deps().settings.totp_required_roles)


def _shown(action: str) -> None:
    note_opened(deps(), current_actor(), action, request.path)


def _anybody() -> Actor:
    request.max_content_length = LARGEST_OF_STRANGERS
    return Actor("anonymous")


def _user() -> Actor:
    token = _bearer("office")
    with deps().autocommit() as tx:
        return known(lambda: authenticate_user(tx, token.session_id, token.owner_id, now=deps().now()))


def _phone(*, heard: bool) -> Actor:
    token = _bearer("mobile")
    with deps().autocommit() as tx:
        return known(lambda: authenticate_phone(tx, token.session_id, token.owner_id, now=deps().now(), heard=heard))


def _phone_by_token() -> Actor:
    token = _bearer("mobile")
    return Actor("subject", token.owner_id, (), token.session_id)


def known(work: Callable[[], Found]) -> Found:
    """What `work` gives; where it finds that the session has ended, the caller is not logged in."""
    try:
        return work()
    except NotAllowed as error:
        raise NotLoggedIn(error.code) from error


def _bearer(audience: str) -> Token:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotLoggedIn("not_logged_in")
    try:
        return read_token(
            token.strip(), deps().settings.token_secret, use="access", audience=audience, now=deps().now()
        )
    except BadToken as error:
        raise NotLoggedIn("session_ended") from error

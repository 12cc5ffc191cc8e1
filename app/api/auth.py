"""Who may call a route. Every view says so with one of these decorators; a view without one is closed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, request

from app.access.table import ACTIONS, allow
from app.access.tokens import BadToken, Token, read_token
from app.actions.authenticate import authenticate_phone, authenticate_user
from app.api.context import deps
from app.api.errors import NotLoggedIn
from app.api.refusals import refusals
from app.rules.errors import NotAllowed
from app.rules.facts import Actor

View = TypeVar("View", bound=Callable[..., Any])

REFUSED_BY_GUARDS = {"office": (401, 403), "mobile": (401,), "public": ()}


def office(action: str) -> Callable[[View], View]:
    """Open a view to users whose role permits `action`; row scope follows the same grants."""
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action}")
    return _guard(f"office:{action}", lambda: allow(_user(), action))


def phone(view: View) -> View:
    """Open a view to subjects on their bound phone; the request counts as having been heard."""
    return _guard("mobile", lambda: _phone(heard=True))(view)


def phone_unheard(view: View) -> View:
    """Like `phone`, for the one view whose own statement notes that the phone was heard."""
    return _guard("mobile", lambda: _phone(heard=False))(view)


def public(view: View) -> View:
    """Open a view to everybody: log-in, refresh, health."""
    return _guard("public", lambda: Actor("anonymous"))(view)


def _guard(access: str, identify: Callable[[], Actor]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.actor = identify()
            return view(*args, **kwargs)

        guarded.__dict__["access"] = access
        return refusals(*REFUSED_BY_GUARDS[access.partition(":")[0]])(guarded)  # type: ignore[return-value]

    return decorate


def _user() -> Actor:
    token = _bearer("office")
    with deps().autocommit() as tx:
        return _known(lambda: authenticate_user(tx, token.session_id, token.owner_id, now=deps().now()))


def _phone(*, heard: bool) -> Actor:
    token = _bearer("mobile")
    with deps().autocommit() as tx:
        return _known(lambda: authenticate_phone(tx, token.session_id, token.owner_id, now=deps().now(), heard=heard))


def _known(identify: Callable[[], Actor]) -> Actor:
    try:
        return identify()
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

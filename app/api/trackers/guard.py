"""Who sends: known by a credential that an officer issued, or refused. A device's name alone opens nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request

from app.actions.authenticate_tracker import count_guess, note_refused, present_secret
from app.api.context import deps
from app.api.errors import NotLoggedIn
from app.api.refusals import refusals
from app.rules.facts import TrackerClient
from app.rules.trackers import Tracker

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_MESSAGE = 1024 * 1024
"""A card with a picture, or a list of some thousands of fixes."""


def tracker(client: TrackerClient) -> Callable[[View], View]:
    """Open a view to phones with a credential for `client`: its secret is in the path, or a password of HTTP Basic."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.tracker = _known(client, kwargs.pop("secret", None) or _password())
            request.max_content_length = LARGEST_MESSAGE
            return view(*args, **kwargs)

        guarded.__dict__["access"] = "tracker"
        return refusals(401, 429)(guarded)  # type: ignore[return-value]

    return decorate


def current_tracker() -> Tracker:
    """Who sends this message."""
    return cast("Tracker", g.tracker)


def _password() -> str | None:
    shown = request.authorization
    return shown.password if shown is not None and shown.type == "basic" else None


def _known(client: TrackerClient, secret: str | None) -> Tracker:
    """Whose secret this is. One that ended is told to the office once; one that never was any is a guess."""
    handle, now = deps(), deps().now()
    if not secret:
        raise NotLoggedIn("not_logged_in")
    with handle.autocommit() as connection:
        presented = present_secret(connection, client, secret, now=now)
    if presented.tracker is not None:
        return presented.tracker
    with handle.transaction() as tx:
        if presented.ended is not None:
            note_refused(tx, presented.ended.credential_id, now=now)
        else:
            count_guess(tx, request.remote_addr or "", now=now)
    raise NotLoggedIn("session_ended" if presented.ended else "not_logged_in")

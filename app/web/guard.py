"""Who may see a page. Every view says so with `page`; a view without it is closed (a guard test walks them all)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, g, redirect, request, session, url_for

from app.access.procurators import note_opened
from app.access.second_factor import admit, counting
from app.access.table import ACTIONS, allow
from app.actions.authenticate import authenticate_user
from app.rules.errors import NotAllowed
from app.rules.facts import Actor
from app.web.context import deps

View = TypeVar("View", bound=Callable[..., Any])
UNSAFE = ("//", "/\\")


def page(action: str) -> Callable[[View], View]:
    """Open a page to users whose role permits `action`; others are sent to the log-in or told that they may not."""
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            known = known_user()
            if known is None:
                return to_log_in()
            required = deps().settings.totp_required_roles
            g.known = counting(known, required)
            try:
                g.actor = admit(known, action, required)
            except NotAllowed as error:
                if error.code != "totp_enrol_needed":
                    raise
                return to_second_factor()
            answer = view(*args, **kwargs)
            if request.method == "GET":
                note_opened(deps(), g.actor, action, request.path)
            return answer

        guarded.__dict__["access"] = f"office:{action}"
        return guarded  # type: ignore[return-value]

    return decorate


def open_page(view: View) -> View:
    """Open a page to everybody: the log-in alone."""
    view.__dict__["access"] = "public"
    return view


def may(action: str) -> bool:
    """Whether the user of this page may also do `action`: what may not be done is not offered."""
    known: Actor | None = g.get("known")
    return known is not None and known.has(*ACTIONS[action])


def user_for(action: str) -> Actor:
    """The user with the grants that permit another action than the page's own, for a part of the page."""
    return allow(cast("Actor", g.known), action)


def known_to_page() -> Actor:
    """The user of this page with all grants, for what is made of parts that open by actions of their own."""
    return cast("Actor", g.known)


def known_user() -> Actor | None:
    """The user of the session cookie, as long as session, user and roles count: looked up at every request."""
    try:
        session_id, owner_id = UUID(session["session_id"]), UUID(session["owner_id"])
    except (KeyError, ValueError):
        return None
    try:
        with deps().autocommit() as tx:
            return authenticate_user(tx, session_id, owner_id, now=deps().now())
    except NotAllowed:
        session.clear()
        return None


def logged_in_here() -> bool:
    """Whether this browser holds a session cookie of ours, of whatever has become of that session since."""
    return "session_id" in session


def to_log_in() -> Response:
    """To the log-in and back to the page that was seen; a part of a page that htmx fetches moves the whole page."""
    ended = "1" if request.method == "POST" or "HX-Request" in request.headers else None
    target = url_for("pages.log_in", next=page_seen(), ended=ended)
    if "HX-Request" in request.headers:
        return Response(status=200, headers={"HX-Redirect": target})
    return redirect(target)  # type: ignore[return-value]


def to_second_factor() -> Response:
    """To the page on which a second factor is set up: the roles of this user count only with one."""
    target = url_for("pages.totp")
    if "HX-Request" in request.headers:
        return Response(status=200, headers={"HX-Redirect": target})
    return redirect(target, code=303)  # type: ignore[return-value]


def page_seen() -> str:
    """The address of the page in the user's hands: this one, or the one whose form or part this request comes from."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return own_path(request.full_path.rstrip("?"))
    seen = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if seen.netloc != request.host:
        return "/"
    return own_path(f"{seen.path}?{seen.query}".rstrip("?"))


def own_path(target: str | None) -> str:
    """`target` where it is a path of our own, else the first page: nobody is sent elsewhere after logging in.

    Browsers drop tabs and line ends from addresses and read a backslash as a slash.
    """
    if target and target.startswith("/") and not target.startswith(UNSAFE) and target.isprintable():
        return target
    return "/"

"""Log-in and log-out in a browser."""

from flask import Response, redirect, render_template, request, session, url_for

from app.access.log_in import log_in_user
from app.actions.end_session import end_session
from app.rules.errors import NotAllowed, TooOften
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import open_page, page

LONGEST = 128


@PAGES.get("/login")
@open_page
def log_in() -> str:
    """The form."""
    return render_template("log_in.html", next=_safe(request.args.get("next")), login="", fault=None)


@PAGES.post("/login")
@open_page
def log_in_post() -> Response | tuple[str, int]:
    """Check the password and set the cookie; what was typed stays, except for the password."""
    login, password = (request.form.get(name, "")[:LONGEST] for name in ("login", "password"))
    target = _safe(request.form.get("next"))
    try:
        tokens = log_in_user(deps(), login.strip(), password, None, client=request.remote_addr or "")
    except (NotAllowed, TooOften) as error:
        return render_template("log_in.html", next=target, login=login, fault=sentence(error.code)), 401
    session.clear()
    session["session_id"] = tokens.session_id.hex
    session["owner_id"] = tokens.owner_id.hex
    return redirect(target)  # type: ignore[return-value]


@PAGES.post("/logout")
@page("self.read")
def log_out() -> Response:
    """End the session here and in the database."""
    with deps().transaction() as tx:
        end_session(tx, user(), now=deps().now())
    session.clear()
    return redirect(url_for("pages.log_in"))  # type: ignore[return-value]


def _safe(target: str | None) -> str:
    """Only a path of our own: nobody is sent elsewhere after logging in."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        return target
    return "/"

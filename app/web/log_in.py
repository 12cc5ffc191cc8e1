"""Log-in and log-out in a browser."""

from flask import Response, make_response, redirect, render_template, request, session, url_for

from app.access.log_in import log_in_user
from app.actions.end_session import end_session
from app.rules.errors import NotAllowed, TooOften
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import known_user, open_page, own_path, page

LONGEST = 128


@PAGES.get("/login")
@open_page
def log_in() -> str | Response:
    """The form; whoever is logged in already goes on."""
    target = own_path(request.args.get("next"))
    if known_user() is not None:
        return redirect(target)  # type: ignore[return-value]
    return render_template("log_in.html", next=target, login="", fault=None, ended=request.args.get("ended"))


@PAGES.post("/login")
@open_page
def log_in_post() -> Response:
    """Check the password and set the cookie; what was typed stays, except for the password."""
    login, password = (request.form.get(name, "")[:LONGEST] for name in ("login", "password"))
    target = own_path(request.form.get("next"))
    try:
        tokens = log_in_user(deps(), login.strip(), password, None, client=request.remote_addr or "")
    except (NotAllowed, TooOften) as error:
        shown = render_template("log_in.html", next=target, login=login, fault=sentence(error.code))
        return make_response(shown, 429 if isinstance(error, TooOften) else 401)
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

"""Log-in and log-out in a browser: the password first, and a code where the account has a second factor."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, current_app, make_response, redirect, render_template, request, session, url_for

from app.access.log_in import Tokens, a_caller, confirm_password, finish_log_in
from app.actions.end_session import end_session
from app.rules.errors import NotAllowed, TooOften, ZhifangError
from app.rules.sessions import KNOWN_DEVICE_TERM, Caller
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.browsers import browser_name
from app.web.context import deps, user
from app.web.guard import known_user, open_page, own_path, page

CUT_AT = 129
"""One more than a password may have: what is longer is cut, and is none."""

TIME_FOR_THE_CODE = timedelta(minutes=5)


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
    """Check the password; then log in, or ask for the code. What was typed stays, except for the password."""
    login, password = (request.form.get(name, "")[:CUT_AT] for name in ("login", "password"))
    target, asking = own_path(request.form.get("next")), _caller()
    try:
        user_id = confirm_password(deps(), "user", login.strip(), password, asking)
    except (NotAllowed, TooOften) as error:
        return _refused("log_in.html", error, next=target, login=login)
    try:
        tokens = finish_log_in(deps(), user_id, None, None, asking, client_name=_browser())
    except NotAllowed:
        session.clear()
        session["half"] = {"owner_id": user_id.hex, "at": deps().now().isoformat()}
        return make_response(render_template("log_in_code.html", next=target, fault=None))
    return _logged_in(tokens, target)


@PAGES.post("/login/code")
@open_page
def log_in_code() -> Response:
    """The second step: the code of whoever gave the right password a moment ago."""
    target, asking = own_path(request.form.get("next")), _caller()
    user_id = _half_logged_in()
    if user_id is None:
        return _refused("log_in.html", NotAllowed("log_in_step_over"), next=target, login="")
    try:
        code = request.form.get("totp", "")[:CUT_AT]
        tokens = finish_log_in(deps(), user_id, code, None, asking, client_name=_browser())
    except (NotAllowed, TooOften) as error:
        return _refused("log_in_code.html", error, next=target)
    return _logged_in(tokens, target)


@PAGES.post("/logout")
@page("self.secure")
def log_out() -> Response:
    """End the session here and in the database."""
    with deps().transaction() as tx:
        end_session(tx, user(), now=deps().now())
    session.clear()
    answer: Response = redirect(url_for("pages.log_in"))  # type: ignore[assignment]
    answer.headers["Clear-Site-Data"] = '"storage"'  # drafts and people taken along go from the phone, too
    return answer


def _refused(template: str, error: ZhifangError, **shown: str) -> Response:
    answer = make_response(render_template(template, fault=sentence(error.code, error.params), **shown))
    answer.status_code = 429 if isinstance(error, TooOften) else 401
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.params["retry_after_s"])
    return answer


def _logged_in(tokens: Tokens, target: str) -> Response:
    session.clear()
    session["session_id"] = tokens.session_id.hex
    session["owner_id"] = tokens.owner_id.hex
    answer: Response = redirect(target)  # type: ignore[assignment]
    answer.set_cookie(
        current_app.config["DEVICE_COOKIE_NAME"],
        tokens.device_token or "",
        max_age=KNOWN_DEVICE_TERM,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return answer


def _half_logged_in() -> UUID | None:
    """Who gave the right password and has still time for the code."""
    half = session.get("half")
    if not half or deps().now() - datetime.fromisoformat(half["at"]) >= TIME_FOR_THE_CODE:
        session.clear()
        return None
    return UUID(half["owner_id"])


def _caller() -> Caller:
    kept = request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"])
    return a_caller(deps(), "office", request.remote_addr or "", kept)


def _browser() -> str | None:
    return browser_name(request.headers.get("User-Agent", ""))

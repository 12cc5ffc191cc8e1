"""One's own account: password, second factor, and where one is logged in."""

from uuid import UUID

from flask import Response, make_response, render_template, request, session, url_for
from markupsafe import Markup

from app.access.own_account import (
    change_password,
    confirm_second_factor,
    offer_second_factor,
    offered_second_factor,
    picture_of,
)
from app.actions.end_session import end_other_sessions, end_own_session
from app.actions.enrol_totp import Offer
from app.queries import second_factor, sessions
from app.rules.errors import Conflict, Refused, TooOften, ZhifangError
from app.rules.facts import Role
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done
from app.web.guard import page
from app.web.paging import part_of

LOG_INS_AT_ONCE = 50
LONGEST = 128
CUT_AT = LONGEST + 1
"""What is longer is cut, and no password."""


@PAGES.get("/security")
@page("self.secure")
def security() -> str:
    """The whole page."""
    return _security()


@PAGES.post("/security/password")
@page("self.secure")
def security_password() -> Response:
    """Change one's own password; one logs in anew, everywhere."""
    try:
        change_password(deps(), user(), _given("password"), _given("new_password"), _address())
    except (Refused, TooOften) as error:
        return _told(_security(fault=_words(error)), error)
    session.clear()
    return done(url_for("pages.log_in"), "password_changed")


@PAGES.post("/security/sessions/<uuid:session_id>/end")
@page("self.secure")
def security_end_session(session_id: UUID) -> Response:
    """End one of one's own log-ins."""
    with deps().transaction() as tx:
        end_own_session(tx, user(), session_id, now=deps().now())
    return done(url_for("pages.security"), "session_ended")


@PAGES.post("/security/sessions/end-others")
@page("self.secure")
def security_end_others() -> Response:
    """End every log-in of one's own but this one."""
    with deps().transaction() as tx:
        end_other_sessions(tx, user(), now=deps().now())
    return done(url_for("pages.security"), "others_ended")


@PAGES.get("/security/totp")
@page("self.secure")
def totp() -> str:
    """What a second factor is, and the way to it: the password first."""
    return _totp()


@PAGES.post("/security/totp")
@page("self.secure")
def totp_offer() -> Response:
    """The secret for the authenticator, as a picture and as text."""
    try:
        offer = offer_second_factor(deps(), user(), _given("password"), _given("totp") or None, _address())
    except (Refused, TooOften) as error:
        return _told(_totp(fault=_words(error)), error)
    return make_response(_offer(offer))


@PAGES.post("/security/totp/confirm")
@page("self.secure")
def totp_confirm() -> Response:
    """The first code: the second factor counts, and the recovery codes are shown, once."""
    try:
        codes = confirm_second_factor(deps(), user(), _given("totp"))
    except Refused as error:
        return _told(_offer(offered_second_factor(deps(), user()), fault=_words(error)), error)
    except Conflict as error:
        return _told(_totp(fault=_words(error)), error)
    return make_response(render_template("recovery_codes.html", here="security", codes=codes))


def _security(fault: str | None = None) -> str:
    with deps().autocommit() as connection:
        factor = second_factor.own(connection, user())
        log_ins = part_of(sessions.own(connection, user(), now=deps().now()), LOG_INS_AT_ONCE)
    return render_template("security.html", here="security", factor=factor, log_ins=log_ins, fault=fault)


def _totp(fault: str | None = None) -> str:
    with deps().autocommit() as connection:
        factor = second_factor.own(connection, user())
    required = not factor.since and user().has(*map(Role, deps().settings.totp_required_roles))
    return render_template("totp.html", here="security", factor=factor, required=required, fault=fault)


def _offer(offer: Offer, fault: str | None = None) -> str:
    picture = Markup(picture_of(offer))  # noqa: S704  (drawn by us; what stands in it is squares)
    groups = [offer.secret[start : start + 4] for start in range(0, len(offer.secret), 4)]
    return render_template("totp_offer.html", here="security", picture=picture, groups=groups, fault=fault)


def _told(shown: str, error: ZhifangError) -> Response:
    """The same page with what went wrong. What was typed were secrets: they are typed again."""
    status = 429 if isinstance(error, TooOften) else 409 if isinstance(error, Conflict) else 422
    headers = {"Retry-After": str(error.params["retry_after_s"])} if isinstance(error, TooOften) else {}
    return make_response(shown, status, headers)


def _words(error: ZhifangError) -> str:
    return sentence(error.code, error.params)


def _given(name: str) -> str:
    return request.form.get(name, "")[:CUT_AT]


def _address() -> str:
    return request.remote_addr or ""

"""Wiring of the pages: cookies, CSRF, headers, what templates may call."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from app.clients.roster_file import LARGEST_FILE
from app.config import Mode
from app.deps import Deps
from app.rules.attachments import LARGEST, MOST_BYTES
from app.rules.facts import FilePurpose
from app.web import (  # noqa: F401  (their views)
    absences,
    alert_evidence,
    alerts,
    announced_periods,
    audit,
    case_files,
    channels,
    checkins,
    compliance,
    correction,
    day,
    duties,
    fact_checks,
    faults,
    field,
    known_facts,
    leave,
    leave_of_one,
    log_in,
    maps,
    notices,
    occasions,
    orders,
    oversight,
    oversight_export,
    patterns,
    photos,
    policies,
    policy_drafts,
    policy_items,
    policy_texts,
    policy_trials,
    record_files,
    record_form,
    record_pages,
    record_patterns,
    records,
    rosters,
    sampling,
    searches,
    security,
    service,
    spot_checks,
    subjects,
    timeline,
    today,
    track_maps,
    trackers,
    visit_points,
    waivers,
    weekly_reviews,
    zone_drawing,
    zones,
)
from app.web.blueprint import PAGES
from app.web.faults import PagePath
from app.web.frame import frame, sees_many_offices
from app.web.guard import logged_in_here, may
from app.web.shown import FILTERS, as_of
from app.web.static_files import static_file

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": CSP, "Referrer-Policy": "same-origin"}
"""Beside those of every answer. Forms are told by the referrer which page they came from: ours alone learn of it."""

CSRF = CSRFProtect()
PARTS = 64 * 1024
"""What the fields of a form beside its file may take, in bytes."""

PICTURE, ANY_FILE = LARGEST[FilePurpose.PHOTO] + PARTS, MOST_BYTES + PARTS
LARGEST_BY_PAGE = {
    "pages.add_file": PICTURE,  # without scripts: as the camera made it
    "pages.file_of_record": PICTURE,
    "pages.add_case_file": ANY_FILE,
    "pages.add_leave_proof": ANY_FILE,
    "pages.roster_sent": LARGEST_FILE + PARTS,
}
"""What the forms with a file may take altogether, in bytes."""


def register_pages(app: Flask) -> None:
    """Add the pages to the application."""
    deps: Deps = app.extensions["deps"]
    secure = deps.settings.mode is Mode.PRODUCTION
    prefix = "__Host-" if secure else ""  # browsers take such a cookie from this host alone, and over HTTPS alone
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}zhifang",
        DEVICE_COOKIE_NAME=f"{prefix}zhifang-device",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_CHECK_DEFAULT=False,  # the interfaces carry bearer tokens, not cookies
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: our own clock ends that
    )
    CSRF.init_app(app)
    app.url_map.converters["page_path"] = PagePath
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        may=may, frame=frame, sees_many_offices=sees_many_offices, as_of=as_of, static_file=static_file
    )
    app.register_blueprint(PAGES)


@PAGES.before_request
def check_csrf() -> None:
    """Every change from a page carries the page's token. Large files are read of whoever logged in here alone."""
    if request.method == "POST":
        if logged_in_here():
            request.max_content_length = LARGEST_BY_PAGE.get(request.endpoint or "", request.max_content_length)
        CSRF.protect()


@PAGES.after_request
def add_headers(response: Response) -> Response:
    """Nothing of a page is loaded from elsewhere; static files may be kept."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "pages.static" and response.status_code < 400:
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response

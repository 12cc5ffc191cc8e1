"""A phone without our app: its credentials, and the sheet by which it is set up, shown once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Response, make_response, render_template, request, url_for
from markupsafe import Markup

from app.access.tracker_setup import Setup, picture_of, setup_of
from app.actions.issue_tracker import issue_tracker, revoke_tracker
from app.clients.datum import Datum
from app.queries import trackers as queries
from app.rules.errors import Conflict, Refused, ZhifangError
from app.rules.facts import TrackerClient
from app.rules.trackers import Wanted
from app.rules.wording.trackers import CLIENTS, DATUMS, SETTINGS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, told, written
from app.web.guard import page

LONGEST_REASON = 200


@dataclass(frozen=True)
class Line:
    """One setting as it is typed."""

    name: str
    value: str


@PAGES.get("/subjects/<uuid:subject_id>/trackers")
@page("trackers.read")
def trackers(subject_id: UUID) -> str:
    """What the person's phone reports by, and the form for another credential."""
    return _list(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/trackers")
@page("trackers.change")
def issue_one(subject_id: UUID) -> Response | tuple[str, int]:
    """Issue one, and show how the phone is set up: this once, on no other page and at no other time."""
    try:
        wanted = _wanted(subject_id)
        with deps().transaction() as tx:
            secret = issue_tracker(tx, user(), wanted, now=deps().now())
        if secret is None:
            raise Conflict("tracker_shown")
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, request.form, fault), status
    base = deps().settings.channels.public_url or request.url_root
    return make_response(_sheet(subject_id, setup_of(wanted.client, wanted.name, secret, base)))


@PAGES.post("/subjects/<uuid:subject_id>/trackers/<uuid:credential_id>/revoke")
@page("trackers.change")
def revoke_one(subject_id: UUID, credential_id: UUID) -> Response | tuple[str, int]:
    """Take one back."""
    try:
        reason = written("reason", LONGEST_REASON, missing="reason_needed")
        with deps().transaction() as tx:
            revoke_tracker(tx, user(), credential_id, reason, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, {}, fault), status
    return done(url_for("pages.trackers", subject_id=subject_id), "tracker_revoked")


def _wanted(subject_id: UUID) -> Wanted:
    client, datum = request.form.get("client", ""), request.form.get("datum", Datum.WGS84.value)
    if client not in set(TrackerClient) or datum not in set(Datum):
        raise Refused("stale_form")
    return Wanted(client_id(), subject_id, TrackerClient(client), datum, hash_of(subject_id, client, datum))


def _list(subject_id: UUID, typed: Any, fault: str | None) -> str:
    with deps().autocommit() as connection:
        found = queries.trackers_of(connection, user(), subject_id, now=deps().now())
    return render_template(
        "trackers.html",
        here="subjects",
        found=found,
        clients=CLIENTS,
        datums=DATUMS,
        new_id=uuid4(),
        typed=typed,
        fault=fault,
    )


def _sheet(subject_id: UUID, setup: Setup) -> str:
    picture = Markup(picture_of(setup))  # noqa: S704  (drawn by us; what stands in it is squares)
    names = SETTINGS[setup.client]
    return render_template(
        "tracker_setup.html",
        here="subjects",
        subject_id=subject_id,
        client=CLIENTS[setup.client],
        name=setup.name,
        picture=picture,
        link=setup.link,
        lines=[Line(names[code], value) for code, value in setup.settings],
    )

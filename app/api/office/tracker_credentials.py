"""Credentials for phones without our app, which report by OwnTracks or Traccar Client."""

from typing import Any
from uuid import UUID

from flask import request
from flask.views import MethodView
from marshmallow import fields

from app.access.tracker_setup import picture_of, setup_of
from app.actions.issue_tracker import issue_tracker, revoke_tracker
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import page_of
from app.api.refusals import refusals
from app.clients.datum import Datum
from app.queries import trackers as queries
from app.rules.facts import TrackerClient
from app.rules.trackers import Wanted

BLUEPRINT = Blueprint("office_tracker_credentials", __name__, description="第三方定位客户端")


class IssueBody(Body):
    """Whose phone, which client. `datum` only where that client is known to measure in another one."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    client = choice(TrackerClient, required=True)
    datum = choice(Datum, load_default=Datum.WGS84.value)


class CredentialAnswer(Body):
    """One credential. Its secret cannot be read again."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    client = choice(TrackerClient, required=True)
    name = fields.String(required=True, metadata={"description": "What the phone calls itself by. No secret."})
    datum = choice(Datum, required=True)
    created_at = Instant(required=True)
    created_by_name = fields.String(required=True)
    ended_at = Instant(required=True, allow_none=True, metadata={"description": "null: good."})
    revoked_by_name = fields.String(required=True, allow_none=True)
    revoke_reason = fields.String(required=True, allow_none=True)
    refused_at = Instant(
        required=True, allow_none=True, metadata={"description": "When a phone still sent by it after it had ended."}
    )
    last_heard_at = Instant(required=True, allow_none=True)


class SetupAnswer(Body):
    """How the phone is set up. All of it holds the secret."""

    secret = fields.String(required=True)
    url = fields.String(required=True)
    link = fields.String(required=True, metadata={"description": "Opened or scanned on the phone it sets the app up."})
    picture = fields.String(required=True, metadata={"description": "The link as a square code, SVG."})


class IssuedAnswer(CredentialAnswer):
    """A credential with its set-up, which is shown once."""

    setup = fields.Nested(
        SetupAnswer, required=True, allow_none=True, metadata={"description": "null where it was shown before."}
    )


class CredentialListArgs(Body):
    """Whose."""

    subject_id = fields.UUID(required=True)


class RevokeBody(Body):
    """Why it is taken back."""

    reason = text(200, shortest=2, required=True)


@BLUEPRINT.route("/tracker-credentials")
class Credentials(MethodView):
    """Credentials of one subject."""

    @office("trackers.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(IssueBody)
    @BLUEPRINT.response(201, IssuedAnswer)
    @BLUEPRINT.alt_response(200, schema=IssuedAnswer, description="Repeated: without the set-up.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Issue one, and bind the phone. 409 while any phone is bound: that one is released, or revoked, first."""
        client = TrackerClient(body["client"])
        wanted = Wanted(body["id"], body["subject_id"], client, body["datum"], body_hash())
        now = deps().now()
        with deps().transaction() as tx:
            secret = issue_tracker(tx, current_actor(), wanted, now=now)
            view = queries.tracker(tx, current_actor(), wanted.id, now=now)
        base = deps().settings.channels.public_url or request.url_root
        setup = setup_of(client, wanted.name, secret, base) if secret else None
        shown = setup and {"secret": secret, "url": setup.url, "link": setup.link, "picture": picture_of(setup)}
        return {**vars(view), "setup": shown}, 201 if secret else 200

    @office("trackers.read")
    @refusals(404)
    @BLUEPRINT.arguments(CredentialListArgs, location="query")
    @BLUEPRINT.response(200, page_of(CredentialAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The credentials that a subject has had, the latest first; they are few, and come on one page."""
        with deps().autocommit() as connection:
            found = queries.trackers_of(connection, current_actor(), args["subject_id"], now=deps().now())
        return {"items": found.items, "next_cursor": None}


@BLUEPRINT.route("/tracker-credentials/<uuid:credential_id>/revoke")
class Revocation(MethodView):
    """The end of a credential."""

    @office("trackers.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RevokeBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any], credential_id: UUID) -> None:
        """Take it back: from now on the phone is answered 401, and another phone can be bound. Is recorded."""
        with deps().transaction() as tx:
            revoke_tracker(tx, current_actor(), credential_id, body["reason"], now=deps().now())

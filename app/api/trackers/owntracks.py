"""Messages of OwnTracks in HTTP mode."""

from flask import Response, request
from flask.views import MethodView

from app.api.blueprint import Blueprint
from app.api.trackers.guard import tracker
from app.api.trackers.owntracks_reading import read
from app.api.trackers.taking import take
from app.rules.facts import TrackerClient

BLUEPRINT = Blueprint("trackers_owntracks", __name__, description="OwnTracks")

MESSAGE = {
    "requestBody": {
        "description": "One message as the app writes it (`_type` and what belongs to it), or a list of messages.",
        "content": {"application/json": {"schema": {}}},
    },
    "security": [{"basic": []}],
}


@BLUEPRINT.route("/owntracks")
class OwnTracks(MethodView):
    """The endpoint of the app's HTTP mode."""

    @tracker(TrackerClient.OWNTRACKS)
    @BLUEPRINT.doc(**MESSAGE)
    @BLUEPRINT.response(200, description="Settled, whatever it was: the app may forget it. Commands there are none.")
    def post(self) -> Response:
        """Take one message. `location` is a position, `status` tells of the phone, all other types of its being alive.

        What cannot be read is answered 200, too, and kept sealed for 30 days: the app would send it for ever.
        """
        take(read)
        return Response("[]", 200, content_type="application/json")


@BLUEPRINT.after_request
def ask_for_basic(response: Response) -> Response:
    """The app knows no bearer tokens."""
    if response.status_code == 401 and request.method == "POST":
        response.headers["WWW-Authenticate"] = 'Basic realm="zhifang", charset="UTF-8"'
    return response

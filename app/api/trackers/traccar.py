"""Messages of Traccar Client, and of whatever else speaks the OsmAnd protocol."""

from flask import Response
from flask.views import MethodView

from app.api.blueprint import Blueprint
from app.api.trackers.guard import tracker
from app.api.trackers.taking import take
from app.api.trackers.traccar_reading import read
from app.rules.facts import TrackerClient

BLUEPRINT = Blueprint("trackers_traccar", __name__, description="Traccar Client / OsmAnd")

SETTLED = "Settled, whatever it was: the app deletes it from its queue."
FIELDS = ("id", "timestamp", "lat", "lon", "location", "accuracy", "speed", "bearing", "altitude", "batt", "mock")
QUERY = {
    "parameters": [{"in": "query", "name": name, "schema": {"type": "string"}} for name in FIELDS],
    "security": [],
}
BODY = {
    "requestBody": {
        "description": "JSON from version 9 of Traccar Client on, a form before; a form may also be a query.",
        "content": {"application/json": {"schema": {}}, "application/x-www-form-urlencoded": {"schema": {}}},
    },
    "security": [],
}


@BLUEPRINT.route("/traccar/<string:secret>")
class Traccar(MethodView):
    """The server address that the app is given."""

    @tracker(TrackerClient.TRACCAR)
    @BLUEPRINT.doc(**QUERY)
    @BLUEPRINT.response(200, description=SETTLED)
    def get(self) -> Response:
        """Take one message as a query. Without coordinates it is a sign of life. Who sends is known by the secret."""
        return _taken()

    @tracker(TrackerClient.TRACCAR)
    @BLUEPRINT.doc(**BODY)
    @BLUEPRINT.response(200, description=SETTLED)
    def post(self) -> Response:
        """Take one message as JSON, form or query. What cannot be read is answered 200 and kept sealed for 30 days."""
        return _taken()


def _taken() -> Response:
    take(read)
    return Response("", 200, content_type="text/plain")

"""Signs of life, open to everybody: they tell states and times, never anything of a person."""

from flask import Blueprint, Response, jsonify

from app.api.auth import public

BLUEPRINT = Blueprint("health", __name__, url_prefix="/health")


@BLUEPRINT.get("/live")
@public
def live() -> Response:
    """The process answers."""
    return jsonify(state="ok")

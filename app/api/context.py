"""The handle and the caller of the present request."""

from typing import cast

from flask import current_app, g

from app.deps import Deps
from app.rules.facts import Actor


def deps() -> Deps:
    """The handle of this process."""
    return cast("Deps", current_app.extensions["deps"])


def current_actor() -> Actor:
    """Who asks, with the grants that permit this route's action."""
    return cast("Actor", g.actor)


def look_again() -> Actor:
    """Who asks, after the request has waited: what was withdrawn meanwhile counts no more. Refused as at the door."""
    g.actor = g.identify_again()
    return current_actor()

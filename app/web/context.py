"""The handle and the user of the present page."""

from typing import cast

from flask import current_app, g

from app.deps import Deps
from app.rules.facts import Actor


def deps() -> Deps:
    """The handle of this process."""
    return cast("Deps", current_app.extensions["deps"])


def user() -> Actor:
    """Who looks, with the grants that permit this page's action."""
    return cast("Actor", g.actor)

"""Phones that report by another maker's client, OwnTracks or Traccar Client. Their formats end here."""

from app.api.blueprint import Blueprint
from app.api.trackers import owntracks, traccar

BLUEPRINTS: tuple[Blueprint, ...] = (owntracks.BLUEPRINT, traccar.BLUEPRINT)

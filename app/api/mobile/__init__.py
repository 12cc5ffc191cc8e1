"""The subject's phone. One file for each subject-matter; what officers see is not shared from here."""

from app.api.blueprint import Blueprint
from app.api.mobile import checkins, collection, device_health, duties, me, notices, positions, sessions

BLUEPRINTS: tuple[Blueprint, ...] = (
    checkins.BLUEPRINT,
    collection.BLUEPRINT,
    device_health.BLUEPRINT,
    duties.BLUEPRINT,
    me.BLUEPRINT,
    notices.BLUEPRINT,
    positions.BLUEPRINT,
    sessions.BLUEPRINT,
)

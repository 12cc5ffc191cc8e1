"""The subject's phone. One file for each subject-matter; what officers see is not shared from here."""

from app.api.blueprint import Blueprint
from app.api.mobile import (
    access_log,
    checkins,
    collection,
    device_health,
    duties,
    facts,
    leave,
    me,
    notices,
    photos,
    positioning_orders,
    positions,
    reports,
    sessions,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    access_log.BLUEPRINT,
    checkins.BLUEPRINT,
    collection.BLUEPRINT,
    device_health.BLUEPRINT,
    duties.BLUEPRINT,
    facts.BLUEPRINT,
    leave.BLUEPRINT,
    me.BLUEPRINT,
    notices.BLUEPRINT,
    photos.BLUEPRINT,
    positioning_orders.BLUEPRINT,
    positions.BLUEPRINT,
    reports.BLUEPRINT,
    sessions.BLUEPRINT,
)

"""Officers, supervisors and procurators. One file for each subject-matter."""

from app.api.blueprint import Blueprint
from app.api.office import (
    absences,
    alerts,
    checkins,
    compliance,
    devices,
    duties,
    me,
    notices,
    offices,
    orders,
    policies,
    sessions,
    talks,
    tracks,
    users,
    visits,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    absences.BLUEPRINT,
    alerts.BLUEPRINT,
    checkins.BLUEPRINT,
    compliance.BLUEPRINT,
    devices.BLUEPRINT,
    duties.BLUEPRINT,
    notices.BLUEPRINT,
    me.BLUEPRINT,
    offices.BLUEPRINT,
    orders.BLUEPRINT,
    policies.BLUEPRINT,
    sessions.BLUEPRINT,
    talks.BLUEPRINT,
    tracks.BLUEPRINT,
    users.BLUEPRINT,
    visits.BLUEPRINT,
)

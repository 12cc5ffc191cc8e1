"""Officers, supervisors and procurators. One file for each subject-matter."""

from app.api.blueprint import Blueprint
from app.api.office import absences, checkins, devices, duties, offices, policies, sessions, users

BLUEPRINTS: tuple[Blueprint, ...] = (
    absences.BLUEPRINT,
    checkins.BLUEPRINT,
    devices.BLUEPRINT,
    duties.BLUEPRINT,
    offices.BLUEPRINT,
    policies.BLUEPRINT,
    sessions.BLUEPRINT,
    users.BLUEPRINT,
)

"""Officers, supervisors and procurators. One file for each subject-matter."""

from app.api.blueprint import Blueprint
from app.api.office import absences, devices, offices, policies, sessions, users

BLUEPRINTS: tuple[Blueprint, ...] = (
    absences.BLUEPRINT,
    devices.BLUEPRINT,
    offices.BLUEPRINT,
    policies.BLUEPRINT,
    sessions.BLUEPRINT,
    users.BLUEPRINT,
)

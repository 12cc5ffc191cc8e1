"""Officers, supervisors and procurators. One file for each subject-matter."""

from app.api.blueprint import Blueprint
from app.api.office import offices, sessions

BLUEPRINTS: tuple[Blueprint, ...] = (
    offices.BLUEPRINT,
    sessions.BLUEPRINT,
)

"""Officers, supervisors and procurators. One file for each subject-matter."""

from app.api.blueprint import Blueprint
from app.api.office import sessions

BLUEPRINTS: tuple[Blueprint, ...] = (sessions.BLUEPRINT,)

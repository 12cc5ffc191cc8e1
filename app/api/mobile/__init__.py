"""The subject's phone. One file for each subject-matter; what officers see is not shared from here."""

from app.api.blueprint import Blueprint
from app.api.mobile import checkins, duties, me, sessions

BLUEPRINTS: tuple[Blueprint, ...] = (
    checkins.BLUEPRINT,
    duties.BLUEPRINT,
    me.BLUEPRINT,
    sessions.BLUEPRINT,
)

"""Officers, supervisors and procurators. One file for each subject-matter."""

from flask_smorest import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()

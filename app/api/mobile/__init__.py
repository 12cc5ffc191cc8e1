"""The subject's phone. One file for each subject-matter; what officers see is not shared from here."""

from flask_smorest import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()

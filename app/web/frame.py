"""What every page shows around its matter: who is logged in where, and how many notices wait."""

from dataclasses import dataclass

from flask import g

from app.queries import notices, users
from app.rules.facts import Actor
from app.web.context import deps

LEVELS_TO_AN_OFFICE = 3
"""Dots in the path of a 司法所: province, city and county stand above it."""


@dataclass(frozen=True)
class Frame:
    """Who looks. `unread` stops at 100."""

    user_id: str
    name: str
    posts: tuple[tuple[str, str], ...]
    unread: int


def frame() -> Frame | None:
    """Of the user of this page; None before the log-in, and on pages that ask nobody who they are."""
    known: Actor | None = g.get("known")
    if known is None:
        return None
    with deps().autocommit() as connection:
        me = users.me(connection, known, now=deps().now())
        unread = notices.how_many_unread(connection, known)
    posts = tuple((role.office_name, role.role) for role in me.roles)
    return Frame(me.id.hex, me.name, posts, unread)


def sees_many_offices() -> bool:
    """Whether the user's grants reach more than one 司法所, so that lists have to name it."""
    known: Actor | None = g.get("known")
    grants = known.grants if known else ()
    paths = {grant.office_path for grant in grants}
    return len(paths) > 1 or any(path.count(".") < LEVELS_TO_AN_OFFICE for path in paths)

"""What a procurator opens is put on record, whichever page or route: they read only, and each reading is known."""

from app.access.table import ACTIONS, EVERYONE
from app.actions.note_reading import note_reading
from app.deps import Deps
from app.rules.facts import Actor, Role

FIRST_PAGE = "/"
"""Everybody has one; a procurator's shows alerts."""

FETCHED_AGAIN = frozenset({"/today/alerts"})
"""A part of the first page that moves by itself, every fifteen seconds: the page is on record."""

TELL_MORE = frozenset({"compliance.read", "audit.read", "access_log.read", "orders.sheet"})
"""Each view of these writes an act of its own, which says more than an address does."""

OF_NO_CASE = frozenset(action for action, roles in ACTIONS.items() if roles == EVERYONE)


def note_opened(deps: Deps, actor: Actor, action: str, path: str) -> None:
    """One act with the address, without what was searched for; nothing for readers who are no procurators."""
    if not actor.has(Role.PROCURATOR) or action in TELL_MORE or path in FETCHED_AGAIN:
        return
    if action in OF_NO_CASE and path != FIRST_PAGE:
        return
    with deps.transaction() as tx:
        note_reading(tx, actor, "procurator.read", None, now=deps.now(), details={"path": path})

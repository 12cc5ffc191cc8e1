"""A scheduler cannot tell that it is dead: the processes that serve look out for it."""

from datetime import timedelta

from app.actions.note_faults import note_faults
from app.deps import Deps
from app.queries.watchdog import scheduler_away

PATIENCE = timedelta(minutes=2)
"""A restart takes seconds, a lost host is replaced within fifteen."""


def look_for_scheduler(deps: Deps) -> None:
    """Tell the administrators where no scheduler has been alive for two minutes. That it is back its watchdog notes.

    A push waits for a scheduler as well; the notice stands on the page and in the app at once.
    """
    now = deps.now()
    with deps.autocommit() as connection:
        away = scheduler_away(connection, since=now - PATIENCE)
    if away:
        with deps.transaction() as tx:
            note_faults(tx, {"scheduler_away": 1}, now=now)

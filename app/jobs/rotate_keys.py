"""A change of keys: everything that is sealed comes under the current ones. Run by hand, as often as one likes."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from app.actions.rotate_keys import TABLES, note_rotation, rotate_chunk
from app.deps import Deps
from app.jobs import files
from app.store.resealing import FIRST


def rotate(deps: Deps) -> Mapping[str, int]:
    """Go through every table once, one transaction a chunk; gives how many rows were resealed in each.

    Killed at any point it leaves every row readable, and the next run goes on with what is left. Rows that somebody
    held at that moment are left, too.
    """
    resealed: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
    for table in TABLES:
        after: UUID | None = FIRST
        while after is not None:
            with deps.transaction() as tx:
                chunk = rotate_chunk(tx, table, deps.settings, after=after)
            resealed[table] += chunk.rows
            after = chunk.after
    resealed["file_contents"] = files.reseal(deps)
    if resealed.total():
        with deps.transaction() as tx:
            note_rotation(tx, resealed, deps.settings, now=deps.now())
    return resealed

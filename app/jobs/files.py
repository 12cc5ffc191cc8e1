"""The jobs for attachments of case files: what is over goes, what is nobody's goes, what is lost is told."""

import logging
from datetime import datetime
from itertools import islice
from uuid import UUID

from app.actions import look_after_files as care
from app.actions.delete_attachment import delete_due, given_up, note_removed
from app.deps import Deps
from app.jobs.job import Counts
from app.rules.attachments import ORPHAN_AFTER, Stored
from app.rules.errors import Unavailable

LOG = logging.getLogger(__name__)
AT_ONCE = 200
MOST_FAILED = 3
FIRST = UUID(int=0)


def delete(deps: Deps, now: datetime) -> Counts:
    """Delete what may be kept no longer, row by row first, then in the store; what the store refuses stays due."""
    deleted = 0
    while found := _due(deps, now):
        deleted += found
        if found < AT_ONCE:
            break
    removed, failed = _remove(deps) if deps.store else (0, 0)
    return {"attachments": deleted, "objects": removed, "failed": failed}


def _due(deps: Deps, now: datetime) -> int:
    with deps.transaction() as tx:
        return delete_due(tx, now=now, limit=AT_ONCE)


def _remove(deps: Deps) -> tuple[int, int]:
    """Contents that nobody holds any more leave the store. The name is forgotten once the object is gone.

    One that cannot be deleted keeps no other; where several cannot, the store is away.
    """
    removed, failed = 0, 0
    while True:
        with deps.autocommit() as connection:
            gone = given_up(connection, limit=AT_ONCE)
        for stored in gone:
            if failed == MOST_FAILED:
                break
            if _is_removed(deps, stored):
                removed += 1
            else:
                failed += 1
        if failed or len(gone) < AT_ONCE:
            return removed, failed


def _is_removed(deps: Deps, stored: Stored) -> bool:
    try:
        deps.files.delete(stored.name)
    except Unavailable:
        LOG.warning("the store of files does not delete content %s: it waits", stored.content_id)
        return False
    with deps.transaction() as tx:
        note_removed(tx, stored)
    return True


def sweep(deps: Deps, now: datetime) -> Counts:
    """Delete objects that no row has named for a week, and count contents that the store has lost (`failed`)."""
    if deps.store is None:
        return {"swept": 0, "failed": 0}
    old = (found.name for found in deps.files.all() if found.stored_at < now - ORPHAN_AFTER)
    swept = 0
    while names := list(islice(old, AT_ONCE)):
        with deps.autocommit() as connection:
            orphans = care.nobodys(connection, names)
        for name in orphans:
            deps.files.delete(name)
        swept += len(orphans)
    lost = _lost(deps)
    if lost:
        LOG.error("the store of files has lost %d contents: %s", len(lost), [str(one.content_id) for one in lost[:20]])
    return {"swept": swept, "failed": len(lost)}


def _lost(deps: Deps) -> list[Stored]:
    """Contents that somebody holds and the store has not: asked once more, as they may go at this very moment."""
    there = {found.name for found in deps.files.all()}
    lost: list[Stored] = []
    after = FIRST
    while True:
        with deps.autocommit() as connection:
            held = care.held_after(connection, after, limit=AT_ONCE)
        lost += [one for one in held if one.name not in there and not deps.files.has(one)]
        if len(held) < AT_ONCE:
            return lost
        after = held[-1].content_id


def reseal(deps: Deps) -> int:
    """Bring every content under the current key: a new object first, then the row, then the old object goes.

    Killed at any point, each content opens; an object that was left behind is swept as nobody's. A content that the
    store has lost, or gives back damaged, keeps its key and keeps no other from its own.
    """
    resealed, after = 0, FIRST
    while deps.store is not None:
        with deps.autocommit() as connection:
            old = care.next_to_reseal(connection, deps.files.key_version, after=after)
        if old is None:
            break
        resealed, after = resealed + _reseal(deps, old), old.content_id
    return resealed


def _reseal(deps: Deps, old: Stored) -> bool:
    try:
        plain = deps.files.get(old)
    except Unavailable as error:
        if error.code != "file_missing":
            raise
        LOG.exception("the store of files has lost content %s: it stays under key %d", old.content_id, old.key_version)
        return False
    new = deps.files.put(plain, old.content_id)
    with deps.transaction() as tx:
        moved = care.note_resealed(tx, old, new)
    deps.files.delete(old.name if moved else new.name)
    return moved

"""Look for somebody (查找) [Law 30]: begin, add to the record, end. Each by a named user."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.searches import Conclusion, NewEntry, SearchFile, Wanted, add_entry, conclude, open_search
from app.store import effects, searches


def begin_search(tx: Connection, actor: Actor, subject_id: UUID, wanted: Wanted, *, now: datetime) -> bool:
    """Open a search; False where the same request had opened it before.

    NotFound out of reach; Conflict `id_reused`, `search_open`, `intake_not_overdue`, `already_ended`.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if not searches.within_reach(tx, actor, subject_id):
        raise NotFound("not_found")
    if _repeated(searches.body_hash_of(tx, wanted.id), wanted.body_hash):
        return False
    found = searches.facts(tx, [subject_id], now=now)[subject_id]
    effects.apply(tx, [open_search(found, wanted, actor, now=now)])
    return True


def record_entry(tx: Connection, actor: Actor, search_id: UUID, new: NewEntry, *, now: datetime) -> bool:
    """Add to the record; False where the same request had written it before.

    NotFound out of reach, or where evidence or the entry that is put right is not this person's; the rest as the rule.
    """
    search = _search(tx, actor, search_id)
    if _repeated(searches.entry_hash_of(tx, new.id), new.body_hash):
        return False
    if not searches.is_evidence(tx, search.subject_id, new.photo_id, new.visit_id):
        raise NotFound("not_found")
    if new.corrects_id is not None:
        new = replace(new, corrects_kind=searches.kind_of(tx, new.corrects_id, search_id))
        if new.corrects_kind is None:
            raise NotFound("not_found")
    effects.apply(tx, [add_entry(search, new, actor, now=now)])
    return True


def end_search(tx: Connection, actor: Actor, search_id: UUID, ended: Conclusion, *, now: datetime) -> None:
    """End the search with its outcome, by the user who is named with it. NotFound out of reach; else as the rule."""
    search = _search(tx, actor, search_id)
    effects.apply(tx, [conclude(search, ended, actor, now=now)])


def _search(tx: Connection, actor: Actor, search_id: UUID) -> SearchFile:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    search = searches.file_of(tx, actor, search_id)
    if search is None:
        raise NotFound("not_found")
    return search


def _repeated(known: bytes | None, body_hash: bytes) -> bool:
    if known is not None and known != body_hash:
        raise Conflict("id_reused")
    return known is not None

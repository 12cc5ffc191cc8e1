"""Attachments of case files, for the interface and the pages: store first, then the row; record first, then show."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.actions.keep_attachment import held_content, keep_attachment, known_attachment
from app.actions.read_attachment import located, read_attachment
from app.clients.attached_files import prepare
from app.deps import Deps
from app.queries.attachments import Wanted, attachments, is_closed
from app.rules.attachments import Kept, NewAttachment, Prepared, Stored, refuse_size
from app.rules.errors import Refused, Unavailable
from app.rules.facts import Actor, FilePurpose
from app.rules.photos import fingerprint

PURPOSE_OF = {"subject": FilePurpose.SIGNATURE_SUBJECT, "officer": FilePurpose.SIGNATURE_OFFICER}
"""By whose signature it is."""


@dataclass(frozen=True)
class Opened:
    """An attachment with its content."""

    kept: Kept
    content: bytes


def keep_file(deps: Deps, actor: Actor, new: NewAttachment, sent: bytes) -> tuple[Kept, bool]:
    """Keep what was sent; False where the same request had been kept before. When this returns, it is on disk.

    Refusals are those of `known_attachment` and `prepare`; Unavailable `file_store_away` where the store does not
    answer: nothing was written then, and the same request may come again.
    """
    refuse_size(new.purpose, len(sent))
    with deps.autocommit() as connection:
        known = known_attachment(connection, actor, new, fingerprint(sent))
    if known is not None:
        return known, False
    prepared = prepare(new.purpose, sent)
    stored = _stored(deps, prepared)
    with deps.transaction() as tx:
        return keep_attachment(tx, actor, new, prepared, stored, now=deps.now())


def _stored(deps: Deps, prepared: Prepared) -> Stored:
    """Where the content lies: there already, or just now. No transaction is open meanwhile."""
    with deps.autocommit() as connection:
        held = held_content(connection, prepared)
    if held is not None and deps.files.has(held):
        return held
    return deps.files.put(prepared.content, held.content_id if held else None)


def open_file(deps: Deps, actor: Actor, attachment_id: UUID, *, reason: str | None = None) -> Opened:
    """The content, once it is recorded that this actor looks at it. NotFound as `located`.

    Refused `reason_needed_for_minor` where the law seals it and nobody says why it is opened.
    """
    with deps.autocommit() as connection:
        if not reason and is_closed(connection, actor, attachment_id):
            raise Refused("reason_needed_for_minor")
        kept, stored = located(connection, actor, attachment_id)
    content = deps.files.get(stored)
    with deps.transaction() as tx:
        read_attachment(tx, actor, attachment_id, reason=reason, now=deps.now())
    return Opened(kept, content)


def signatures(deps: Deps, actor: Actor, record_id: UUID, whose: Iterable[str]) -> dict[str, bytes]:
    """The signatures of a record within the actor's reach, by whose they are (`subject`, `officer`): of each that is
    asked for the latest. Each look is recorded. One that is deleted by now, or that the store has lost, is left out.
    """
    wanted = {one: Wanted(None, "record", record_id, PURPOSE_OF[one], gone=False) for one in whose}
    with deps.autocommit() as connection:
        found = {one: attachments(connection, actor, which, limit=1).items for one, which in wanted.items()}
    opened = {one: _unless_lost(deps, actor, latest[0].kept.id) for one, latest in found.items() if latest}
    return {one: content for one, content in opened.items() if content is not None}


def _unless_lost(deps: Deps, actor: Actor, attachment_id: UUID) -> bytes | None:
    """A paper is printed without what the store has lost; a store that is away is waited for."""
    try:
        return open_file(deps, actor, attachment_id).content
    except Unavailable as error:
        if error.code != "file_missing":
            raise
        return None

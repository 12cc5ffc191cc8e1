"""Attachments of case files, for the interface and the pages: store first, then the row; record first, then show."""

from dataclasses import dataclass
from uuid import UUID

from app.actions.keep_attachment import held_content, keep_attachment, known_attachment
from app.actions.read_attachment import located, read_attachment
from app.clients.attached_files import prepare
from app.deps import Deps
from app.queries.attachments import Wanted, attachments
from app.rules.attachments import Kept, NewAttachment, Prepared, Stored, refuse_size
from app.rules.facts import Actor, FilePurpose
from app.rules.photos import fingerprint

MOST_FILES = 50
WHOSE = {FilePurpose.SIGNATURE_SUBJECT: "subject", FilePurpose.SIGNATURE_OFFICER: "officer"}


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
    """The content, once it is recorded that this actor looks at it. NotFound as `located`."""
    with deps.autocommit() as connection:
        kept, stored = located(connection, actor, attachment_id)
    content = deps.files.get(stored)
    with deps.transaction() as tx:
        read_attachment(tx, actor, attachment_id, reason=reason, now=deps.now())
    return Opened(kept, content)


def signatures(deps: Deps, actor: Actor, record_id: UUID) -> dict[str, bytes]:
    """The signatures of a record within the actor's reach, by whose they are (`subject`, `officer`): the latest of
    each. Each look is recorded. A content that is gone by now is left out.
    """
    with deps.autocommit() as connection:
        wanted = Wanted(about_kind="record", about_id=record_id, gone=False)
        found = attachments(connection, actor, wanted, limit=MOST_FILES).items
    latest = {WHOSE[one.kept.purpose]: one.kept.id for one in reversed(found) if one.kept.purpose in WHOSE}
    return {whose: open_file(deps, actor, kept_id).content for whose, kept_id in latest.items()}

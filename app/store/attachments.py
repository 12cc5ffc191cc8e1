"""Attachments of case files on disk: rows that stay, contents that several of them may hold, and what is due to go."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_new

from app.models.attachment import Attachment, FileContent
from app.models.subject import Subject
from app.models.visit import Record
from app.rules.attachments import Kept, MediaType, NewAttachment, Prepared, Stored
from app.rules.effects.records import Signed
from app.rules.errors import Conflict, Unavailable
from app.rules.facts import Actor, FilePurpose
from app.store import proofs
from app.store.attempts import point
from app.store.scope import subjects_of

ABOUT = {
    "subject": "SELECT id AS subject_id FROM subjects WHERE id = :id",
    "record": "SELECT subject_id FROM records WHERE id = :id",
    "duty": "SELECT subject_id FROM duties WHERE id = :id",
    "alert": "SELECT subject_id FROM alerts WHERE id = :id",
    "leave": "SELECT subject_id FROM leave_requests WHERE id = :id",
    "order": "SELECT subject_id FROM positioning_orders WHERE id = :id",
    "search": "SELECT subject_id FROM searches WHERE id = :id",
}
"""What an attachment may belong to, and whose matter that is. A new kind is one line here."""

MAY_COME_LATER = frozenset({"record"})
"""A record's id is made on the phone, and its photos may be sent before it."""

SIGNED = text(
    """
    SELECT CASE :purpose WHEN 'signature_subject' THEN r.signed_subject ELSE r.signed_officer END AS how,
           EXISTS (SELECT FROM attachments a
                   WHERE a.about_kind = 'record' AND a.about_id = r.id AND a.purpose = :purpose) AS there
    FROM records r WHERE r.id = :id
    """
)

KEPT = (
    *(Attachment.id, Attachment.subject_id, Attachment.about_kind, Attachment.about_id, Attachment.purpose),
    *(Attachment.sha256, Attachment.media_type, Attachment.size, Attachment.title, Attachment.taken_at),
    *(Attachment.device_model, Attachment.added_by, Attachment.added_at, Attachment.keep_until, Attachment.basis),
    *(Attachment.deleted_at, Attachment.delete_reason),
)
HELD = FileContent.gone_at.is_(None)
LIVE = Attachment.deleted_at.is_(None)


def kept(row: Mapping[Any, Any]) -> Kept:
    """A row of `KEPT` as the rules know it."""
    known = {"purpose": FilePurpose(row["purpose"]), "media_type": MediaType(row["media_type"])}
    return Kept(**{column.key: row[column.key] for column in KEPT} | known)


def of(tx: Connection, about_kind: str, about_id: UUID) -> tuple[Kept, ...]:
    """What belongs to a thing and is still kept, in the order in which it was added."""
    statement = select(*KEPT).where(Attachment.about_kind == about_kind, Attachment.about_id == about_id, LIVE)
    return tuple(map(kept, tx.execute(statement.order_by(Attachment.added_at, Attachment.id)).mappings()))


def one(tx: Connection, attachment_id: UUID) -> Kept | None:
    """An attachment, whoever may see it, also one whose content is gone."""
    row = tx.execute(select(*KEPT).where(Attachment.id == attachment_id)).mappings().one_or_none()
    return kept(row) if row else None


def within_reach(tx: Connection, actor: Actor, attachment_id: UUID, *, lock: bool = False) -> Kept | None:
    """An attachment of a subject within the actor's reach whose content is still kept; None for any other."""
    statement = select(*KEPT).join(Subject, Subject.id == Attachment.subject_id)
    statement = statement.where(Attachment.id == attachment_id, LIVE, subjects_of(actor))
    row = tx.execute(statement.with_for_update(of=Attachment) if lock else statement).mappings().one_or_none()
    return kept(row) if row else None


def office_of(tx: Connection, actor: Actor, subject_id: UUID) -> UUID | None:
    """The office whose policy holds for a subject within the actor's reach; None for any other."""
    statement = select(Subject.office_id).where(Subject.id == subject_id, subjects_of(actor))
    return tx.execute(statement).scalar_one_or_none()


def belongs(tx: Connection, new: NewAttachment) -> bool:
    """Whether what it is about is a matter of that subject, or may still become one."""
    if new.about_kind not in ABOUT:
        return False
    found = tx.execute(text(ABOUT[new.about_kind]), {"id": new.about_id}).scalar_one_or_none()
    return found == new.subject_id if found is not None else new.about_kind in MAY_COME_LATER


def may_be_signed(tx: Connection, new: NewAttachment) -> bool:
    """Whether a record can take this signature: it is not written yet, or it says that one was made and has none.

    What was signed never changes, and so does who signed it: no signature takes the place of another.
    """
    found = tx.execute(SIGNED, {"id": new.about_id, "purpose": new.purpose}).one_or_none()
    return found is None or (found.how == Signed.ON_SCREEN and not found.there)


def left_out(tx: Connection, record_id: UUID, named: Collection[UUID], sender: UUID | None) -> list[Kept]:
    """What the sender had sent ahead of a record and has taken out of it since, locked."""
    statement = select(*KEPT).where(
        *(Attachment.about_kind == "record", Attachment.about_id == record_id, LIVE),
        *(Attachment.added_by == sender, Attachment.id.not_in(named)),
    )
    return list(map(kept, tx.execute(statement.order_by(Attachment.id).with_for_update()).mappings()))


def content(tx: Connection, sha256: bytes, *, lock: bool = False) -> Stored | None:
    """The content that is held already, so that it is stored once; None for a new one."""
    statement = select(FileContent.id, FileContent.object, FileContent.key_version).where(
        FileContent.sha256 == sha256, HELD
    )
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return Stored(row.id, str(row.object), row.key_version) if row else None


def add_content(tx: Connection, prepared: Prepared, stored: Stored, *, now: datetime) -> Stored:
    """Note where a content lies, under its lock; where somebody noted the same one before, theirs counts.

    Stored anew for the same id, because the store had lost it, it lies there from now on. Unavailable where the last
    holder let go of it at this very moment: the caller stores it anew.
    """
    held = content(tx, prepared.kept_sha256, lock=True)
    if held is None and _is_given_up(tx, stored.content_id):
        raise Unavailable("file_store_away")
    if held is not None:
        if held.content_id == stored.content_id and held.name != stored.name:
            move(tx, held, stored)
        return held
    values = {
        "id": stored.content_id,
        "sha256": prepared.kept_sha256,
        "size": len(prepared.content),
        "object": stored.name,
        "key_version": stored.key_version,
        "stored_at": now,
    }
    added = insert_new(FileContent).values(values)
    tx.execute(added.on_conflict_do_nothing(index_elements=["sha256"], index_where=HELD))
    held = content(tx, prepared.kept_sha256, lock=True)
    assert held is not None  # noqa: S101  (just written, or written by whoever was first)
    return held


def _is_given_up(tx: Connection, content_id: UUID) -> bool:
    return tx.execute(select(FileContent.id).where(FileContent.id == content_id)).scalar_one_or_none() is not None


def add(
    tx: Connection, new: NewAttachment, prepared: Prepared, content_id: UUID, told: Mapping[str, Any], *, now: datetime
) -> None:
    """Write the row. `told` are `added_by`, `keep_until`, `basis`, and what its file told and may be kept.

    Conflict `id_reused` where at this very moment somebody used the id for another content.
    """
    fix = told.get("fix")
    added = insert_new(Attachment).values(
        {
            "id": new.id,
            "subject_id": new.subject_id,
            "about_kind": new.about_kind,
            "about_id": new.about_id,
            "purpose": new.purpose,
            "content_id": content_id,
            "sha256": prepared.sha256,
            "media_type": prepared.media_type,
            "size": len(prepared.content),
            "title": new.title,
            "taken_at": told["taken_at"],
            "place": point(fix) if fix else None,
            "accuracy_m": fix.accuracy_m if fix else None,
            "device_model": prepared.device_model,
            "look": prepared.look,
            "added_by": told["added_by"],
            "added_at": now,
            "keep_until": told["keep_until"],
            "basis": told["basis"],
        }
    )
    written = added.on_conflict_do_nothing(index_elements=["id"]).returning(Attachment.id)
    if tx.execute(written).one_or_none() is None:
        raise Conflict("id_reused")
    if new.about_kind == "record":
        proofs.evidence_came(tx, [new.about_id], now=now)


def stored_of(tx: Connection, attachment_id: UUID) -> Stored:
    """Where the content of an attachment lies that is still kept."""
    row = tx.execute(
        select(FileContent.id, FileContent.object, FileContent.key_version)
        .join(Attachment, Attachment.content_id == FileContent.id)
        .where(Attachment.id == attachment_id)
    ).one()
    return Stored(row.id, str(row.object), row.key_version)


def delete(tx: Connection, ids: Sequence[UUID], reason: str, *, by: UUID | None, now: datetime) -> None:
    """The rows stay and say when, why and by whom; contents that nobody else holds are given up."""
    gone = {"deleted_at": now, "deleted_by": by, "delete_reason": reason, "place": None, "accuracy_m": None}
    gone |= {"device_model": None, "look": None}
    columns = (Attachment.content_id, Attachment.about_kind, Attachment.about_id)
    rows = tx.execute(update(Attachment).where(Attachment.id.in_(ids), LIVE).values(gone).returning(*columns)).all()
    _give_up(tx, [row.content_id for row in rows], now)
    proofs.evidence_came(tx, [row.about_id for row in rows if row.about_kind == "record"], now=now)


def _give_up(tx: Connection, contents: Sequence[UUID], now: datetime) -> None:
    """Under the contents' locks, so that nobody attaches one anew at this very moment and loses it."""
    ids = sorted(set(contents))
    tx.execute(select(FileContent.id).where(FileContent.id.in_(ids)).order_by(FileContent.id).with_for_update())
    held = exists().where(Attachment.content_id == FileContent.id, LIVE)
    tx.execute(update(FileContent).where(FileContent.id.in_(ids), HELD, ~held).values(gone_at=now))


def due(tx: Connection, *, now: datetime, limit: int) -> list[UUID]:
    """Attachments whose time is over, locked; what another worker deletes is left to it."""
    statement = select(Attachment.id).where(LIVE, Attachment.keep_until <= now).order_by(Attachment.keep_until)
    return list(tx.execute(statement.limit(limit).with_for_update(skip_locked=True)).scalars())


def unclaimed(tx: Connection, *, before: datetime, limit: int) -> list[UUID]:
    """Attachments that were sent ahead of a record that never came, locked."""
    record = exists().where(Record.id == Attachment.about_id)
    statement = select(Attachment.id).where(
        LIVE, Attachment.about_kind.in_(MAY_COME_LATER), Attachment.added_at < before, ~record
    )
    return list(tx.execute(statement.limit(limit).with_for_update(skip_locked=True)).scalars())


def given_up(tx: Connection, *, limit: int) -> list[Stored]:
    """Contents that nobody holds, and that lie in the store still."""
    statement = (
        select(FileContent.id, FileContent.object, FileContent.key_version)
        .where(FileContent.gone_at.is_not(None), FileContent.object.is_not(None))
        .order_by(FileContent.gone_at)
        .limit(limit)
    )
    return [Stored(row.id, row.object, row.key_version) for row in tx.execute(statement)]


def note_removed(tx: Connection, content_id: UUID) -> None:
    """The content is deleted in the store."""
    tx.execute(update(FileContent).where(FileContent.id == content_id).values(object=None))


def known_objects(tx: Connection, names: Sequence[str]) -> frozenset[str]:
    """Which of these objects a content names."""
    return frozenset(
        str(name) for name in tx.execute(select(FileContent.object).where(FileContent.object.in_(names))).scalars()
    )


def any_content(tx: Connection) -> bool:
    """Whether this database knows of any content at all: an empty one must not sweep a store that is full."""
    return tx.execute(select(literal(1)).select_from(FileContent).limit(1)).scalar_one_or_none() is not None


def held_after(tx: Connection, after: UUID, *, limit: int) -> list[Stored]:
    """The next contents that are held, by id."""
    statement = select(FileContent.id, FileContent.object, FileContent.key_version).where(HELD, FileContent.id > after)
    rows = tx.execute(statement.order_by(FileContent.id).limit(limit))
    return [Stored(row.id, str(row.object), row.key_version) for row in rows]


def under_other_keys(tx: Connection, current: int, after: UUID) -> Stored | None:
    """The next content that is held and sealed under another key than the current one."""
    statement = select(FileContent.id, FileContent.object, FileContent.key_version).where(
        HELD, FileContent.key_version != current, FileContent.id > after
    )
    row = tx.execute(statement.order_by(FileContent.id).limit(1)).one_or_none()
    return Stored(row.id, str(row.object), row.key_version) if row else None


def move(tx: Connection, old: Stored, new: Stored) -> bool:
    """The content lies under another name and key from now on; False where it changed in the meantime."""
    moved = update(FileContent).where(FileContent.id == old.content_id, FileContent.object == old.name, HELD)
    return bool(tx.execute(moved.values(object=new.name, key_version=new.key_version)).rowcount)

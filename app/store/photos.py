"""Photos on disk: sealed, attached to a try or a request, deleted when their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, func, insert, select, text, update

from app.models.checkin import Attempt
from app.models.photo import Photo, PhotoContent
from app.models.subject import Subject
from app.rules.checkins import PhotoFacts
from app.rules.effects import AttachPhoto
from app.rules.errors import Conflict
from app.rules.facts import Actor, Outcome
from app.rules.photos import UNUSED_FOR, Kept, PhotoPurpose, Picture
from app.store.attempts import point
from app.store.scope import subjects_of
from app.store.sealing import Keys, Purpose, Sealed, open_sealed, seal

KEPT = (
    *(Photo.subject_id, Photo.id, Photo.sha256, Photo.received_at, Photo.keep_until, Photo.attempt_id),
    *(Photo.purpose, Photo.leave_id),
)
OF_CHECK_INS = Photo.purpose == PhotoPurpose.CHECK_IN

POWER = text(
    """
    SELECT id FROM collection_powers
    WHERE subject_id = :subject_id AND phone AND covers @> CAST(:at AS timestamptz) ORDER BY id LIMIT 1
    """
)


@dataclass(frozen=True)
class NewPhoto:
    """A photo to be written. `power_id` is what covered its place, None where nothing did: then the place goes."""

    subject_id: UUID
    id: UUID
    picture: Picture
    taken_at: datetime | None
    power_id: UUID | None
    keep_days: int
    purpose: PhotoPurpose = PhotoPurpose.CHECK_IN


def row_id(subject_id: UUID, photo_id: UUID) -> UUID:
    """The key of the row: clients' ids are unique for one person only."""
    return uuid5(subject_id, f"photo|{photo_id}")


def office_of(tx: Connection, subject_id: UUID) -> UUID:
    """The office whose policy holds for a subject."""
    return tx.execute(select(Subject.office_id).where(Subject.id == subject_id)).scalar_one()


def earlier(tx: Connection, subject_id: UUID, photo_id: UUID, sha256: bytes) -> Kept | None:
    """The same photo as it was sent before; Conflict `id_reused` where the id stands for other bytes."""
    row = tx.execute(select(*KEPT).where(Photo.subject_id == subject_id, Photo.id == photo_id)).one_or_none()
    if row is None:
        return None
    if row.sha256 != sha256:
        raise Conflict("id_reused")
    return Kept(*row)


def power_at(tx: Connection, subject_id: UUID, at: datetime | None) -> UUID | None:
    """What allowed the phone to collect a place at that instant; None where nothing did."""
    return tx.execute(POWER, {"subject_id": subject_id, "at": at}).scalar_one_or_none() if at else None


def add(tx: Connection, keys: Keys, photo: NewPhoto, *, now: datetime) -> None:
    """Write the photo, the picture encrypted so that it opens only as this row's."""
    key, picture = row_id(photo.subject_id, photo.id), photo.picture
    fix = picture.fix if photo.power_id else None
    row = {
        "row_id": key,
        "subject_id": photo.subject_id,
        "id": photo.id,
        "sha256": picture.sha256,
        "received_at": now,
        "taken_at": photo.taken_at,
        "device_model": picture.device_model,
        "place": point(fix) if fix else None,
        "accuracy_m": fix.accuracy_m if fix else None,
        "power_id": photo.power_id if fix else None,
        "keep_days": photo.keep_days,
        "keep_until": now + UNUSED_FOR,
        "purpose": photo.purpose,
    }
    tx.execute(insert(Photo), row)
    sealed = seal(keys, Purpose.PHOTO, key, picture.jpeg)
    tx.execute(insert(PhotoContent), {"row_id": key, "cipher": sealed.cipher, "key_version": sealed.version})


def one(tx: Connection, subject_id: UUID, photo_id: UUID) -> Kept:
    """A photo that is on disk."""
    return Kept(*tx.execute(select(*KEPT).where(Photo.subject_id == subject_id, Photo.id == photo_id)).one())


def facts(tx: Connection, subject_id: UUID, photo_id: UUID | None) -> PhotoFacts | None:
    """What a try is judged by that names a photo; the caller holds the subject's lock. None without one."""
    if photo_id is None:
        return None
    mine = select(Photo.sha256).where(Photo.subject_id == subject_id, Photo.id == photo_id).scalar_subquery()
    same = (Photo.id == photo_id) | (Photo.sha256 == mine)
    row = tx.execute(
        select(
            func.max(func.coalesce(Photo.taken_at, Photo.received_at)).filter(Photo.id == photo_id).label("shot_at"),
            func.coalesce(func.bool_or(Photo.attempt_id.is_not(None)), False).label("used"),
        ).where(Photo.subject_id == subject_id, OF_CHECK_INS, same)
    ).one()
    return PhotoFacts(photo_id, row.shot_at, used=row.used)


def waiting_attempt(tx: Connection, subject_id: UUID, photo_id: UUID, *, since: datetime) -> UUID | None:
    """The first try of the subject that named this photo before it came, and asked for one."""
    return tx.execute(
        select(Attempt.id)
        .where(Attempt.subject_id == subject_id, Attempt.received_at >= since)
        .where(Attempt.photo_id == photo_id, Attempt.outcome != Outcome.REFUSED)
        .order_by(Attempt.received_at, Attempt.id)
        .limit(1)
    ).scalar_one_or_none()


def attach(tx: Connection, effects: Sequence[AttachPhoto]) -> None:
    """The photos belong to their tries from now on, and are kept as long as those of check-ins are."""
    for effect in effects:
        tx.execute(
            update(Photo)
            .where(Photo.subject_id == effect.subject_id, Photo.id == effect.photo_id, Photo.attempt_id.is_(None))
            .where(OF_CHECK_INS)
            .values(
                attempt_id=effect.attempt_id,
                keep_until=Photo.received_at + Photo.keep_days * timedelta(days=1),
            )
        )


def within_reach(tx: Connection, actor: Actor, subject_id: UUID, photo_id: UUID) -> Kept | None:
    """A photo of a subject within the actor's reach that is still kept; None for any other."""
    statement = select(*KEPT).join(Subject, Subject.id == Photo.subject_id)
    mine = statement.where(Photo.subject_id == subject_id, Photo.id == photo_id, Photo.deleted_at.is_(None))
    row = tx.execute(mine.where(subjects_of(actor))).one_or_none()
    return Kept(*row) if row else None


def opened(tx: Connection, keys: Keys, subject_id: UUID, photo_id: UUID) -> bytes:
    """The picture, a JPEG. Whoever calls this records that it was looked at."""
    key = row_id(subject_id, photo_id)
    row = tx.execute(select(PhotoContent.key_version, PhotoContent.cipher).where(PhotoContent.row_id == key)).one()
    return open_sealed(keys, Purpose.PHOTO, key, Sealed(row.key_version, row.cipher))


def due_for_deletion(tx: Connection, *, now: datetime, limit: int) -> list[UUID]:
    """Rows whose time is over, locked; what another worker deletes is left to it."""
    return list(
        tx.execute(
            select(Photo.row_id)
            .where(Photo.deleted_at.is_(None), Photo.keep_until <= now)
            .order_by(Photo.keep_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def delete_pictures(tx: Connection, row_ids: Sequence[UUID], *, now: datetime) -> None:
    """Delete pictures and places for good, and note when; that there was a photo stays on record."""
    tx.execute(delete(PhotoContent).where(PhotoContent.row_id.in_(row_ids)))
    gone = {"deleted_at": now, "place": None, "accuracy_m": None, "power_id": None, "device_model": None}
    tx.execute(update(Photo).where(Photo.row_id.in_(row_ids)).values(gone))

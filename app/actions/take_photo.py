"""Take a photo from a phone: of a check-in, before it or after it, or of a paper that proves a ground of leave."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.effects import AttachPhoto, Decision
from app.rules.errors import NotAllowed
from app.rules.facts import Actor
from app.rules.photos import UNUSED_FOR, Kept, PhotoPurpose, Picture, place_asked_at, refuse_unless_allowed, told_at
from app.store import effects, photos, policies, states
from app.store.sealing import sealing_keys

LATE_BY = UNUSED_FOR
"""A photo that comes later than this after its check-in finds it no more."""


@dataclass(frozen=True, slots=True)
class TakePhoto:
    """The command: the client's id, and the picture as the door to images has read it."""

    id: UUID
    picture: Picture
    purpose: PhotoPurpose = PhotoPurpose.CHECK_IN


def known_photo(
    tx: Connection, actor: Actor, photo_id: UUID, sha256: bytes, purpose: PhotoPurpose, *, now: datetime
) -> Kept | None:
    """The same photo as it was taken in before, None for a new one. Asked before the file is decoded.

    Refused `photos_off` where the policy in force has no photos, Conflict `id_reused` for other bytes.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if known := photos.earlier(tx, actor.id, photo_id, sha256):
        return known
    refuse_unless_allowed(policies.of_office(tx, photos.office_of(tx, actor.id), at=now).policy, purpose)
    return None


def take_photo(
    tx: Connection, actor: Actor, command: TakePhoto, settings: Settings, *, now: datetime
) -> tuple[Kept, bool]:
    """Keep the photo, sealed; False where the same one was kept before. Refusals are those of `known_photo`.

    Its place is kept only where a power covered it, that of a paper never. A try that named it before it came gets it.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    subject_id, picture = actor.id, command.picture
    states.lock(tx, [subject_id])
    if known := photos.earlier(tx, subject_id, command.id, picture.sha256):
        return known, False
    policy = policies.of_office(tx, photos.office_of(tx, subject_id), at=now).policy
    of_check_in = command.purpose is PhotoPurpose.CHECK_IN
    refuse_unless_allowed(policy, command.purpose)
    new = photos.NewPhoto(
        subject_id=subject_id,
        id=command.id,
        picture=picture,
        taken_at=told_at(picture, now=now),
        power_id=photos.power_at(tx, subject_id, place_asked_at(picture, now=now)) if of_check_in else None,
        keep_days=policy.photos.keep_days if of_check_in else policy.leave.proof_keep_days,
        purpose=command.purpose,
    )
    photos.add(tx, sealing_keys(settings), new, now=now)
    if of_check_in and (attempt_id := photos.waiting_attempt(tx, subject_id, command.id, since=now - LATE_BY)):
        effects.apply(tx, [Decision((AttachPhoto(subject_id, command.id, attempt_id),))])
    return photos.one(tx, subject_id, command.id), True

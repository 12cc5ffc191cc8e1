"""Photos of check-ins: what is taken in, what of a file's own words is kept, and for how long.

A face is sensitive personal information [PIPL 28-30]: without a basis in the policy in force nothing is taken, and no
check-in is ever refused for want of a photo (rules/checkins/asked.py).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import Fix
from app.rules.policy import PhotoMode, Policy

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 25_000_000
"""A photo of 25 million points takes some 75 MB in memory. Phones are told to send no more than they need."""
KEPT_SIDE = 1600
"""The longer side of what is kept, in points: enough to know a face by [PIPL 6: no more than the purpose needs]."""

UNUSED_FOR = timedelta(days=7)
"""How long a photo waits for its check-in: a phone may be offline that long."""

AHEAD = timedelta(minutes=2)


class PhotoPurpose(StrEnum):
    """What a photo is sent for: a check-in, or as proof of the ground of a leave. It serves nothing else [PIPL 6]."""

    CHECK_IN = "check_in"
    LEAVE_PROOF = "leave_proof"


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: a JPEG that tells nothing of itself, and what its file told.

    `taken_at` is the camera's time, `fix` the place with its accuracy in metres (0 where not told).
    """

    jpeg: bytes
    sha256: bytes
    taken_at: datetime | None = None
    device_model: str | None = None
    fix: Fix | None = None


def refuse_unless_allowed(policy: Policy, purpose: PhotoPurpose) -> None:
    """Refused `photos_off` for a check-in where the policy in force has no photos. Papers are no faces."""
    if purpose is PhotoPurpose.CHECK_IN and policy.photos.check_ins is PhotoMode.OFF:
        raise Refused("photos_off")


def refuse_size(size: int) -> None:
    """Refused `photo_empty`, or `photo_too_large` above 8 MiB; the pixels are counted by whoever reads the file."""
    if size == 0:
        raise Refused("photo_empty", fields={"image": "photo_empty"})
    if size > MOST_BYTES:
        raise Refused("photo_too_large", fields={"image": "photo_too_large"})


def fingerprint(sent: bytes) -> bytes:
    """SHA-256 of the bytes as they were sent: what a phone compares, and by what a photo used twice is found."""
    return sha256(sent).digest()


def told_at(picture: Picture, *, now: datetime) -> datetime | None:
    """When the camera says that it was taken; None where it says nothing, or a time that has not come."""
    return None if picture.taken_at is None or picture.taken_at > now + AHEAD else picture.taken_at


def place_asked_at(picture: Picture, *, now: datetime) -> datetime | None:
    """At which instant a power must cover the place in the file, so that it may be kept; None without a place."""
    return None if picture.fix is None else told_at(picture, now=now) or now


@dataclass(frozen=True)
class Kept:
    """A photo on record, as the phone that sent it is told."""

    subject_id: UUID
    id: UUID
    sha256: bytes
    received_at: datetime
    keep_until: datetime
    attempt_id: UUID | None
    purpose: str
    leave_id: UUID | None

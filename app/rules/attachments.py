"""Attachments of case files: what may be kept for which purpose, recognised by its bytes and not by its name.

How long each is kept, and on which basis, says the policy in force when it comes [PIPL 19, 47].
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import FilePurpose, Fix
from app.rules.policy import Policy

KIB, MIB = 1024, 1024 * 1024
LARGEST = {
    FilePurpose.PHOTO: 8 * MIB,
    FilePurpose.SIGNATURE_SUBJECT: 512 * KIB,
    FilePurpose.SIGNATURE_OFFICER: 512 * KIB,
    FilePurpose.STAMP: 8 * MIB,
    FilePurpose.RECORDING: 32 * MIB,
    FilePurpose.DOCUMENT: 20 * MIB,
}
MOST_BYTES = max(LARGEST.values())

UNCLAIMED_FOR = timedelta(days=30)
"""How long what was sent ahead of its record waits for it: a draft may be offline for weeks, not for ever."""

ORPHAN_AFTER = timedelta(days=7)
"""How old a stored object must be before it may be swept as nobody's: whoever wrote it has long ended."""

OWN_NAME = re.compile(r"[0-9a-f]{64}|begun/[0-9a-f]{32}")
AHEAD = timedelta(minutes=2)


class MediaType(StrEnum):
    """What is kept at all."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    MP4 = "audio/mp4"
    OGG = "audio/ogg"
    WEBM = "audio/webm"
    MP3 = "audio/mpeg"
    WAV = "audio/wav"
    AMR = "audio/amr"


PICTURES = frozenset({MediaType.JPEG, MediaType.PNG})
SOUNDS = frozenset(
    {MediaType.MP4, MediaType.OGG, MediaType.WEBM, MediaType.MP3, MediaType.WAV, MediaType.AMR},
)
FITTING = {
    FilePurpose.PHOTO: PICTURES,
    FilePurpose.SIGNATURE_SUBJECT: PICTURES,
    FilePurpose.SIGNATURE_OFFICER: PICTURES,
    FilePurpose.STAMP: PICTURES,
    FilePurpose.RECORDING: SOUNDS,
    FilePurpose.DOCUMENT: PICTURES | {MediaType.PDF, MediaType.DOCX},
}
SIGNATURES = frozenset({FilePurpose.SIGNATURE_SUBJECT, FilePurpose.SIGNATURE_OFFICER})
WITH_PLACE = frozenset({FilePurpose.PHOTO, FilePurpose.STAMP})
"""Only what proves where somebody was keeps the place that its file told."""

SUFFIXES = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.PDF: "pdf",
    MediaType.DOCX: "docx",
    MediaType.MP4: "m4a",
    MediaType.OGG: "ogg",
    MediaType.WEBM: "webm",
    MediaType.MP3: "mp3",
    MediaType.WAV: "wav",
    MediaType.AMR: "amr",
}

_BEGINNINGS = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"%PDF-", MediaType.PDF),
    (b"OggS", MediaType.OGG),
    (b"\x1aE\xdf\xa3", MediaType.WEBM),
    (b"ID3", MediaType.MP3),
    (b"\xff\xfb", MediaType.MP3),
    (b"\xff\xf3", MediaType.MP3),
    (b"\xff\xf2", MediaType.MP3),
    (b"#!AMR", MediaType.AMR),
)
_MACROS = b"vbaProject.bin"
_STILLS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
"""Photos in the same container as sounds: what phones call HEIC, HEIF, AVIF."""


@dataclass(frozen=True)
class Prepared:
    """A file as it is kept, and what it told of itself. `sha256` is that of the bytes as they were sent.

    `look` is what a picture looks like in 64 bits: two of the same scene differ in few of them.
    """

    content: bytes
    media_type: MediaType
    sha256: bytes
    taken_at: datetime | None = None
    fix: Fix | None = None
    device_model: str | None = None
    look: int | None = None

    @property
    def kept_sha256(self) -> bytes:
        """By what the content is found again, whoever sends it."""
        return sha256(self.content).digest()


@dataclass(frozen=True)
class NewAttachment:
    """What somebody attaches: to whom, to what (`about_kind` and `about_id`; the record may come later), what for."""

    id: UUID
    subject_id: UUID
    about_kind: str
    about_id: UUID
    purpose: FilePurpose
    title: str | None = None


@dataclass(frozen=True)
class Kept:
    """An attachment on record; its content goes at `keep_until`, or was deleted before."""

    id: UUID
    subject_id: UUID
    about_kind: str
    about_id: UUID
    purpose: FilePurpose
    sha256: bytes
    media_type: MediaType
    size: int
    title: str | None
    taken_at: datetime | None
    device_model: str | None
    added_by: UUID
    added_at: datetime
    keep_until: datetime
    basis: str
    deleted_at: datetime | None
    delete_reason: str | None

    def is_same(self, new: NewAttachment, sha256: bytes) -> bool:
        """Whether it came by the same request."""
        asked = (new.subject_id, new.about_kind, new.about_id, new.purpose, sha256)
        return (self.subject_id, self.about_kind, self.about_id, self.purpose, self.sha256) == asked


@dataclass(frozen=True)
class Stored:
    """Where a content lies: the id that it is sealed for, the object's name in the store, the version of its key."""

    content_id: UUID
    name: str
    key_version: int


def refuse_size(purpose: FilePurpose, size: int) -> None:
    """Refused `file_empty`, or `file_too_large` above what the purpose needs."""
    if size == 0:
        raise Refused("file_empty", fields={"file": "file_empty"})
    if size > LARGEST[purpose]:
        raise Refused("file_too_large", {"mib": f"{LARGEST[purpose] / MIB:g}"}, fields={"file": "file_wrong_size"})


def sniff(content: bytes) -> MediaType | None:
    """What the bytes are, whatever they are called; None for anything that is not kept."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[4:8] == b"ftyp":
        return None if content[8:12] in _STILLS else MediaType.MP4
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return MediaType.WAV
    if content.startswith(b"PK\x03\x04") and b"word/document.xml" in content and _MACROS not in content:
        return MediaType.DOCX
    return None


def media_type_for(purpose: FilePurpose, content: bytes) -> MediaType:
    """What the bytes are; Refused `file_wrong_type` for what is not kept for that purpose."""
    found = sniff(content)
    if found is None or found not in FITTING[purpose]:
        raise Refused("file_wrong_type", fields={"file": "file_wrong_type"})
    return found


def is_own_name(name: str) -> bool:
    """Whether an object of the store is named as ours are: by a SHA-256, or begun by a folder and never named."""
    return OWN_NAME.fullmatch(name) is not None


def keep_until(policy: Policy, purpose: FilePurpose, *, now: datetime) -> tuple[datetime, str]:
    """Until when what comes now is kept, and on which basis."""
    keeping = policy.files[purpose]
    return now + timedelta(days=keeping.days), keeping.basis


def told_at(taken_at: datetime | None, *, now: datetime) -> datetime | None:
    """When the camera says that it was taken; None for a time that has not come."""
    return None if taken_at is None or taken_at > now + AHEAD else taken_at

"""What somebody attaches, made ready to be kept: recognised by its bytes, measured, pictures without their metadata."""

from app.clients.images import read_attached
from app.rules.attachments import PICTURES, MediaType, Prepared, media_type_for, refuse_size
from app.rules.facts import FilePurpose
from app.rules.photos import KEPT_SIDE, fingerprint

SIDES = {FilePurpose.DOCUMENT: 2480, FilePurpose.SIGNATURE_SUBJECT: 800, FilePurpose.SIGNATURE_OFFICER: 800}
"""The longer side of what is kept, in points: a page can be read, a signature recognised; photos as all others."""


def prepare(purpose: FilePurpose, sent: bytes) -> Prepared:
    """The file as it is kept, and what it told of itself.

    Refused `file_empty`, `file_too_large`, `file_too_many_points`, `file_wrong_type`, `file_unreadable`.
    """
    refuse_size(purpose, len(sent))
    media_type = media_type_for(purpose, sent)
    if media_type not in PICTURES:
        return Prepared(sent, media_type, fingerprint(sent))
    picture, look = read_attached(sent, longest=SIDES.get(purpose, KEPT_SIDE))
    return Prepared(
        content=picture.jpeg,
        media_type=MediaType.JPEG,
        sha256=picture.sha256,
        taken_at=picture.taken_at,
        fix=picture.fix,
        device_model=picture.device_model,
        look=look,
    )

"""The door to Pillow, which alone reads picture files: measured before they are decoded, kept without metadata."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from itertools import pairwise
from math import isfinite
from os import cpu_count
from threading import BoundedSemaphore
from typing import Any

from PIL import ExifTags, Image, ImageOps

from app.rules.calendar import SHANGHAI
from app.rules.errors import Refused, Unavailable
from app.rules.facts import Fix
from app.rules.photos import KEPT_SIDE, MOST_PIXELS, Picture, fingerprint, refuse_size

FORMATS = ("JPEG", "PNG")
"""What each phone can send. HEIF is left out: its decoder is another large library that hostile files would reach."""
QUALITY = 85
SHRINKABLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
"""Kinds of points that can be averaged as they are."""
AT_ONCE = cpu_count() or 1
MOST_WAITING = 4
COME_AGAIN_S = 3
"""A picture of few bytes may take some 200 MB to decode: no more at once than there is somebody to work on. Few may
wait, for each holds a thread: a morning of photos must not take them from check-ins. Phones send it again.
"""

WORK = BoundedSemaphore(AT_ONCE)
PLACES = BoundedSemaphore(AT_ONCE + MOST_WAITING)
LOOK = 8
"""Points on each side of what a picture looks like."""
LONGEST_MODEL = 80
EARLIEST_YEAR = 2000
BAD_FILE = (
    *(OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, ZeroDivisionError, OverflowError),
    *(struct.error, UserWarning),
)
"""What Pillow raises for files that are none, are cut off or lie; and its warnings, where warnings are errors."""


def read_picture(sent: bytes) -> Picture:
    """The photo as it is kept: upright, at most 1600 points long, a JPEG without any metadata; and what its file told.

    Refused `photo_too_large` for too many bytes or pixels, before any is decoded, `photo_unreadable` for anything that
    is no whole JPEG or PNG. Unavailable `pictures_busy` where too many wait already.
    """
    refuse_size(len(sent))
    try:
        with _turn(), Image.open(BytesIO(sent), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("photo_too_large", fields={"image": "photo_too_large"})
            told = _told(image)
            jpeg = _jpeg(_again(image, KEPT_SIDE))
    except (*BAD_FILE, Image.DecompressionBombError) as error:
        raise Refused("photo_unreadable", fields={"image": "photo_unreadable"}) from error
    return Picture(jpeg, fingerprint(sent), **told)


def read_attached(sent: bytes, *, longest: int) -> tuple[Picture, int]:
    """A picture of a case file as it is kept, at most `longest` points long, and what it looks like in 64 bits.

    What a drawing leaves transparent is white. Refused `file_too_many_points`, `file_unreadable`; Unavailable as above.
    """
    try:
        with _turn(), Image.open(BytesIO(sent), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("file_too_many_points", fields={"file": "file_too_many_points"})
            told = _told(image)
            plain = _again(image, longest)
            return Picture(_jpeg(plain), fingerprint(sent), **told), _look(plain)
    except (*BAD_FILE, Image.DecompressionBombError) as error:
        raise Refused("file_unreadable", fields={"file": "file_unreadable"}) from error


@contextmanager
def _turn() -> Iterator[None]:
    """Somebody to work on this picture, and the memory for it."""
    if not PLACES.acquire(blocking=False):
        raise Unavailable("pictures_busy", {"retry_after_s": COME_AGAIN_S})
    try:
        with WORK:
            yield
    finally:
        PLACES.release()


def _again(image: Image.Image, longest: int) -> Image.Image:
    """The picture drawn anew: nothing but what is to be seen is left. Large JPEGs are decoded at a fraction; whatever
    else is large is made small before anything is done with it, since each copy takes what the whole takes.
    """
    image.draft("RGB", (longest, longest))
    if image.mode not in SHRINKABLE:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((longest, longest))
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        drawn = upright.convert("RGBA")
        upright = Image.new("RGBA", drawn.size, "white")
        upright.alpha_composite(drawn)
    upright = upright.convert("RGB")
    return Image.frombytes("RGB", upright.size, upright.tobytes())


def _jpeg(plain: Image.Image) -> bytes:
    written = BytesIO()
    plain.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _look(plain: Image.Image) -> int:
    """Whether each of 8 x 8 points is brighter than its neighbour: little changes when a picture is sent anew, cut to
    another size or written with another quality. A signed number of 64 bits, as the database keeps it.
    """
    points = plain.convert("L").resize((LOOK + 1, LOOK), Image.Resampling.BOX).tobytes()
    rows = (points[start : start + LOOK + 1] for start in range(0, len(points), LOOK + 1))
    bits = "".join(str(int(left > right)) for row in rows for left, right in pairwise(row))
    return int.from_bytes(int(bits, 2).to_bytes(8), signed=True)


def _told(image: Image.Image) -> dict[str, Any]:
    """What proof needs of the file's own words; a file that garbles one of them has not told it."""
    told: dict[str, Any] = {}
    for name, read in (("taken_at", _taken_at), ("device_model", _model), ("fix", _fix)):
        try:
            told[name] = read(image.getexif())
        except BAD_FILE:
            continue
    return told


def _taken_at(exif: Image.Exif) -> datetime | None:
    """The camera's time; without an offset of its own, in local time."""
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    written = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    if not isinstance(written, str):
        return None
    day, _, time_of_day = written.strip("\0 ").partition(" ")
    naive = datetime.fromisoformat(f"{day.replace(':', '-')}T{time_of_day}")
    if naive.year < EARLIEST_YEAR:
        return None
    offset = detail.get(ExifTags.Base.OffsetTimeOriginal)
    return naive.replace(tzinfo=_zone(offset) if isinstance(offset, str) else SHANGHAI).astimezone(UTC)


def _zone(offset: str) -> timezone:
    sign = -1 if offset.startswith("-") else 1
    hours, minutes = offset.strip("\0 +-").split(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))


def _model(exif: Image.Exif) -> str | None:
    model = exif.get(ExifTags.Base.Model)
    if not isinstance(model, str):
        return None
    return "".join(letter for letter in model if letter.isprintable()).strip()[:LONGEST_MODEL] or None


def _fix(exif: Image.Exif) -> Fix | None:
    """Where the camera says it was; the accuracy is 0 where it says none. Anything beyond the earth is no place."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if ExifTags.GPS.GPSLatitude not in gps or ExifTags.GPS.GPSLongitude not in gps:
        return None
    lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    accuracy = float(gps.get(ExifTags.GPS.GPSHPositioningError, 0))
    return Fix(lon, lat, accuracy if isfinite(accuracy) and accuracy > 0 else 0.0, provider="exif")


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).strip("\0 ") == negative else value

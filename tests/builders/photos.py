"""Photos as phones make them, and policies that take them."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from PIL import ExifTags, Image
from urllib3 import encode_multipart_formdata

from app.rules.policy import Policy, with_changes
from tests.builders.offices import shipped_policy

PHOTOS = "/api/mobile/v1/photos"
BASIS = "江山市社区矫正管理局2026年第1号通知(测试用)"


def with_photos(check_ins: str = "wanted", **changes: Any) -> Policy:
    """The shipped policy of Jiangshan with photos switched on."""
    keys = {"photos.check_ins": check_ins, "photos.basis": BASIS, **changes}
    return with_changes(shipped_policy(), keys)


def a_photo(
    size: tuple[int, int] = (48, 64),
    colour: tuple[int, int, int] = (120, 90, 60),
    *,
    form: str = "JPEG",
    taken: str | None = None,
    offset: str | None = None,
    model: str | None = None,
    lon_lat: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    turned: int | None = None,
) -> bytes:
    """One plain colour with one white corner, and the words that a camera writes into its file."""
    image = Image.new("RGB", size, colour)
    image.paste((255, 255, 255), (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    if taken:
        detail[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        detail[ExifTags.Base.OffsetTimeOriginal] = offset
    if model:
        exif[ExifTags.Base.Model] = model
    if turned:
        exif[ExifTags.Base.Orientation] = turned
    if lon_lat:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLatitudeRef] = "E", "N"
        gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLatitude] = map(_sexagesimal, lon_lat)
        if accuracy_m is not None:
            gps[ExifTags.GPS.GPSHPositioningError] = accuracy_m
    written = BytesIO()
    image.save(written, form, exif=exif)
    return written.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = (degrees - whole) * 60
    return float(whole), float(int(minutes)), (minutes - int(minutes)) * 60


def send_photo(
    client: FlaskClient,
    phone: dict[str, str],
    sent: bytes | None = None,
    photo_id: UUID | None = None,
    purpose: str | None = None,
) -> Any:
    """What a phone sends, and the answer."""
    image: str | bytes = a_photo() if sent is None else sent
    parts: dict[str, str | bytes | tuple[str, str | bytes]] = {
        "id": str(photo_id or uuid4()),
        "image": ("photo.jpg", image),
        **({"purpose": purpose} if purpose else {}),
    }
    body, form = encode_multipart_formdata(parts)  # in memory: what the client itself writes spools into a file
    return client.post(PHOTOS, data=body, content_type=form, headers=phone)

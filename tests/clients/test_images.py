"""Picture files: measured before they are decoded, rewritten without their own words, and never trusted."""

import struct
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.clients.images import read_picture
from app.rules.errors import Refused
from app.rules.photos import KEPT_SIDE, MOST_BYTES
from tests.builders.photos import a_photo


def kept(sent: bytes) -> Image.Image:
    return Image.open(BytesIO(read_picture(sent).jpeg))


def code_of(sent: bytes) -> str:
    with pytest.raises(Refused) as told:
        read_picture(sent)
    return told.value.code


def test_what_a_camera_wrote_is_read_and_nothing_of_it_is_kept() -> None:
    sent = a_photo(
        taken="2026:03:02 09:00:30",
        offset="+08:00",
        model="HUAWEI Mate 60",
        lon_lat=(118.627, 28.738),
        accuracy_m=12.5,
    )
    picture = read_picture(sent)
    assert picture.taken_at == datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)
    assert picture.device_model == "HUAWEI Mate 60"
    assert picture.fix is not None
    assert (round(picture.fix.lon, 5), round(picture.fix.lat, 5), picture.fix.accuracy_m) == (118.627, 28.738, 12.5)
    image = kept(sent)
    assert (
        image.format,
        dict(image.getexif()),
        set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"},
    ) == (
        "JPEG",
        {},
        set(),
    )
    assert b"HUAWEI" in sent
    assert b"HUAWEI" not in picture.jpeg


def test_a_time_without_its_offset_is_local_time() -> None:
    assert read_picture(a_photo(taken="2026:03:02 09:00:30")).taken_at == datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "yesterday", "2026:02:30 09:00:00"])
def test_a_garbled_time_is_none(taken: str) -> None:
    assert read_picture(a_photo(taken=taken, model="M")).taken_at is None
    assert read_picture(a_photo(taken=taken, model="M")).device_model == "M"


def test_a_turned_photo_is_set_upright() -> None:
    image = kept(a_photo((40, 80), turned=6))
    assert image.size == (80, 40)
    right, left = image.getpixel((76, 3)), image.getpixel((3, 3))
    assert isinstance(right, tuple)
    assert isinstance(left, tuple)
    assert min(right) > 200
    assert max(left) < 160


@pytest.mark.parametrize(("size", "form"), [((3200, 1200), "JPEG"), ((1200, 3200), "PNG")])
def test_a_large_photo_is_made_smaller(size: tuple[int, int], form: str) -> None:
    image = kept(a_photo(size, form=form))
    assert max(image.size) == KEPT_SIDE
    assert image.format == "JPEG"


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is that large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(5001, 5000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_head(width: int, height: int) -> None:
    assert code_of(a_bomb(width, height)) in {"photo_too_large", "photo_unreadable"}


def test_limits_of_bytes() -> None:
    assert code_of(b"") == "photo_empty"
    assert code_of(a_photo() + b"\0" * MOST_BYTES) == "photo_too_large"


@pytest.mark.parametrize(
    "sent",
    [
        b"GIF89a" + bytes(40),
        b"<svg/>",
        a_photo(form="BMP"),
        a_photo(form="TIFF"),
        a_photo((400, 400))[:-600],
        a_bomb(90, 90),
    ],
    ids=["gif", "svg", "bmp", "tiff", "cut off", "too little inside"],
)
def test_what_is_no_whole_jpeg_or_png_is_refused(sent: bytes) -> None:
    assert code_of(sent) == "photo_unreadable"


@settings(max_examples=50)
@given(st.data())
def test_a_spoilt_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    spoilt = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        outcome = read_picture(bytes(spoilt)).jpeg[:2]
    except Refused as refused:
        outcome = refused.code.encode()
    assert outcome in {b"\xff\xd8", b"photo_unreadable", b"photo_too_large"}


WHOLE = a_photo(taken="2026:03:02 09:00:30", model="M", lon_lat=(118.6, 28.7), accuracy_m=5.0)

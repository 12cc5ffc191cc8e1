"""Numbers and times as clients write them. What an optional value cannot mean is left out; the fix stays."""

import json
import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from app.api.fields import EARLIEST, LATEST, LOCAL
from app.api.trackers.messages import NO_JSON, NO_PLACE, NO_TIME, Message, Unreadable
from app.clients.datum import Datum, to_wgs84

KMH = 1 / 3.6
KNOT = 1852 / 3600
"""In metres a second."""

FASTEST_MPS = 10_000
ON_THE_WALL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_IN_MS = 2**31 - 1
"""From here on a number of an epoch counts milliseconds: Traccar's own rule."""


def read_json(body: bytes) -> Any:
    """The value that a body holds; Unreadable where it is no JSON in UTF-8. NaN is read: as a place it is none."""
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(NO_JSON) from error


def number(value: object, low: float, high: float) -> float | None:
    """A finite number within the bounds, written as one or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) and low <= read <= high else None


def place(lon: object, lat: object, datum: str) -> tuple[float, float, float, float]:
    """Degrees in WGS-84 and as they were sent; Unreadable where they are no place on earth."""
    sent_lon, sent_lat = number(lon, -180, 180), number(lat, -90, 90)
    if sent_lon is None or sent_lat is None:
        raise Unreadable(NO_PLACE)
    return (*to_wgs84(sent_lon, sent_lat, Datum(datum)), sent_lon, sent_lat)


def speed(value: object, unit_mps: float) -> float | None:
    """Metres a second, of a speed in a unit of so many; a negative one is how receivers say that they do not know."""
    read = number(value, 0, FASTEST_MPS / unit_mps)
    return None if read is None else read * unit_mps


def percent(value: object, *, of: float = 100) -> int | None:
    """A battery's charge, of a number in which `of` is full; -1 is unknown."""
    read = number(value, 0, of)
    return None if read is None else round(read * 100 / of)


def accuracy(value: object) -> float:
    """A radius in metres; 0 where the client leaves it out or writes anything else: unknown."""
    return number(value, 0, 1_000_000) or 0.0


def heading(value: object) -> float | None:
    """Degrees from north."""
    return number(value, 0, 360)


def altitude(value: object) -> float | None:
    """Metres."""
    return number(value, -20_000, 100_000)


def epoch(value: object, *, also_ms: bool) -> datetime:
    """The instant of a number of seconds since 1970, or of milliseconds where a client may write those."""
    read = number(value, 1, 10**14)
    if read is None:
        raise Unreadable(NO_TIME)
    seconds = read / 1000 if also_ms and read >= FIRST_IN_MS else read
    if seconds >= (LATEST - EPOCH).total_seconds():
        raise Unreadable(NO_TIME)
    return _within(EPOCH + timedelta(seconds=seconds))


def instant(text: str) -> datetime:
    """The instant of a text: ISO 8601 with its offset where there is a `T`, else local time by the clock on the wall.

    A `T` without an offset could be either, eight hours apart: it is not guessed.
    """
    if "T" not in text and not ON_THE_WALL.fullmatch(text):
        raise Unreadable(NO_TIME)
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            if "T" in text:
                raise Unreadable(NO_TIME)
            read = read.replace(tzinfo=LOCAL)
        return _within(read.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise Unreadable(NO_TIME) from error


def _within(read: datetime) -> datetime:
    if not EARLIEST <= read < LATEST:
        raise Unreadable(NO_TIME)
    return read


def truth(value: object) -> bool | None:
    """True or false, also as a form writes them."""
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def is_named(message: Message, *names: object) -> bool:
    """Whether any of the names by which a phone calls itself is the credential's; a phone that names none is it."""
    told = [str(name).strip().lower() for name in names if isinstance(name, str | int) and str(name).strip()]
    return not told or message.name in told

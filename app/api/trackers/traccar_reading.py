"""Traccar Client and whatever speaks the OsmAnd protocol: a query or form up to version 8, JSON from version 9.

https://www.traccar.org/osmand/ lists the fields. Speeds are knots in a form and metres a second in JSON; the battery is
percent in a form and a share of one in JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from app.api.trackers import values
from app.api.trackers.messages import (
    EMPTY,
    NO_PLACE,
    NO_TIME,
    NOT_VALID,
    OTHER_DEVICE,
    UNKNOWN_TYPE,
    Health,
    Held,
    Message,
    Poisoned,
    Unreadable,
    each,
)
from app.rules.positions import Report

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NAMES = ("id", "deviceid", "device_id")
"""By which of them a phone calls itself hangs on the version; all that are there have to be its own."""
MOST_FIELDS = 200


def read(message: Message) -> list[Held]:
    """What the message holds."""
    try:
        if message.content_type == JSON or message.body.lstrip()[:1] == b"{":
            return _read_json(message)
        fields = _fields(message)
        if not fields:
            raise Unreadable(EMPTY)
    except Unreadable as error:
        return [Poisoned(message, error.reason)]
    return each(message, [fields], lambda _: _one_form(message, fields), lambda _: None)


def _fields(message: Message) -> dict[str, str]:
    """Of the query, the form, or both; the last of each name. A field without a value is none."""
    bodies = [message.query, message.body] if message.content_type == FORM else [message.query or message.body]
    try:
        told = "&".join(body.decode() for body in bodies if body)
        return {name: value for name, value in parse_qsl(told, max_num_fields=MOST_FIELDS) if value}
    except ValueError as error:
        raise Unreadable(UNKNOWN_TYPE) from error


def _one_form(message: Message, fields: dict[str, str]) -> Report | Health | None:
    if not _is_own(message, [fields.get(name) for name in NAMES]):
        raise Unreadable(OTHER_DEVICE)
    lat, lon = fields.get("lat"), fields.get("lon")
    if "location" in fields:
        lat, _, lon = fields["location"].partition(",")
    if lat is None and lon is None:
        return _heartbeat(message, values.percent(fields.get("batt")), fields.get("timestamp"))
    if values.truth(fields.get("valid", "true")) is False:
        raise Unreadable(NOT_VALID)
    return _report(
        message,
        (lon, lat),
        fields.get("timestamp"),
        None,
        {
            "accuracy_m": values.accuracy(fields.get("accuracy")),
            "speed_mps": values.speed(fields.get("speed"), values.KNOT),
            "heading_deg": values.heading(fields.get("bearing") or fields.get("heading")),
            "altitude_m": values.altitude(fields.get("altitude")),
            "battery_percent": values.percent(fields.get("batt")),
            "mock": values.truth(fields.get("mock")),
        },
    )


def _read_json(message: Message) -> list[Held]:
    if not message.body.strip():
        raise Unreadable(EMPTY)
    content = values.read_json(message.body)
    if not isinstance(content, dict):
        raise Unreadable(UNKNOWN_TYPE)
    named = {name: content.get(name) for name in NAMES if name in content}
    location = content.get("location")
    elements = location if isinstance(location, list) else [location]
    return each(
        message,
        elements,
        lambda element: _one_location(message, named, element),
        lambda element: {**named, "location": element},
    )


def _is_own(message: Message, names: Iterable[object]) -> bool:
    """Whether every name by which the phone calls itself is the credential's."""
    return all(values.is_named(message, name) for name in names)


def _one_location(message: Message, named: Mapping[str, object], location: object) -> Report | Health | None:
    if not _is_own(message, named.values()):
        raise Unreadable(OTHER_DEVICE)
    if not isinstance(location, dict):
        raise Unreadable(UNKNOWN_TYPE)
    battery = location.get("battery")
    charge = values.percent(battery.get("level"), of=1) if isinstance(battery, dict) else None
    coords = location.get("coords")
    if coords is None:
        return _heartbeat(message, charge, location.get("timestamp"))
    if not isinstance(coords, dict):
        raise Unreadable(NO_PLACE)
    return _report(
        message,
        (coords.get("longitude"), coords.get("latitude")),
        location.get("timestamp"),
        location.get("uuid"),
        {
            "accuracy_m": values.accuracy(coords.get("accuracy")),
            "speed_mps": values.speed(coords.get("speed"), 1),
            "heading_deg": values.heading(coords.get("heading")),
            "altitude_m": values.altitude(coords.get("altitude")),
            "battery_percent": charge,
            "mock": values.truth(location.get("mock")),
        },
    )


def _heartbeat(message: Message, charge: int | None, time: object) -> Health | None:
    """A message without coordinates: a sign of life, and what the battery holds where it says so."""
    if charge is None:
        return None
    return Health(message.derived("heartbeat", message.query, message.body) if time else None, charge)


def _report(
    message: Message, given: tuple[object, object], time: object, own_id: object, others: dict[str, Any]
) -> Report:
    lon, lat, sent_lon, sent_lat = values.place(*given, message.datum)
    recorded_at = _time(time)
    return Report(
        id=message.derived("id", own_id) if own_id else message.derived(recorded_at, sent_lon, sent_lat),
        recorded_at=recorded_at,
        lon=lon,
        lat=lat,
        sent_lon=sent_lon,
        sent_lat=sent_lat,
        datum=message.datum,
        **others,
    )


def _time(time: object) -> Any:
    """A number of an epoch, or a text. Without one it is not known when the fix was: its arrival does not tell."""
    if isinstance(time, str) and values.number(time, -1e15, 1e15) is None:
        return values.instant(time)
    if time is None:
        raise Unreadable(NO_TIME)
    return values.epoch(time, also_ms=True)

"""OwnTracks in HTTP mode: one JSON object a message, speeds in km/h, battery in percent, times in epoch seconds.

https://owntracks.org/booklet/tech/json/ says what each type holds. Only `location` is a fix: the places of all others
are of regions, or of the moment at which one was crossed, which comes as a `location` of its own.
"""

from typing import Any

from app.api.trackers import values
from app.api.trackers.messages import (
    EMPTY,
    ENCRYPTED,
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

NO_FIX = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "lwt",
        "request",
        "steps",
        "transition",
        "waypoint",
        "waypoints",
    }
)
"""Types that are accepted and leave nothing but the sign of life."""

IOS_PERMISSIONS = {
    "kCLAuthorizationStatusAuthorizedAlways": "always",
    "kCLAuthorizationStatusAuthorizedWhenInUse": "while_in_use",
    "kCLAuthorizationStatusDenied": "denied",
    "kCLAuthorizationStatusRestricted": "denied",
    "kCLAuthorizationStatusNotDetermined": "denied",
}
ANDROID_PERMISSIONS = {0: "always", -1: "always", -2: "while_in_use", -3: "while_in_use", -4: "denied"}
"""Android's `loc`: 0 and -1 in the background (fine, coarse), -2 and -3 in the foreground alone, -4 not at all."""


def read(message: Message) -> list[Held]:
    """What the message holds: an object, or a list of objects as some relays send them."""
    try:
        if not message.body.strip():
            raise Unreadable(EMPTY)
        content = values.read_json(message.body)
    except Unreadable as error:
        return [Poisoned(message, error.reason)]
    elements = content if isinstance(content, list) else [content]
    return each(message, elements, lambda element: _one(message, element), lambda element: element)


def _one(message: Message, content: object) -> Report | Health | None:
    if not isinstance(content, dict):
        raise Unreadable(UNKNOWN_TYPE)
    if not _is_own(message, content):
        raise Unreadable(OTHER_DEVICE)
    kind = content.get("_type")
    if kind == "location":
        return _report(message, content)
    if kind == "status":
        return _health(message, content)
    if kind == "encrypted":
        raise Unreadable(ENCRYPTED)
    if not isinstance(kind, str) or kind not in NO_FIX:
        raise Unreadable(UNKNOWN_TYPE)
    return None


def _is_own(message: Message, content: dict[str, Any]) -> bool:
    """Whether headers or topic (`owntracks/user/device/...`) name the credential; a relay may name only one of them."""
    topic = content.get("topic")
    named = topic.split("/")[1:3] if isinstance(topic, str) else []
    return values.is_named(message, message.user, message.device, *named)


def _report(message: Message, content: dict[str, Any]) -> Report:
    lon, lat, sent_lon, sent_lat = values.place(content.get("lon"), content.get("lat"), message.datum)
    recorded_at = values.epoch(content.get("tst"), also_ms=False)
    own_id = content.get("_id")
    return Report(
        id=message.derived("id", own_id) if own_id else message.derived(recorded_at, sent_lon, sent_lat),
        recorded_at=recorded_at,
        lon=lon,
        lat=lat,
        accuracy_m=values.accuracy(content.get("acc")),
        sent_lon=sent_lon,
        sent_lat=sent_lat,
        datum=message.datum,
        speed_mps=values.speed(content.get("vel"), values.KMH),
        heading_deg=values.heading(content.get("cog")),
        altitude_m=values.altitude(content.get("alt")),
        battery_percent=values.percent(content.get("batt")),
    )


def _health(message: Message, content: dict[str, Any]) -> Health:
    ios, android = content.get("iOS"), content.get("android")
    permission, saver = None, None
    if isinstance(ios, dict):
        permission = IOS_PERMISSIONS.get(str(ios.get("locationManagerAuthorizationStatus")))
    if isinstance(android, dict):
        granted = values.number(android.get("loc"), -4, 0)
        permission = None if granted is None else ANDROID_PERMISSIONS.get(round(granted))
        saver = values.truth(android.get("ps"))
    dated = any(content.get(name) for name in ("_id", "tst", "created_at"))
    own_id = message.derived("status", content) if dated else None
    return Health(own_id, values.percent(content.get("batt")), permission, saver)

"""What arrived at the fake FCM: messages are checked as Google checks them, and kept in order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.clients.push import TargetKind

_KNOWN_FIELDS = frozenset({"token", "fid", "data", "android", "notification", "apns", "webpush", "fcm_options"})


class Malformed(Exception):
    """A request body that Google would answer with 400."""


@dataclass(frozen=True)
class Received:
    """One message that arrived, as sent (`message`) and as answered.

    `number` counts from 1 in order of arrival. `status` is 0 where no answer was given. `shown` says whether FCM took
    it, so that the phone shows it even if our side never heard so.
    """

    number: int
    kind: TargetKind
    address: str
    message: Mapping[str, Any]
    status: int
    shown: bool

    @property
    def data(self) -> Mapping[str, str]:
        """The data that the app on the phone gets."""
        data: Mapping[str, str] = self.message.get("data", {})
        return data

    @property
    def collapse_key(self) -> str | None:
        """The key under which a later message replaces this one on the phone."""
        key: str | None = self.message.get("android", {}).get("collapse_key")
        return key

    def as_json(self) -> dict[str, Any]:
        """The entry of the inbox."""
        return {
            "number": self.number,
            "kind": self.kind,
            "address": self.address,
            "data": dict(self.data),
            "collapse_key": self.collapse_key,
            "status": self.status,
            "shown": self.shown,
        }


def read_message(body: bytes) -> tuple[TargetKind, str, Mapping[str, Any]]:
    """Kind, address and message of a `messages:send` body. Raises Malformed for what Google would refuse."""
    try:
        parsed = json.loads(body)
    except ValueError:
        raise Malformed("not JSON") from None
    message = parsed.get("message") if isinstance(parsed, dict) else None
    if not isinstance(message, dict) or set(parsed) != {"message"} or not set(message) <= _KNOWN_FIELDS:
        raise Malformed("unknown or missing fields")
    targets = [kind for kind in ("token", "fid") if kind in message]
    if len(targets) != 1 or not isinstance(message[targets[0]], str) or not message[targets[0]]:
        raise Malformed("exactly one target is needed")
    if not _is_text_map(message.get("data", {})) or not _is_android(message.get("android", {})):
        raise Malformed("data or android have another shape")
    return "token" if targets == ["token"] else "fid", message[targets[0]], message


def _is_text_map(value: object) -> bool:
    """FCM takes data whose keys and values are strings only."""
    return isinstance(value, dict) and all(isinstance(part, str) for pair in value.items() for part in pair)


def _is_android(value: object) -> bool:
    """The two Android options that we use, each with a value that exists."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("collapse_key", ""), str) and value.get("priority", "high") in {"high", "normal"}

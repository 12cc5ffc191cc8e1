"""A message of a client as it came, and what it may turn out to hold."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec

from app.rules.positions import Report
from app.rules.trackers import TRACKERS

EMPTY = "empty"
NO_JSON = "no_json"
UNKNOWN_TYPE = "unknown_type"
ENCRYPTED = "encrypted"
NO_PLACE = "no_place"
NO_TIME = "no_time"
NOT_VALID = "not_valid"
OTHER_DEVICE = "other_device"
TOO_LARGE = "too_large"
TOO_MANY = "too_many"

MOST_ELEMENTS = 10_000
"""Of one message. No relay sends so many fixes at once, and reading them costs time that others wait for."""

MOST_OTHERS = 100
"""Of one message beside fixes: each is a row by itself. With more of them the message is set aside whole."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """All that reading one needs, now or in a replay. The secret is not among it.

    `name` and `datum` are the credential's; `user` and `device` what the client said of itself beside the body.
    """

    client: str
    subject_id: UUID
    name: str
    datum: str
    content_type: str = ""
    query: bytes = b""
    body: bytes = b""
    user: str | None = None
    device: str | None = None

    def sealable(self) -> bytes:
        """As it is sealed."""
        return msgspec.json.encode(self)

    def derived(self, *parts: object) -> UUID:
        """An id that the same parts of the same person's messages always have."""
        told = msgspec.json.encode([str(self.subject_id), self.client, *map(ascii, parts)])
        return uuid5(TRACKERS, sha256(told).hexdigest())


def opened(content: bytes) -> Message:
    """A message that was sealed."""
    return msgspec.json.decode(content, type=Message)


class Unreadable(ValueError):
    """The message, or one element of it, cannot be read or is no fix of this phone; `args[0]` is the reason."""

    @property
    def reason(self) -> str:
        """One of the codes above."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Health:
    """What a phone says of itself; what it does not say is None.

    `id` is None where the message bears neither a time nor a number of its own: the same words may come again later,
    and tell something new then.
    """

    id: UUID | None
    battery_percent: int | None = None
    location_permission: str | None = None
    battery_saver: bool | None = None


@dataclass(frozen=True, slots=True)
class Poisoned:
    """Something unreadable: for the whole message, or for the one element that it is about."""

    message: Message
    reason: str


Held = Report | Health | Poisoned
"""What a message may hold. Nothing at all is a sign of life."""


def each(
    message: Message,
    elements: Sequence[object],
    read: Callable[[object], Report | Health | None],
    alone: Callable[[object], object],
) -> list[Held]:
    """What the elements of one message hold. A bad one is set aside by itself, as `alone` writes it; the whole message
    where it has too many of them, or is nested too deep to be written again.
    """
    if len(elements) > MOST_ELEMENTS:
        return [Poisoned(message, TOO_MANY)]
    held: list[Held] = []
    try:
        for element in elements:
            held += _held(message, element, read, alone if len(elements) > 1 else None)
    except RecursionError:
        return [Poisoned(message, NO_JSON)]
    fixes = [one for one in held if isinstance(one, Report)]
    return held if len(held) - len(fixes) <= MOST_OTHERS else [*fixes, Poisoned(message, TOO_MANY)]


def _held(
    message: Message,
    element: object,
    read: Callable[[object], Report | Health | None],
    alone: Callable[[object], object] | None,
) -> list[Held]:
    try:
        found = read(element)
    except Unreadable as error:
        # Not by msgspec, which refuses halves of characters that JSON may hold.
        body = message.body if alone is None else json.dumps(alone(element)).encode()
        return [Poisoned(msgspec.structs.replace(message, body=body), error.reason)]
    return [] if found is None else [found]

"""How long a log-in lasts, and what a refresh token is still good for."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

SUBJECT_TERM = timedelta(days=30)
OFFICER_PHONE_TERM = timedelta(days=7)
BROWSER_TERM = timedelta(hours=12)
KNOWN_DEVICE_TERM = timedelta(days=180)
"""How long a device is known as one on which its owner logged in before; each log-in begins it anew."""


MOST_OWNERS = 8
"""Who share a device at most, such as the computer of an office; the one who was there longest ago is forgotten."""


@dataclass(frozen=True)
class KnownDevice:
    """A device that proved by a token of ours that these owners logged in on it before; who came last stands last."""

    id: str
    owner_ids: tuple[UUID, ...]

    def also_of(self, owner_id: UUID) -> "KnownDevice":
        """The same device after another owner (or the same one again) logged in on it."""
        others = tuple(other for other in self.owner_ids if other != owner_id)
        return KnownDevice(self.id, (*others, owner_id)[-MOST_OWNERS:])


@dataclass(frozen=True)
class Caller:
    """Who asks, before anybody is known: the address as far as it is known, and the device where it proved itself."""

    address: str = ""
    device: KnownDevice | None = field(default=None, repr=False)

    def known_as(self, owner_id: UUID) -> str | None:
        """The device's id where this owner logged in on it before: others' failures do not delay it."""
        return self.device.id if self.device and owner_id in self.device.owner_ids else None


class Refresh(StrEnum):
    """What becomes of a refresh token that is presented."""

    ROTATE = "rotate"
    REUSED = "reused"
    OVER = "over"


@dataclass(frozen=True)
class SessionFacts:
    """A session under its lock. `live` while it has not ended or run out, and its owner and phone still count."""

    device_id: UUID | None
    generation: int
    live: bool


def term(owner_kind: str, device_id: UUID | None) -> timedelta:
    """How long a log-in lasts without being refreshed.

    A subject's phone that is used at all stays logged in. An officer's phone must be able to open an alert at night;
    a browser is not bound to anything and is left behind on desks: it lasts a working day.
    """
    if owner_kind == "subject":
        return SUBJECT_TERM
    return OFFICER_PHONE_TERM if device_id else BROWSER_TERM


def judge_refresh(session: SessionFacts | None, generation: int) -> Refresh:
    """Whether the token of this generation is exchanged for new ones.

    An older one than the session's has been used before: two hold it, and nobody can tell which is the thief.
    """
    if session is None or not session.live or generation > session.generation:
        return Refresh.OVER
    return Refresh.ROTATE if generation == session.generation else Refresh.REUSED

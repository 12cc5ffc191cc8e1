"""What every push channel is given and answers: targets, messages and the closed set of outcomes."""

from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from app.rules.channels import Address

TargetKind: TypeAlias = Literal["token", "fid"]
"""A registration token, or the Firebase installation id that replaces it. Neither can be turned into the other."""


@dataclass(frozen=True)
class PushTarget:
    """One phone at one vendor. The address is a secret of that phone, so it does not show in the representation."""

    kind: TargetKind
    address: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse an unknown kind or an empty address: no vendor could deliver it."""
        if self.kind not in ("token", "fid"):
            raise ValueError(f"unknown kind of push target: {self.kind}")
        if not self.address:
            raise ValueError("a push target needs an address")


@dataclass(frozen=True)
class PushMessage:
    """All that leaves our house: the id of a notice, and the key under which a repeat replaces the first."""

    notice_id: UUID
    collapse_key: str

    def __post_init__(self) -> None:
        """Refuse an empty collapse key: without one a repeated push would show twice."""
        if not self.collapse_key:
            raise ValueError("a push message needs a collapse key")


@dataclass(frozen=True)
class Sent:
    """The vendor took the message; `message_name` is the vendor's own id for it."""

    message_name: str


@dataclass(frozen=True)
class Unregistered:
    """The app is gone from that phone: the address will never work again and is to be retired."""


@dataclass(frozen=True)
class Retry:
    """Not delivered as far as we know; another try may succeed.

    `after_s` is the vendor's own wish in seconds, None where it named none. The vendor may have taken the
    message all the same (a timeout, a cut connection), so the next try repeats the same collapse key.
    """

    after_s: float | None
    error_code: str


@dataclass(frozen=True)
class Rejected:
    """The vendor refuses this message for good; trying again changes nothing."""

    error_code: str


PushOutcome: TypeAlias = Sent | Unregistered | Retry | Rejected


class AddressedChannel(Protocol):
    """A way to addresses that users set themselves. What it promises of outcomes and waiting is as below."""

    def send(self, address: Address, text: str) -> PushOutcome:
        """Hand one text to whatever lies at the address, once."""
        ...


class PushChannel(Protocol):
    """A way to phones. Whatever the vendor or the network does, `send` returns an outcome, and never waits to retry."""

    def send(self, target: PushTarget, message: PushMessage) -> PushOutcome:
        """Hand one message to the vendor, once."""
        ...

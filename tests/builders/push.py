"""A fake FCM with the door that leads to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.clients.push_fcm import FcmChannel
from app.simulation.fake_fcm import FakeFcm


@dataclass(frozen=True)
class Push:
    """The fake, which keeps what arrived, and the channel that the service sends through."""

    fcm: FakeFcm
    channel: FcmChannel

    @property
    def shown(self) -> list[tuple[str, str]]:
        """(address, notice id) of what phones got, in order of arrival."""
        return [(message.address, message.data["n"]) for message in self.fcm.received if message.shown]


@contextmanager
def a_push(timeout_s: float = 5.0) -> Iterator[Push]:
    """A running fake FCM, and a channel to it."""
    with FakeFcm() as fcm, FcmChannel(fcm.credentials_path, fcm.base_url, timeout_s) as channel:
        yield Push(fcm, channel)
